import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TemporaryFolder } from '../../scripts/temporary-folder.mjs';

function temporaryFolder(): TemporaryFolder {
  const temporary = new TemporaryFolder();
  onTestFinished(() => temporary.remove());
  return temporary;
}

/** Makes a temporary file as programs do, and returns its path. */
function make(temporary: TemporaryFolder, name: string): string {
  const script = `const file = require('path').join(os.tmpdir(), '${name}'); fs.writeFileSync(file, ''); console.log(file);`;
  const env = { ...process.env, ...temporary.environment };
  return execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' }).trim();
}

test('names what a run has left, and nothing of another run', () => {
  const temporary = temporaryFolder();
  const other = temporaryFolder();
  expect(temporary.leftovers()).toEqual([]);
  make(temporary, 'b');
  make(temporary, 'a');
  make(other, 'c');
  expect(temporary.leftovers()).toEqual(['a', 'b']);
});

test('what the runner itself writes is no leftover', () => {
  const temporary = temporaryFolder();
  writeFileSync(temporary.file('counts.json'), '{}');
  expect(temporary.leftovers()).toEqual([]);
});

test("Node's cache of compiled code is no leftover", () => {
  const temporary = temporaryFolder();
  make(temporary, 'node-compile-cache');
  make(temporary, 'node-compile-cache-of-somebody');
  expect(temporary.leftovers()).toEqual(['node-compile-cache-of-somebody']);
});

test('everything goes with it', () => {
  const temporary = temporaryFolder();
  const file = make(temporary, 'a');
  temporary.remove();
  expect(existsSync(dirname(file))).toBe(false);
  expect(existsSync(dirname(temporary.file('counts.json')))).toBe(false);
});
