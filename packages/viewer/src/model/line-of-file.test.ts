import { expect, test } from 'vitest';
import { parseLine } from './line-of-file.ts';

const FILES = ['src/app.js', 'src/app.test.js', 'lib/app.js', 'lib/cart.ts'];

test('a line of a file is told by its name, a part of its path, or something like it', () => {
  const found = (text: string) => parseLine(text, FILES).map(({ file, line }) => `${file}:${line}`);
  expect(found('lib/app.js:20')).toEqual(['lib/app.js:20']);
  expect(found('app.js:20:7')).toEqual(['src/app.js:20', 'lib/app.js:20']);
  expect(found('cart:3')).toEqual(['lib/cart.ts:3']);
  for (const other of ['1:20', 'app.js', 'app.js:0', 'nothing of this:2', ':5']) expect(found(other)).toEqual([]);
});
