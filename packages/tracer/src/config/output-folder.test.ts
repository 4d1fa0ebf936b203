import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { prepareOutputFolder } from './output-folder.ts';

let folder = '';

beforeEach(() => {
  folder = scratchFolder();
});
afterEach(() => chmodSync(folder, 0o700));

it('sets the default folder up for its owner alone, hidden from git and backups', () => {
  const out = join(folder, '.tracer/a.db');
  prepareOutputFolder({ out, outIsDefault: true });
  prepareOutputFolder({ out, outIsDefault: true });
  expect(statSync(join(folder, '.tracer')).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(folder, '.tracer/.gitignore'), 'utf8')).toBe('*\n');
  expect(readFileSync(join(folder, '.tracer/CACHEDIR.TAG'), 'utf8')).toMatch(
    /^Signature: 8a477f597d28d172789f06886806bc55\n/,
  );
});

it('keeps what somebody has written there', () => {
  const out = join(folder, '.tracer/a.db');
  prepareOutputFolder({ out, outIsDefault: true });
  writeFileSync(join(folder, '.tracer/.gitignore'), '*.db\n');
  prepareOutputFolder({ out, outIsDefault: true });
  expect(readFileSync(join(folder, '.tracer/.gitignore'), 'utf8')).toBe('*.db\n');
});

it('puts nothing into a folder that somebody chose', () => {
  prepareOutputFolder({ out: join(folder, 'x/y/a.db'), outIsDefault: false });
  expect(existsSync(join(folder, 'x/y'))).toBe(true);
  expect(existsSync(join(folder, 'x/y/.gitignore'))).toBe(false);
});

it('says what is in the way', () => {
  mkdirSync(join(folder, 'a.db'));
  writeFileSync(join(folder, 'file'), '');
  expect(() => prepareOutputFolder({ out: join(folder, 'a.db'), outIsDefault: false })).toThrow(/a\.db is a folder/);
  expect(() => prepareOutputFolder({ out: join(folder, 'file/b/c.db'), outIsDefault: true })).toThrow(
    /file\/b cannot be written/,
  );
});
