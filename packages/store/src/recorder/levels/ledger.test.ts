import { placeOf } from '@execution-cinema/format';
import { beforeEach, expect, test } from 'vitest';
import { smallSiteTable } from '../../../test/recorder/site-table.ts';
import type { FunctionHeat } from './function-heat.ts';
import { Ledger, type IntervalFacts } from './ledger.ts';
import { flatten, type LevelSites, type SiteTables } from './module-sites.ts';

const HOT = 1;
const PLACE = placeOf({ source: 0, line: 1, column: 0 });
const table = flatten({ key: 'app#1', file: 'app.js', hash: 'h' }, smallSiteTable());
const again: LevelSites = { ...table, key: 'app#2' };
let ledger: Ledger;

beforeEach(() => {
  ledger = new Ledger({ of: (key: string) => (key === 'app#1' ? table : again) } as unknown as SiteTables);
  ledger.loaded('app#1');
});

function heat(functionIndex: number, more: Partial<FunctionHeat>, key = 'app#1'): FunctionHeat {
  const nothing = { boundaryNs: 0, insideNs: 0, visits: 0, insideVisits: 0, counted: 0, insideCounted: 0 };
  return { load: { thread: 0, base: 0, count: 10, key }, functionIndex, ...nothing, ...more };
}

function add(recordedNs: number, functions: FunctionHeat[], more: Partial<IntervalFacts> = {}): void {
  const all = { recordedNs, sites: new Map(), thrown: new Set<number>(), followedNs: 0 };
  ledger.add({ heat: all }, { functions, ownNs: 1_000, followedNs: 5, weight: 1, visitNs: () => 10, off: [], ...more });
}

test('adds intervals up by function, and what belongs to none', () => {
  add(100, [heat(HOT, { boundaryNs: 30, insideNs: 50 })]);
  add(100, [heat(HOT, { boundaryNs: 30, insideNs: 60 })]);
  expect(ledger.take()).toEqual({
    ownNs: 2_000,
    otherNs: 30,
    followedNs: 10,
    modules: [{ file: 'app.js', hash: 'h', functions: [{ place: PLACE, name: 'hot', boundaryNs: 60, insideNs: 110 }] }],
  });
});

test('lets an interval count for less, all its times alike', () => {
  add(100, [heat(HOT, { boundaryNs: 40, insideNs: 20 })], {
    weight: 0.5,
    off: [['2 app#1', { boundary: 0.1, inside: 0, visits: 0 }]],
  });
  const { ownNs, otherNs, followedNs, modules } = ledger.take();
  expect([ownNs, otherNs, followedNs]).toEqual([500, 20, 2.5]);
  expect(modules[0]!.functions.map((one) => [one.boundaryNs, one.insideNs])).toEqual([
    [20, 10],
    [50, 0],
  ]);
});

test('charges visits that were only counted as if they had been recorded', () => {
  add(0, [heat(HOT, { counted: 12, insideCounted: 8 })]);
  expect(ledger.take().modules[0]!.functions).toMatchObject([{ boundaryNs: 40, insideNs: 80 }]);
});

test('charges what is switched off as when it was seen last', () => {
  add(0, [], { off: [['1 app#1', { boundary: 0.5, inside: 0.25, visits: 1 }]] });
  expect(ledger.take().modules[0]!.functions).toMatchObject([{ boundaryNs: 500, insideNs: 250 }]);
});

test('takes a source for one however it was compiled', () => {
  ledger.loaded('app#2');
  add(0, [heat(HOT, { boundaryNs: 1 }), heat(HOT, { boundaryNs: 2 }, 'app#2')]);
  expect(ledger.take().modules.map(({ functions }) => functions.length)).toEqual([2]);
});

test('begins anew once it was asked, but knows what is loaded', () => {
  add(100, [heat(HOT, { boundaryNs: 30 })]);
  ledger.take();
  expect(ledger.take()).toEqual({
    ownNs: 0,
    otherNs: 0,
    followedNs: 0,
    modules: [{ file: 'app.js', hash: 'h', functions: [] }],
  });
});

test('names the module apart from a function at its beginning', () => {
  add(0, [heat(0, { insideNs: 3 }), heat(HOT, { insideNs: 4 })]);
  expect(ledger.take().modules[0]!.functions.map(({ place }) => place)).toEqual(['module', PLACE]);
});
