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
const outcome = await fuzz({
  seed,
  deadlineMs: started + Number(values.minutes) * 60_000,
  programsMax: Number(values.programs),
  report: (text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${text}`);
  },
});
const seeds = new Set();
for (const difference of outcome.differences) {
  if (seeds.has(difference.seed)) continue;
  seeds.add(difference.seed);
  console.log(`\nseed ${difference.seed} at ${difference.way}`);
  console.log(firstDifference(difference.plain, difference.recorded).join('\n'));
  if (seeds.size <= 3) console.log(await explain(difference, Date.now() + Number(values.shrink) * 1000));
}
for (const complaint of outcome.complaints) console.log(`\nrecording: ${complaint}`);
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  `${outcome.programs} programs from seed ${seed}, each plain and at three levels, ${seconds} s: ${seeds.size} differ, ${outcome.misplaced} only in the places of V8's own errors, ${outcome.complaints.length} recordings are not sound`,
);
process.exitCode = seeds.size + outcome.complaints.length > 0 ? 1 : 0;
