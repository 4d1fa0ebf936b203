import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tracer-preload-'));
  writeFileSync(join(dir, 'app.mjs'), `console.log(import.meta.resolve('node:fs'), process.argv.slice(2).join());`);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.each(['.', 'examples/demo', 'packages/format'])('`--import tracer` resolves from %s', (folder) => {
  const stdout = execFileSync(process.execPath, ['--import', 'tracer', join(dir, 'app.mjs'), 'a', 'b'], {
    cwd: join(ROOT, folder),
    encoding: 'utf8',
    env: { ...process.env, TRACER_OUT: join(dir, 'recording.db'), TRACER_QUIET: '1' },
  });
  expect(stdout).toBe('node:fs a,b\n');
});
