import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { R } from '@execution-cinema/format';
import type { RecorderOptions } from '@execution-cinema/store';
import { SIGNAL_EXEC_ARGV, type SignalState } from '../snapshot/signal.ts';

/** A port of this thread whose messages make its event loop turn; a text asks for a mark. */
export let turnPort: MessagePort | undefined;

/** What the recorder thread is told to begin with. */
export interface RecorderStart {
  readonly options: RecorderOptions;
  /** Messages on it make the main thread's event loop turn. */
  readonly turn: MessagePort;
  /** Where a budget keeps what it learns. */
  readonly budgetFile: string | undefined;
}

/** A thread that waits to be told what to record. */
let waiting: Worker | undefined;

/**
 * Starts the recorder thread ahead of everything else: it takes as long to come up as the program does to start. It
 * inherits neither flags nor environment (but the choice of driver), keeps nothing alive and prints nothing.
 */
export function launchRecorder(bundle: URL, signal?: SignalState): void {
  const sqlite = process.env['TRACER_SQLITE'];
  waiting = withoutWorkerEvent(
    () =>
      new Worker(bundle, {
        name: 'tracer recorder',
        execArgv: SIGNAL_EXEC_ARGV,
        workerData: signal,
        env: sqlite === undefined ? {} : { TRACER_SQLITE: sqlite },
        stdin: false,
        // Its own streams: with the program's, Node would open `process.stdout` here and now.
        stdout: true,
        stderr: true,
        trackUnmanagedFds: false,
      }),
  );
  waiting.on('error', () => {});
  waiting.unref();
}

/** Tells the recorder thread what to record, and returns its id. Its failure only ends the recording: writers see R_RECORDER and stop waiting. */
export function startRecorderWorker(bundle: URL, options: RecorderOptions, budgetFile: string | undefined): number {
  if (waiting === undefined) launchRecorder(bundle);
  const worker = waiting!;
  const { threadId } = worker;
  waiting = undefined;
  const ring = new Int32Array(options.main.ring);
  const ended = (): void => {
    Atomics.store(ring, R.R_RECORDER, 2);
    for (const word of [R.R_RECORDER, R.R_PROGRESS, R.R_DRAINED]) Atomics.notify(ring, word);
  };
  worker.on('error', ended);
  worker.on('exit', ended);
  const { port1, port2: turn } = new MessageChannel();
  turnPort = port1;
  worker.postMessage({ options, turn, budgetFile } satisfies RecorderStart, [
    ...(options.ports as MessagePort[]),
    turn,
  ]);
  return threadId;
}

/** Nothing is to be recorded after all. */
export function dismissRecorder(): void {
  void waiting?.terminate();
  waiting = undefined;
}

/**
 * Node announces every new worker by a `worker` event on `process`, on the next tick. The program's listeners must not
 * see ours, and its first tick must not come earlier for it: the announcement is made at once, to nobody.
 */
function withoutWorkerEvent(start: () => Worker): Worker {
  const { nextTick } = process;
  const announce = (callback: (...args: unknown[]) => void, args: unknown[]): void => {
    const present = Object.getOwnPropertyDescriptor(process, 'emit');
    Object.defineProperty(process, 'emit', { value: () => false, configurable: true, writable: true });
    try {
      callback(...args);
    } finally {
      if (present) Object.defineProperty(process, 'emit', present);
      else delete (process as { emit?: unknown }).emit;
    }
  };
  process.nextTick = (callback: (...args: unknown[]) => void, ...args: unknown[]) => announce(callback, args);
  try {
    return start();
  } finally {
    process.nextTick = nextTick;
  }
}
