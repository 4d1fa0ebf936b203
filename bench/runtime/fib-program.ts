import { threadCpuNs } from './cpu-time.mjs';
import { createBench, evaluate } from './stand-in.ts';

const N = 32;
const CALLS = 7_049_155;
const ROUNDS = 5;
const CLOCK_READS = 1e6;

const PLAIN = 'function fib(n){if(n<2)return n;return fib(n-1)+fib(n-2)}';
const RECORDED = `
var $ec_=globalThis[Symbol.for("execution-cinema")].m("fib","7777"),$ec_b=$ec_.b,$ec_s=$ec_.s,$ec_e1=$ec_.e1,$ec_r=$ec_.r,$ec_x=$ec_.x;
function fib(n){var $ec_f=$ec_e1($ec_b+2,n);try{
if(n<2)return $ec_r($ec_f,n);return $ec_r($ec_f,fib(n-1)+fib(n-2))
}finally{$ec_s.d>$ec_f&&$ec_x($ec_f)}}`;

void main();

async function main(): Promise<void> {
  const { runtime, stop } = await createBench();
  const plain = evaluate(runtime, PLAIN, 'fib') as unknown as (n: number) => number;
  const recorded = evaluate(runtime, RECORDED, 'fib') as unknown as (n: number) => number;
  const before = runtime.counts().produced;
  for (let round = 0; round < ROUNDS; round++) {
    const start = threadCpuNs();
    plain(N);
    const afterPlain = threadCpuNs();
    recorded(N);
    const afterRecorded = threadCpuNs();
    let sum = 0;
    for (let i = 0; i < CLOCK_READS; i++) sum += performance.now();
    const clockNs = (threadCpuNs() - afterRecorded) / CLOCK_READS;
    const plainNs = (afterPlain - start) / CALLS;
    const recordedNs = (afterRecorded - afterPlain) / CALLS;
    const inReads = ((recordedNs - plainNs) / clockNs).toFixed(2);
    console.log(
      `plain ${plainNs.toFixed(1)} ns, recorded ${recordedNs.toFixed(1)} ns per call;`,
      `a clock read ${clockNs.toFixed(1)} ns, so recording costs ${inReads} of them${sum < 0 ? '!' : ''}`,
    );
  }
  const { produced, dropped } = runtime.counts();
  console.log(`${produced - before} events, ${dropped} dropped`);
  stop();
}
