import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, PRELOAD, run, type Project } from '../support/programs.ts';

/* Every line of output is in the recording once, whatever way it takes, and reaches where it goes. */

const FILES = {
  'output.mjs': `import fs, { writeSync } from 'node:fs';
import { promisify } from 'node:util';
console.log('by console');
process.stdout.write(Buffer.from('by the stream\\n'));
writeSync(1, 'by writeSync\\n');
const { bytesWritten } = await promisify(fs.write)(1, Buffer.from('..by write\\n..'), 2, 9);
console.error('wrote', bytesWritten);
fs.writeSync(2, 'to error\\n');
`,
};

const EXPECTED = { stdout: 'by console\nby the stream\nby writeSync\nby write\n', stderr: 'wrote 9\nto error\n' };

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

async function logsOf(recording: string): Promise<typeof EXPECTED> {
  const query = 'SELECT stream, text FROM logs ORDER BY id';
  const rows = (await project.ask('sql', query, '--rec', recording)) as { stream: string; text: string }[];
  const of = (name: string): string =>
    rows
      .filter(({ stream }) => stream === name)
      .map(({ text }) => text)
      .join('');
  return { stdout: of('stdout'), stderr: of('stderr') };
}

test('into pipes', async () => {
  const recording = join(project.dir, 'pipes.db');
  const { stdout, stderr } = await project.record(['output.mjs'], recording);
  expect({ stdout, stderr }).toEqual(EXPECTED);
  expect(await logsOf(recording)).toEqual(EXPECTED);
});

test('into files, where streams write to the descriptor', async () => {
  const recording = join(project.dir, 'files.db');
  const command = `"${process.execPath}" --import "${PRELOAD}" output.mjs > out.txt 2> err.txt; cat out.txt; cat err.txt >&2`;
  const env = { TRACER_OUT: recording, TRACER_QUIET: '1' };
  const { stdout, stderr } = await run('/bin/sh', ['-c', command], { cwd: project.dir, env });
  expect({ stdout, stderr }).toEqual(EXPECTED);
  expect(await logsOf(recording)).toEqual(EXPECTED);
});
