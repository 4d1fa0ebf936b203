import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { R } from '@execution-cinema/format';
import type { ProcessEndHooks } from '../exit/process-end.ts';

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

/** What main thread and recorder share about the signal: it came, and the recorder's thread hears it itself. */
const CAME = 0;
const OWNED = 1;

export interface SignalState {
  readonly signal: SnapshotSignal;
  readonly words: Int32Array;
}

export function createSignalState(signal: SnapshotSignal): SignalState {
  return { signal, words: new Int32Array(new SharedArrayBuffer(8)) };
}

export interface OwnedSignal {
  /** From here on `onSignal` is called for each signal; at once if there was one already. */
  listen(onSignal: () => void): void;
  close(): void;
}

/**
 * In the recorder's thread, first thing: hears the signal from here on. Throws where that is impossible.
 */
export function ownSignal({ signal, words }: SignalState): OwnedSignal {
  const { Signal } = loadSignalBinding();
  const handle = new Signal();
  let heard: (() => void) | undefined;
  handle.onsignal = () => {
    Atomics.store(words, CAME, 1);
    heard?.();
  };
  const number = constants.signals[`SIG${signal}`] as number | undefined;
  if (number === undefined) throw new Error(`this system has no SIG${signal}`);
  const status = handle.start(number);
  if (status !== 0) throw new Error(`the system refuses SIG${signal} (${status})`);
  handle.unref();
  Atomics.store(words, OWNED, 1);
  return {
    listen(onSignal) {
      heard = onSignal;
      if (Atomics.load(words, CAME) === 1) onSignal();
    },
    close: () => handle.close(),
  };
}

/**
 * In the main thread, first thing: takes the signal away from Node, which would open its inspector's port at SIGUSR1,
 * and from the system, which would end the process at SIGUSR2, until the recorder's thread has it. Node keeps the
 * handle that it made for a listener when the listener is taken away without being announced. A signal that comes
 * before the recorder can hear it is noted for it, unless the program hangs already.
 */
export function takeSignal({ signal, words }: SignalState): void {
  const name = `SIG${signal}` as const;
  if (process.listenerCount(name) > 0) return;
  const { apply, get } = Reflect;
  const { load, store } = Atomics;
  // Node calls for each signal what is `process.emit` now; the program may put something else there later.
  const emit = function (this: unknown, ...args: unknown[]): unknown {
    if (args[0] === name && load(words, OWNED) === 0) store(words, CAME, 1);
    return apply(get(process, 'emit') as () => unknown, process, args);
  };
  const listener = (): void => undefined;
  const { emit: present } = process;
  withEmit(
    function (this: unknown, ...args: unknown[]) {
      return apply(args[0] === name ? emit : present, this, args);
    },
    () => process.on(name, listener),
  );
  withEmit(
    () => false,
    () => process.off(name, listener),
  );
}

/** Runs `act` with another `process.emit`. */
function withEmit(value: (...args: unknown[]) => unknown, act: () => unknown): void {
  const present = Object.getOwnPropertyDescriptor(process, 'emit');
  Object.defineProperty(process, 'emit', { value, configurable: true, writable: true });
  try {
    act();
  } finally {
    if (present) Object.defineProperty(process, 'emit', present);
    else delete (process as { emit?: unknown }).emit;
  }
}

/**
 * While the program listens to the signal, snapshots are not taken by it. Gives what is to be called when the program
 * adds or removes a listener, and when it hears the signal.
 */
export function watchListeners(
  signal: SnapshotSignal | 'off',
  control: Int32Array,
): Pick<ProcessEndHooks, 'onListener' | 'watched' | 'onWatched'> {
  const name = `SIG${signal}` as NodeJS.Signals;
  const set = (listens: boolean): void => void Atomics.store(control, R.R_LISTENS, listens ? 1 : 0);
  set(process.listenerCount(name) > 0);
  return {
    // An added listener is announced before it is there, a removed one afterwards.
    onListener: (event, added) => {
      if (event === name) set(added || process.listenerCount(name) > 0);
    },
    watched: name,
    onWatched: () => {
      if (process.listenerCount(name) > 0) Atomics.add(control, R.R_HEARD, 1);
    },
  };
}

/**
 * In the recorder's thread, asked once for each signal: whether it was the program's. A listener may have heard it and
 * be gone already (`once`), or hear it later.
 */
export function createBelongsToProgram(control: Int32Array): () => boolean {
  let programs = 0;
  return () => {
    const isTheirs = Atomics.load(control, R.R_LISTENS) === 1 || Atomics.load(control, R.R_HEARD) > programs;
    if (isTheirs) programs++;
    return isTheirs;
  };
}
