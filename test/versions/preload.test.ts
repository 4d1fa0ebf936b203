import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const dir = scratchFolder();

beforeAll(() => {
  writeFileSync(join(dir, 'app.mjs'), `console.log(import.meta.resolve('node:fs'), process.argv.slice(2).join());`);
});

test.each(['.', 'examples/demo', 'packages/format'])('`--import tracer` resolves from %s', (folder) => {
  const stdout = execFileSync(process.execPath, ['--import', 'tracer', join(dir, 'app.mjs'), 'a', 'b'], {
    cwd: join(ROOT, folder),
    encoding: 'utf8',
    env: { ...process.env, TRACER_OUT: join(dir, 'recording.db'), TRACER_QUIET: '1' },
  });
  expect(stdout).toBe('node:fs a,b\n');
});
