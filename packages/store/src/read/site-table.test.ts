import type { SiteTuple } from '@execution-cinema/format';
import { expect, test } from 'vitest';
import { PackedSites } from './site-table.ts';

const SITES: SiteTuple[] = [
  [0, 1, 0, 1, 0, 0, 0],
  [2, 2, 7, 2_000_000, 4_096, -1, 65_535],
  [1, 3, 7, 3, 2, 5, 6],
];
const packed = new PackedSites(SITES);

test('a packed site is as it was', () => {
  expect(packed).toHaveLength(3);
  expect(SITES.map((_, index) => packed.at(index))).toEqual(SITES);
});

test('there is no site beyond the first and the last', () => {
  expect([packed.at(-1), packed.at(3), new PackedSites([]).at(0)]).toEqual([undefined, undefined, undefined]);
});

test('sites are shown in order', () => {
  const seen: [SiteTuple, number][] = [];
  packed.forEach((site, index) => seen.push([[...site], index]));
  expect(seen).toEqual(SITES.map((site, index) => [site, index]));
});

test('those that pass are told by their index', () => {
  expect(packed.where(([, , functionIndex], index) => functionIndex === 7 && index > 1)).toEqual([2]);
  expect(packed.where(([, , functionIndex]) => functionIndex === 7)).toEqual([1, 2]);
});
