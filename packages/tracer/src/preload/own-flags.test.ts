import { symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { OWN_FILE } from './launch.ts';
import { hideFlags, isOwnSpecifier, withoutFlags, wordsOf } from './own-flags.ts';

test('names of the package are our own', () => {
  for (const name of ['tracer', 'tracer/require', '@execution-cinema/tracer']) expect(isOwnSpecifier(name)).toBe(true);
  for (const name of ['tracer/api', 'tracers', './dist/preload.mjs', '/nowhere/preload.cjs', '']) {
    expect(isOwnSpecifier(name), name).toBe(false);
  }
});

test('paths and URLs of the preload are our own, through links as well', () => {
  // The bundle is `preload.cjs`; here the module stands for it.
  const link = join(scratchFolder(), 'preload.cjs');
  symlinkSync(OWN_FILE, link);
  for (const way of [link, relative(process.cwd(), link), pathToFileURL(link).href]) {
    expect(isOwnSpecifier(way), way).toBe(true);
  }
});

test('flags of ours are taken out, all others stay', () => {
  const flags = [
    '--no-warnings',
    '--import',
    'tracer',
    '--require=tracer',
    '-r',
    'dotenv/config',
    '--import=x',
    '--import',
  ];
  hideFlags(flags);
  expect(flags).toEqual(['--no-warnings', '-r', 'dotenv/config', '--import=x', '--import']);
});

test('NODE_OPTIONS keeps every other letter', () => {
  expect(withoutFlags('--import tracer')).toBeUndefined();
  expect(withoutFlags(' --no-warnings  --title "a b" ')).toBe(' --no-warnings  --title "a b" ');
  expect(withoutFlags('--title "a  b" --import "tracer"   -r  x')).toBe('--title "a  b" -r  x');
  expect(withoutFlags('--import=tracer --require "tracer/require" --no-warnings')).toBe('--no-warnings');
});

test('words of NODE_OPTIONS are read as Node reads them', () => {
  expect(wordsOf(String.raw`--title="a \"b\" c" "--require" x\y `)).toEqual([
    '--title=a "b" c',
    '--require',
    String.raw`x\y`,
  ]);
});
