import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { R } from '@execution-cinema/format';

/*
 * The signal that takes snapshots. A listener of ours on `process` would count among the program's, and would not run
 * while the program hangs, so the recorder's thread owns the signal: there Node's own signal handle is made directly,
 * which needs `--expose-internals` (for that thread alone).
 */

export type SnapshotSignal = 'USR1' | 'USR2';

/** Flags that the recorder's thread needs to own a signal. */
export const SIGNAL_EXEC_ARGV = ['--expose-internals'];

interface SignalHandle {
  onsignal: () => void;
  start(signal: number): number;
  close(): void;
  unref(): void;
}

/**
 * The signal that the settings name, before they are read: in the environment, or in what the process above hands down.
 * Undefined for none, and where there are no such signals.
 */
export function snapshotSignal(env: NodeJS.ProcessEnv): SnapshotSignal | undefined {
  if (process.platform === 'win32') return undefined;
  const inherited = /"signal":"(\w+)"/.exec(env['TRACER_TREE'] ?? '')?.[1];
  const name = inherited ?? env['TRACER_SIGNAL']?.trim();
  if (name === 'USR2') return name;
  return name === 'off' ? undefined : 'USR1';
}

interface SignalBinding {
  Signal: new () => SignalHandle;
}

function loadSignalBinding(): SignalBinding {
  const { emitWarning } = process;
  // Node warns of its internals. What this thread prints would keep the process alive.
  process.emitWarning = () => undefined;
  try {
    const { internalBinding } = createRequire(import.meta.url)('internal/test/binding') as {
      internalBinding(name: 'signal_wrap'): SignalBinding;
    };
    return internalBinding('signal_wrap');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** In the recorder's thread: calls `onSignal` whenever the process gets the signal. Throws where that is impossible. */
export function ownSignal(signal: SnapshotSignal, onSignal: () => void): () => void {
  const { Signal } = loadSignalBinding();
  const handle = new Signal();
  handle.onsignal = onSignal;
  const number = constants.signals[`SIG${signal}`] as number | undefined;
  if (number === undefined) throw new Error(`this system has no SIG${signal}`);
  const status = handle.start(number);
  if (status !== 0) throw new Error(`the system refuses SIG${signal} (${status})`);
  handle.unref();
  return () => handle.close();
}

/**
 * In the main thread, first thing: takes the signal away from Node, which would open its inspector's port at SIGUSR1,
 * and from the system, which would end the process at SIGUSR2, until the recorder's thread has it. Node keeps the
 * handle that it made for a listener when the listener is taken away without being announced.
 */
export function takeSignal(signal: SnapshotSignal): void {
  const name = `SIG${signal}` as const;
  if (process.listenerCount(name) > 0) return;
  const listener = (): void => undefined;
  process.on(name, listener);
  const present = Object.getOwnPropertyDescriptor(process, 'emit');
  Object.defineProperty(process, 'emit', { value: () => false, configurable: true, writable: true });
  try {
    process.off(name, listener);
  } finally {
    if (present) Object.defineProperty(process, 'emit', present);
    else delete (process as { emit?: unknown }).emit;
  }
}

/**
 * While the program listens to the signal, snapshots are not taken by it. Gives what is to be called when the program
 * adds or removes a listener.
 */
export function watchListeners(
  signal: SnapshotSignal | 'off',
  control: Int32Array,
): (event: unknown, added: boolean) => void {
  const name = `SIG${signal}` as NodeJS.Signals;
  const set = (listens: boolean): void => void Atomics.store(control, R.R_LISTENS, listens ? 1 : 0);
  set(process.listenerCount(name) > 0);
  return (event, added) => {
    // An added listener is announced before it is there, a removed one afterwards.
    if (event === name) set(added || process.listenerCount(name) > 0);
  };
}
