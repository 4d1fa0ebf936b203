/*
 * What the texts of source files say, found in a thread of its own: the text of a large library takes a third of a second,
 * and whoever answers the cursor must not be busy with it.
 */
import { Worker, type MessagePort } from 'node:worker_threads';
import { findLoops } from '@execution-cinema/codemap';
import { findFlowNow } from '@execution-cinema/store';

/** Data of a worker with which this bundle looks through texts instead of answering questions. */
const SOURCE_FINDER = 'source finder';

const FINDERS = {
  loops: findLoops,
  flow: (text: string, file: string) => findFlowNow(text, file, () => undefined) ?? null,
};

type What = keyof typeof FINDERS;
type Answer<W extends What> = ReturnType<(typeof FINDERS)[W]>;

interface Wanted {
  id: number;
  what: What;
  text: string;
  file: string;
}

interface Found {
  id: number;
  found: Answer<What>;
}

export function isSourceFinder(data: unknown): boolean {
  return data === SOURCE_FINDER;
}

/** What the thread does. */
export function answerFinds(port: MessagePort): void {
  port.on('message', ({ id, what, text, file }: Wanted) => {
    port.postMessage({ id, found: FINDERS[what](text, file) } satisfies Found);
  });
}

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, (found: never) => void>();

/** Calls back in a later turn. Never, should the thread die: then a question that may take its time finds it itself. */
export function findAside<W extends What>(
  what: W,
  text: string,
  file: string,
  found: (answer: Answer<W>) => void,
): void {
  worker ??= start();
  const id = ++lastId;
  waiting.set(id, found);
  worker.postMessage({ id, what, text, file } satisfies Wanted);
}

function start(): Worker {
  const own = new Worker(new URL(import.meta.url), { workerData: SOURCE_FINDER, execArgv: [] });
  const end = (): void => {
    if (worker !== own) return;
    worker = undefined;
    waiting.clear();
  };
  own.on('message', ({ id, found }: Found) => {
    waiting.get(id)?.(found as never);
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
