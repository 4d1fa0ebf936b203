// Values that have no small size: each round passes a fresh deep object, a big array and a long string to a function.
const { measure } = require('./harness.cjs');

const ROUNDS = 5;
const VALUES_PER_ROUND = Number(process.argv[2] ?? 20_000);

function deep(level, i) {
  return level === 0
    ? { leaf: i, text: `leaf ${i}` }
    : { level, left: deep(level - 1, i), right: deep(level - 1, i + 1) };
}

function make(i) {
  switch (i % 4) {
    case 0:
      return deep(4, i);
    case 1:
      return Array.from({ length: 1000 }, (_, at) => at * i);
    case 2:
      return `${i} `.repeat(500);
    default:
      return new Map([[i, { id: i, tags: ['a', 'b', `c${i}`] }]]);
  }
}

function take(value) {
  return value === undefined ? 1 : 2;
}

// Made outside the recorded functions, so that only the passing of values is compared.
const values = [];
for (let i = 0; i < VALUES_PER_ROUND; i++) values.push(make(i));
void measure(
  ROUNDS,
  () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += take(values[i]);
    return sum;
  },
  { values: ROUNDS * VALUES_PER_ROUND },
);
