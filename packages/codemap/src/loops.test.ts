import { expect, test } from 'vitest';
import { findLoops } from './loops.ts';

test('loops with the parts that begin their iterations', () => {
  const source = `for (let i = 0; i < 3; i++) {
  for (const item of items as Item[]) use(item);
}
while (more()) {
  do next(); while (busy);
}`;
  const found = findLoops(source, 'a.ts');
  expect(found.map((loop) => [loop.source?.startColumn, loop.test?.startColumn])).toEqual([
    [undefined, 16],
    [21, undefined],
    [undefined, 7],
    [undefined, undefined],
  ]);
  const short = found.map(({ startLine, endLine, before, head }) => [
    startLine,
    endLine,
    before && [before.startColumn, before.endColumn],
    head && [head.startColumn, head.endColumn],
  ]);
  expect(short).toEqual([
    [1, 3, [5, 14], [23, 26]],
    [2, 2, null, [7, 17]],
    [4, 6, null, [7, 13]],
    [5, 5, null, null],
  ]);
});

test('a source that cannot be parsed has none', () => {
  expect(findLoops('for (', 'a.js')).toEqual([]);
});
