/*
 * Loops of source files, found in a thread of its own: the text of a large library takes a third of a second, and whoever
 * answers the cursor must not be busy with it.
 */
import { Worker, type MessagePort } from 'node:worker_threads';
import { findLoops, type LoopEntry } from '@execution-cinema/codemap';

/** Data of a worker with which this bundle finds loops instead of answering questions. */
const LOOP_FINDER = 'loop finder';

interface Wanted {
  id: number;
  text: string;
  file: string;
}

interface Found {
  id: number;
  loops: LoopEntry[];
}

export function isLoopFinder(data: unknown): boolean {
  return data === LOOP_FINDER;
}

/** What the thread does. */
export function answerLoops(port: MessagePort): void {
  port.on('message', ({ id, text, file }: Wanted) => {
    port.postMessage({ id, loops: findLoops(text, file) } satisfies Found);
  });
}

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, (loops: LoopEntry[]) => void>();

/** Calls back in a later turn. Never, should the thread die: then a question that may take its time finds them itself. */
export function findLoopsAside(text: string, file: string, found: (loops: LoopEntry[]) => void): void {
  worker ??= start();
  const id = ++lastId;
  waiting.set(id, found);
  worker.postMessage({ id, text, file } satisfies Wanted);
}

function start(): Worker {
  const own = new Worker(new URL(import.meta.url), { workerData: LOOP_FINDER, execArgv: [] });
  const end = (): void => {
    if (worker !== own) return;
    worker = undefined;
    waiting.clear();
  };
  own.on('message', ({ id, loops }: Found) => {
    waiting.get(id)?.(loops);
    waiting.delete(id);
    // Files are few: a thread that waits for the next one would only keep its memory.
    if (waiting.size === 0) {
      end();
      void own.terminate();
    }
  });
  own.on('error', end);
  own.on('exit', end);
  own.unref();
  return own;
}
