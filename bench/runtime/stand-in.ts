import { Worker } from 'node:worker_threads';
import * as R from '../../packages/format/src/ring-layout.ts';
import { createRuntime, type Runtime } from '../../packages/runtime/src/index.ts';

const SLOTS = 16;
const SLOT_WORDS = 262_144;

/**
 * A runtime with a stand-in for the recorder, which advances the tick every millisecond and gives full slots back at once.
 * `stop` ends it.
 */
export async function createBench(): Promise<{ runtime: Runtime; stop(): void }> {
  const ring = R.allocateRing(SLOTS, SLOT_WORDS);
  const stopped = new Int32Array(new SharedArrayBuffer(4));
  const recorder = new Worker(
    `const { workerData: { ring, stopped, slots, at } } = require('node:worker_threads');
     const words = new Int32Array(ring);
     words[at.R_RECORDER] = 1;
     while (Atomics.wait(stopped, 0, 0, 1) === 'timed-out') {
       Atomics.add(words, at.R_TICK, 1);
       for (let slot = 0; slot < slots; slot++) {
         const state = at.RING_CONTROL_WORDS + slot * at.SLOT_CONTROL_WORDS;
         if (Atomics.load(words, state) !== at.SLOT_FULL) continue;
         Atomics.store(words, state, at.SLOT_FREE);
         Atomics.notify(words, state);
         Atomics.add(words, at.R_PROGRESS, 1);
       }
     }`,
    { eval: true, workerData: { ring, stopped, slots: SLOTS, at: JSON.parse(JSON.stringify(R)) } },
  );
  await new Promise((resolve) => void recorder.once('online', resolve));
  const runtime = createRuntime({
    ring,
    levels: new SharedArrayBuffer(8_000_000),
    originHrtimeNs: process.hrtime.bigint(),
    clock: 'adaptive',
    backpressure: 'block',
    values: { depth: 2, properties: 20, items: 20, string: 256 },
    post: () => undefined,
  });
  return {
    runtime,
    stop: () => {
      Atomics.store(stopped, 0, 1);
      Atomics.notify(stopped, 0);
    },
  };
}

/** What `name` is after running code that finds the runtime like instrumented code does. */
export function evaluate(runtime: Runtime, code: string, name: string): (...args: never[]) => never {
  (globalThis as Record<symbol, unknown>)[Symbol.for('execution-cinema')] = runtime;
  // oxlint-disable-next-line no-new-func -- the code is written like the instrumenter writes it
  return new Function(`${code}\nreturn ${name};`)() as (...args: never[]) => never;
}
