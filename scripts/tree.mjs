// node scripts/tree.mjs [--calls 200000] [--messages 100]: a tree of 9 processes with 25 threads writes one recording; every
// call and every message must be in it.
//
//   --compare [--rounds 3]   8 processes with 24 threads record into one database, and each into one of its own, by turns
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkTree, runTree } from '../test/tree/tree.mjs';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200000' },
    messages: { type: 'string', default: '100' },
    compare: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
  },
});
const calls = Number(values.calls);
const messages = Number(values.messages);
const folder = mkdtempSync(join(tmpdir(), 'tracer-tree-'));
try {
  await (values.compare ? compare(Number(values.rounds)) : check());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function check() {
  const plain = await runTree({ folder: join(folder, 'plain'), calls, messages, isRecorded: false });
  const recorded = await runTree({ folder: join(folder, 'recorded'), calls, messages });
  const megabytes = (statSync(recorded.recording).size / 2 ** 20).toFixed(0);
  console.log(
    `plain ${plain.seconds.toFixed(1)} s, recorded ${recorded.seconds.toFixed(1)} s, ${megabytes} MB; checking ...`,
  );
  const problems = checkTree({ folder: join(folder, 'recorded'), recording: recorded.recording, calls });
  for (const problem of problems) console.log(problem);
  console.log(problems.length === 0 ? 'every call and every message is there' : `${problems.length} problems`);
  process.exitCode = problems.length > 0 || recorded.exitCode !== 0 ? 1 : 0;
}

/** @param {number} rounds */
async function compare(rounds) {
  const one = newTimes();
  const separate = newTimes();
  for (let round = 0; round < rounds; round++) {
    const order = [one, separate];
    if (round % 2 === 1) order.reverse();
    for (const times of order) {
      const at = join(folder, 'compared');
      const recordings = times === one ? 'one' : 'separate';
      const { exitCode, ...run } = await runTree({ folder: at, calls, messages, isRecorded: false, recordings });
      rmSync(at, { recursive: true, force: true });
      if (exitCode !== 0) throw new Error(`the tree ended with ${exitCode}`);
      times.seconds.push(run.seconds);
      times.cpuSeconds.push(run.cpuSeconds);
      const [wall, cpu] = [run.seconds.toFixed(1), run.cpuSeconds.toFixed(1)];
      console.log(`${recordings.padEnd(8)}  ${wall} s, ${cpu} s of processor time`);
    }
  }
  printRatio('wall time', median(one.seconds), median(separate.seconds));
  printRatio('processor time', median(one.cpuSeconds), median(separate.cpuSeconds));
}

function newTimes() {
  return { seconds: /** @type {number[]} */ ([]), cpuSeconds: /** @type {number[]} */ ([]) };
}

/** @param {string} what @param {number} together @param {number} apart */
function printRatio(what, together, apart) {
  const percent = ((together / apart - 1) * 100).toFixed(1);
  console.log(`${what}: one database ${together.toFixed(2)} s, separate ones ${apart.toFixed(2)} s: ${percent}% more`);
}

/** @param {number[]} list */
function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
