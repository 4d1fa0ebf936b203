// Nothing but calls with an integer and a result. The plain runs also say what reading the clock costs.
const { performance } = require('node:perf_hooks');
const { measure } = require('./harness.cjs');

const N = Number(process.argv[2]);
const ROUNDS = Number(process.argv[3] ?? 5);
const CLOCK_READS = 1_000_000;

function fib(n) {
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

const clockNs = () => {
  let sum = 0;
  const start = process.hrtime.bigint();
  for (let i = 0; i < CLOCK_READS; i++) sum += performance.now();
  return sum < 0 ? 0 : Number(process.hrtime.bigint() - start) / CLOCK_READS;
};

const isPlain = process.env.TRACER_LEVEL === undefined;
void measure(ROUNDS, () => fib(N), isPlain ? { clockNs: Math.min(clockNs(), clockNs(), clockNs()) } : {});
