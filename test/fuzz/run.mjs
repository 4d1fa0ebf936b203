import { parseArgs } from 'node:util';
import { explain, firstDifference, fuzz } from './fuzz.mjs';

/* node test/fuzz/run.mjs [--minutes N] [--seed N] [--programs N] [--shrink SECONDS]: random programs, plain and recorded. */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    programs: { type: 'string', default: 'Infinity' },
    shrink: { type: 'string', default: '60' },
  },
});
const seed = Number(values.seed);
const started = Date.now();
const seeds = new Set();
const outcome = await fuzz({
  seed,
  deadlineMs: started + Number(values.minutes) * 60_000,
  programsMax: Number(values.programs),
  report: (text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${text}`);
  },
  // At once, since a run may take an hour.
  found: ({ seed: own, way, plain, recorded }) => {
    if (!seeds.has(own)) console.log(`\nseed ${own} at ${way}\n${firstDifference(plain, recorded).join('\n')}`);
    seeds.add(own);
  },
});
const explained = [...seeds].slice(0, 3);
for (const own of explained) {
  const difference = outcome.differences.find((one) => one.seed === own);
  if (difference) console.log(await explain(difference, Date.now() + Number(values.shrink) * 1000));
}
for (const complaint of outcome.complaints) console.log(`\nrecording: ${complaint}`);
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  `${outcome.programs} programs from seed ${seed}, each plain and at three levels, ${seconds} s: ${seeds.size} differ, ${outcome.misplaced} only in the places of V8's own errors, ${outcome.complaints.length} recordings are not sound`,
);
process.exitCode = seeds.size + outcome.complaints.length > 0 ? 1 : 0;
