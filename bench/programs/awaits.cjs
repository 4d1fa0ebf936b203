// A million awaits: of a promise that is resolved already, and of an async function that awaits once itself.
const { measure } = require('./harness.cjs');

const AWAITS = Number(process.argv[2] ?? 1_000_000);

async function step(i) {
  // oxlint-disable-next-line unicorn/no-unnecessary-await -- the await is what is measured
  await null;
  return i;
}

async function work(awaits) {
  let sum = 0;
  for (let i = 0; i < awaits / 2; i++) sum += await step(i);
  return sum;
}

void measure(5, () => work(AWAITS / 5));
