import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sweepCache, TransformCache } from './transform-cache.ts';
import type { Transformed } from './transform-types.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'tracer-cache-')), 'cache');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const nothingToPrepare = (): void => {};
const open = (): TransformCache => new TransformCache(folder, nothingToPrepare);

const ENTRY: Transformed = {
  code: 'let a = 1;\n',
  kind: 'module',
  insertions: 'AAB',
  map: { version: 3, mappings: 'AAAA', sources: ['ä.ts'] },
  sites: new Uint8Array([1, 2, 10, 13, 255]),
  originals: new Uint8Array([7, 10, 0]),
  functions: 3,
  instrumented: 2,
  level: 2,
  cleanSource: true,
  skippedReason: null,
  notInjected: [{ line: 4, reason: 'no statement' }],
};

test.each([
  ['all there is', ENTRY],
  [
    'text beyond Latin-1, and a head with line ends',
    { ...ENTRY, code: 'let 变量 = "\u2028\ud83d\ude00";\n', skippedReason: 'a\nb' },
  ],
  ['nothing but the code', { ...ENTRY, map: null, sites: null, insertions: '', code: 'é'.repeat(70_000) }],
] as [string, Transformed][])('gives back what was written: %s', (_, entry) => {
  open().write('key', entry);
  const found = open().read('key');
  const bytes = (of: Uint8Array | null): Buffer | null => (of === null ? null : Buffer.from(of));
  expect(found).toEqual({ ...entry, sites: bytes(entry.sites), originals: bytes(entry.originals) });
});

test('has nothing under another key', () => {
  open().write('key', ENTRY);
  expect(open().read('other')).toBeUndefined();
});

test('leaves no draft behind, and is for its owner alone', () => {
  open().write('key', ENTRY);
  expect(readdirSync(folder)).toEqual(['key']);
});

describe('a damaged entry counts as missing', () => {
  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['too long', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')])],
    ['empty', () => Buffer.alloc(0)],
    ['no head', () => Buffer.from('nonsense\nmore')],
    ['no line', () => Buffer.from('nonsense')],
  ])('%s', (_, damage) => {
    open().write('key', ENTRY);
    writeFileSync(join(folder, 'key'), damage(readFileSync(join(folder, 'key'))));
    expect(open().read('key')).toBeUndefined();
  });
});

test('does without a folder that cannot be made', () => {
  const cache = new TransformCache(folder, () => {
    throw new Error('read-only');
  });
  expect(cache.isWritable).toBe(true);
  cache.write('key', ENTRY);
  expect(cache.isWritable).toBe(false);
  expect(cache.read('key')).toBeUndefined();
});

test('does without a folder that is a file', () => {
  writeFileSync(folder, 'in the way');
  const cache = open();
  cache.write('key', ENTRY);
  expect(cache.isWritable).toBe(false);
  expect(cache.read('key')).toBeUndefined();
});

describe('sweeping', () => {
  const DAY_S = 24 * 60 * 60;
  const make = (name: string, bytes: number, ageDays: number): void => {
    writeFileSync(join(folder, name), Buffer.alloc(bytes));
    const timeS = Date.now() / 1000 - ageDays * DAY_S;
    utimesSync(join(folder, name), timeS, timeS);
  };

  beforeEach(() => mkdirSync(folder));

  test('keeps a small cache, but not drafts of processes long gone', () => {
    make('old', 100, 400);
    make('draft.1', 100, 2);
    make('draft.2', 100, 0);
    sweepCache(folder);
    expect(readdirSync(folder).sort()).toEqual(['draft.2', 'old']);
  });

  test('takes the oldest away until the rest fits', () => {
    make('oldest', 40, 9);
    make('older', 40, 5);
    make('new', 40, 0);
    sweepCache(folder, { most: 100, keep: 50 });
    expect(readdirSync(folder)).toEqual(['new']);
  });

  test('does nothing where there is no cache, or nothing may be deleted', () => {
    expect(() => sweepCache(join(folder, 'none'))).not.toThrow();
    make('entry', 40, 1);
    chmodSync(folder, 0o500);
    expect(() => sweepCache(folder, { most: 1, keep: 0 })).not.toThrow();
    chmodSync(folder, 0o700);
  });
});
