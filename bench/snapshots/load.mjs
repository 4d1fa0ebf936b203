// A program under load for run.mjs: 50 frames with 4 variables each, and awaits, again and again; ends with a sum.
const SECONDS = Number(process.argv[2] ?? 10);

/** @param {number} depth @param {number} seed @returns {number} */
function descend(depth, seed) {
  const left = seed + depth;
  const right = { depth, seed };
  const both = left * 2 + right.depth;
  if (depth === 0) return work(seed) + both;
  return descend(depth - 1, seed) + both;
}

/** @param {number} seed */
function work(seed) {
  let sum = 0;
  for (let i = 0; i < 2_000; i++) if ((i ^ seed) & 1) sum += i;
  return sum;
}

/** @param {number} number */
async function round(number) {
  const name = `round ${number}`;
  const value = await Promise.resolve(descend(50, number % 100));
  return value + name.length;
}

let total = 0;
let rounds = 0;
const until = Date.now() + SECONDS * 1000;
while (Date.now() < until) {
  total = (total + (await round(rounds % 1000))) % 1_000_003;
  rounds++;
  if (rounds % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
}
// The same sum from a fresh start tells whether anything was computed wrongly.
let check = 0;
for (let i = 0; i < rounds; i++) check = (check + (await round(i % 1000))) % 1_000_003;
console.log(JSON.stringify({ ok: total === check, rounds }));
