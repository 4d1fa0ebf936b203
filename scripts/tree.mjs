// node scripts/tree.mjs [--calls 200000] [--messages 100]: a tree of 9 processes with 25 threads writes one recording; every
// call and every message must be in it.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkTree, runTree } from '../test/tree/tree.mjs';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '200000' }, messages: { type: 'string', default: '100' } },
});
const calls = Number(values.calls);
const messages = Number(values.messages);
const folder = mkdtempSync(join(tmpdir(), 'tracer-tree-'));
try {
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
} finally {
  rmSync(folder, { recursive: true, force: true });
}
