import { Worker } from 'node:worker_threads';
import { R } from '../../packages/format/src/index.ts';
import { createRuntime } from '../../packages/runtime/src/index.ts';

const CALLS = 7_049_155; // of fib(32)
const ring = R.allocateRing(16, 262_144);
const stop = new Int32Array(new SharedArrayBuffer(4));
const recorder = new Worker(
  `const { workerData: { ring, stop, slots, control, state } } = require('node:worker_threads');
   const words = new Int32Array(ring);
   words[6] = 1;
   while (Atomics.wait(stop, 0, 0, 1) === 'timed-out') {
     Atomics.add(words, 3, 1);
     for (let slot = 0; slot < slots; slot++) {
       const at = control + slot * state;
       if (Atomics.load(words, at) === 2) { Atomics.store(words, at, 0); Atomics.notify(words, at); Atomics.add(words, 7, 1); }
     }
   }`,
  { eval: true, workerData: { ring, stop, slots: 16, control: R.RING_CONTROL_WORDS, state: R.SLOT_CONTROL_WORDS } },
);
recorder.once('online', () => setTimeout(main, 50));

function main(): void {
  const runtime = createRuntime({
    ring,
    levels: new SharedArrayBuffer(8_000_000),
    originHrtimeNs: process.hrtime.bigint(),
    clock: 'adaptive',
    backpressure: 'block',
    values: { depth: 2, properties: 20, items: 20, string: 256 },
    post: () => undefined,
  });
  (globalThis as Record<symbol, unknown>)[Symbol.for('execution-cinema')] = runtime;
  const recorded = new Function(`
    var $ec_=globalThis[Symbol.for("execution-cinema")].m("fib","7777"),$ec_b=$ec_.b,$ec_s=$ec_.s,$ec_e1=$ec_.e1,$ec_r=$ec_.r,$ec_x=$ec_.x;
    function fib(n){var $ec_f=$ec_e1($ec_b+2,n);try{if(n<2)return $ec_r($ec_f,n);return $ec_r($ec_f,fib(n-1)+fib(n-2))}finally{$ec_s.d>$ec_f&&$ec_x($ec_f)}}
    return fib;`)() as (n: number) => number;
  const plain = new Function('function fib(n){if(n<2)return n;return fib(n-1)+fib(n-2)} return fib;')() as (
    n: number,
  ) => number;
  const before = runtime.counts().produced;
  for (let round = 0; round < 5; round++) {
    const p0 = performance.now();
    plain(32);
    const p1 = performance.now();
    recorded(32);
    const p2 = performance.now();
    let clock = 0;
    for (let i = 0; i < 1e6; i++) clock += performance.now();
    const p3 = performance.now();
    const perCall = (ms: number) => ((ms * 1e6) / CALLS).toFixed(1);
    console.log(
      `plain ${perCall(p1 - p0)} ns, recorded ${perCall(p2 - p1)} ns per call; clock read ${(p3 - p2).toFixed(1)} ns`,
      clock > 0 ? '' : '',
    );
  }
  const { produced, dropped } = runtime.counts();
  console.log(`${produced - before} events, ${dropped} dropped`);
  Atomics.store(stop, 0, 1);
  Atomics.notify(stop, 0);
}
