/*
 * The end of the process, seen without listeners: a listener of ours would count among the program's (they are warned
 * of at eleven), and would not be the last. `process.emit` and `process.reallyExit` are passed by every orderly end.
 *
 * Invariant: no listener for any signal or exception is installed, and no exit code is changed.
 */

import type { Worker } from 'node:worker_threads';

export interface ProcessEndHooks {
  /** Before the program's own `exit` listeners; once. */
  beforeExit(): void;
  /** After them, with the code that the process ends with; once, the last thing that happens. */
  atEnd(exitCode: number): void;
  /** Nobody has caught this yet; `uncaughtException` listeners come next. */
  onUncaught(error: unknown, origin: unknown): void;
  /** Nothing keeps the process alive any more, unless a `beforeExit` listener has found something to do. */
  onIdle(): void;
  /** Nobody caught it and the process is ending with it: before Node prints its report, after `exit` listeners. */
  onFatal(error: unknown): void;
  /** A message of the parent process is about to be heard. */
  onMessage(): void;
  /** The id under which the program knows a thread. */
  shownThread(threadId: unknown): unknown;
  /** A worker thread of the program has been made. */
  onWorker(worker: Worker): void;
  /** The program adds its first or another listener for an event of `process`, or has taken one away. */
  onListener(event: unknown, added: boolean): void;
  /** An event whose listeners are about to hear it. */
  readonly watched: string | undefined;
  onWatched(): void;
}

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean;
type ReallyExit = (this: unknown, code?: number) => never;

/** Installs the hooks, once per process. */
export function watchProcessEnd(hooks: ProcessEndHooks): void {
  let exiting = false;
  let ended = false;
  let uncaught: { readonly error: unknown } | undefined;

  const end = (exitCode: number): void => {
    if (ended) return;
    ended = true;
    hooks.atEnd(exitCode);
  };

  const emit = process.emit as Emit;
  const { apply } = Reflect;
  const emitWatched: Emit = function emitWatched(event, ...args) {
    if (event === 'uncaughtExceptionMonitor') {
      hooks.onUncaught(args[0], args[1]);
      uncaught = { error: args[0] };
      // An exception in an `exit` listener: no `exit` follows.
      if (exiting) hooks.onFatal(args[0]);
    } else if (event === 'exit' && !exiting) {
      exiting = true;
      hooks.beforeExit();
      try {
        return apply(emit, this, [event, ...args]) as boolean;
      } finally {
        const exitCode = Number(process.exitCode ?? args[0] ?? 0);
        if (uncaught !== undefined) hooks.onFatal(uncaught.error);
        end(exitCode);
      }
    }
    if (event === 'message') hooks.onMessage();
    if (event === 'workerMessage') args[1] = hooks.shownThread(args[1]);
    if (event === 'newListener' || event === 'removeListener') hooks.onListener(args[0], event === 'newListener');
    if (event === hooks.watched) hooks.onWatched();
    if (event === 'worker') hooks.onWorker(args[0] as Worker);
    if (event === 'beforeExit') {
      const heard = apply(emit, this, [event, ...args]) as boolean;
      hooks.onIdle();
      return heard;
    }
    const handled = apply(emit, this, [event, ...args]) as boolean;
    if (event === 'uncaughtException' && handled) uncaught = undefined;
    return handled;
  };
  hide('emit', emitWatched);

  const reallyExit = (process as unknown as { reallyExit: ReallyExit }).reallyExit;
  const reallyExitWatched: ReallyExit = function reallyExitWatched(code) {
    end(Number(code ?? process.exitCode ?? 0));
    return apply(reallyExit, this, [code]) as never;
  };
  hide('reallyExit', reallyExitWatched);
}

/** Stands under the same name, with the same visibility as before. */
function hide(name: 'emit' | 'reallyExit', value: Emit | ReallyExit): void {
  const present = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(value, 'name', { value: (Reflect.get(process, name) as { name: string }).name });
  Object.defineProperty(process, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: present?.enumerable ?? false,
  });
}
