import workerThreads, { type MessagePort } from 'node:worker_threads';
import { H, R } from '@execution-cinema/format';
import type { Runtime } from '@execution-cinema/runtime';

/*
 * Marks that are asked for from outside become events of the main thread, as those of the program's own are: at its next
 * event, if it is busy, else in a turn of its event loop.
 */

/** As it is before the runtime follows the program's. */
const { receiveMessageOnPort } = workerThreads;
const { add, load, store } = Atomics;

/** Waiting for the main thread ends then: it may be in a native call. */
const WAIT_MS_MAX = 1_000;
const LOOK_MS = 5;

export interface MarkTaker {
  /** To be called before the program runs. */
  begin(runtime: Runtime, nowNs: () => number): void;
  /** To be called in the middle of what the thread does: it may not return to its event loop. */
  look(): void;
}

/** In the main thread. @param turn the port that the recorder makes its event loop turn by */
export function createMarkTaker(turn: MessagePort, control: Int32Array): MarkTaker {
  let taken = 0;
  let mark = (_name: string): void => undefined;
  const take = (message: unknown): void => {
    if (typeof message !== 'string') return;
    taken++;
    mark(message);
  };
  return {
    begin(runtime, nowNs) {
      mark = (name) => {
        runtime.mark(name, undefined);
        const timeNs = nowNs();
        control[R.R_MARK_TIME] = timeNs | 0;
        control[R.R_MARK_TIME + 1] = timeNs / 2 ** 32;
        store(control, R.R_MARKED, taken);
      };
      turn.on('message', take);
      turn.unref();
    },
    look() {
      if (load(control, R.R_MARKS) === taken) return;
      for (let next = receiveMessageOnPort(turn); next !== undefined; next = receiveMessageOnPort(turn)) {
        take(next.message);
      }
    },
  };
}

/** In the recorder's thread: has the main thread write a mark. Its time there; null: it has not come to it yet. */
export async function askForMark(turn: MessagePort, control: Int32Array, name: string): Promise<number | null> {
  turn.postMessage(name);
  const asked = add(control, R.R_MARKS, 1) + 1;
  const untilMs = performance.now() + WAIT_MS_MAX;
  while (load(control, R.R_MARKED) < asked) {
    if (performance.now() > untilMs) return null;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return H.u53(control[R.R_MARK_TIME]!, control[R.R_MARK_TIME + 1]!);
}
