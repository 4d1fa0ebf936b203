// node scripts/endings.mjs [--runs 300] [--seed N] [--keep]: random members of a tree of processes and threads end in random
// ways at random times; every recording must be sound, and nothing missing but the last moments of who was killed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkOutcome, COMMANDS } from '../test/endings/check.mjs';
import { runOf, runTree } from '../test/endings/tree.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: 'Infinity' },
    keep: { type: 'boolean', default: false },
  },
});
/** Commands that are tried on each recording, in turn. */
const COMMANDS_PER_RUN = 2;

const runs = Number(values.runs);
const firstSeed = Number(values.seed);
const folder = mkdtempSync(join(tmpdir(), 'tracer-endings-'));
const untilMs = Date.now() + Number(values.minutes) * 60_000;
/** @type {number[]} */
const lostMs = [];
/** @type {Map<string, number>} */
const ways = new Map();
let failedCount = 0;
let doneCount = 0;

for (; doneCount < runs && Date.now() < untilMs; doneCount++) {
  const run = runOf(firstSeed + doneCount);
  const runFolder = join(folder, String(run.seed));
  const outcome = await runTree(run, runFolder);
  const commands = Array.from(
    { length: COMMANDS_PER_RUN },
    (_, i) => COMMANDS[(doneCount * COMMANDS_PER_RUN + i) % COMMANDS.length] ?? [],
  );
  const { problems, losses } = checkOutcome(outcome, commands);
  lostMs.push(...losses.map((loss) => loss.lostMs));
  ways.set(run.how, (ways.get(run.how) ?? 0) + 1);
  if (problems.length > 0) {
    failedCount++;
    console.log(`seed ${run.seed}: ${run.victim} ${run.how} after ${run.afterMs} ms at ${run.level}`);
    for (const problem of problems) console.log(`  ${problem}`);
  }
  if (!values.keep || problems.length === 0) rmSync(runFolder, { recursive: true, force: true });
  if (process.stderr.isTTY) process.stderr.write(`\r${doneCount + 1} of ${runs}, ${failedCount} failed `);
}
if (!values.keep) rmSync(folder, { recursive: true, force: true });
else console.log(`recordings of failed runs: ${folder}`);

lostMs.sort((a, b) => a - b);
/** @param {number} share */
const at = (share) => (lostMs[Math.min(lostMs.length - 1, Math.floor(lostMs.length * share))] ?? 0).toFixed(1);
console.log(
  `${doneCount} runs from seed ${firstSeed}: ${failedCount} failed; ${[...ways].map(([way, count]) => `${count} ${way}`).join(', ')}`,
);
console.log(
  `${lostMs.length} threads cut off, lost at the end: median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`,
);
process.exitCode = failedCount > 0 ? 1 : 0;
