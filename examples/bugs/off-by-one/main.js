// The average of the last days. `node main.js ok` takes the right ones.
const fixed = process.argv[2] === 'ok';

function lastDays(values, days) {
  const from = values.length - days;
  const to = fixed ? values.length : values.length - 1;
  return values.slice(from, to);
}

function average(values, days) {
  let sum = 0;
  for (const value of lastDays(values, days)) sum += value;
  const mean = sum / days;
  return mean;
}

function latest(values, days) {
  const picked = lastDays(values, days);
  const end = picked.length;
  return summary(average(values, days), end);
}

function summary(mean, end) {
  console.log(`mean ${mean} of ${end} days`);
}

latest([10, 20, 30, 40], 3);
