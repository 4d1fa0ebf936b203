import { expect, test } from 'vitest';
import { createBoundedMap } from './bounded-map.ts';

test('the oldest is forgotten, and only the oldest', () => {
  const forgotten: [number, string][] = [];
  const map = createBoundedMap<number, string>(3, (key, value) => forgotten.push([key, value]));
  for (const [key, value] of [
    [1, 'a'],
    [2, 'b'],
    [1, 'A'],
    [3, 'c'],
    [4, 'd'],
    [5, 'e'],
  ] as const)
    map.set(key, value);
  expect(forgotten).toEqual([
    [1, 'A'],
    [2, 'b'],
  ]);
  expect([1, 2, 3, 4, 5].map(map.get)).toEqual([undefined, undefined, 'c', 'd', 'e']);
});
