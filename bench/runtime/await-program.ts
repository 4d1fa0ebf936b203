import { threadCpuNs } from './cpu-time.mjs';
import { createBench, evaluate } from './stand-in.ts';

const ITERATIONS = 200_000;
const ROUNDS = 5;
const AWAITS_PER_ITERATION = 2;

const PLAIN = 'async function f(i){await null;return i}';
const RECORDED = `
var $ec_=globalThis[Symbol.for("execution-cinema")].m("await","77777"),$ec_b=$ec_.b,$ec_ea=$ec_.ea,$ec_ra=$ec_.ra,$ec_a=$ec_.a,$ec_g=$ec_.g,$ec_xa=$ec_.xa;
async function f(i){var $ec_f=$ec_ea($ec_b+2,[i]);try{
$ec_g($ec_f,$ec_b+3,await $ec_a($ec_f,$ec_b+3,null));return $ec_ra($ec_f,i)
}finally{$ec_f.o&&$ec_xa($ec_f)}}`;

void main(process.argv[2] ?? 'plain');

async function main(mode: string): Promise<void> {
  const { runtime, stop } = await createBench();
  if (mode !== 'plain') runtime.observe();
  const f = evaluate(runtime, mode === 'recorded' ? RECORDED : PLAIN, 'f') as unknown as (i: number) => Promise<number>;
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = threadCpuNs();
    for (let i = 0; i < ITERATIONS; i++) await f(i);
    times.push((threadCpuNs() - start) / ITERATIONS / AWAITS_PER_ITERATION);
  }
  times.sort((a, b) => a - b);
  console.log(`${process.version} ${mode}: ${times[0]!.toFixed(0)} ns per await (best of ${ROUNDS})`);
  stop();
}
