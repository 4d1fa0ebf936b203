import { beforeEach, describe, expect, test } from 'vitest';
import { smallSiteTable } from '../../../test/recorder/site-table.ts';
import { ALL_DEGRADED, INSIDE_DEGRADED, LevelControl, NOT_DEGRADED, SWITCHED_OFF } from './level-control.ts';
import { flatten } from './module-sites.ts';

const BASE = 3;
const COUNT = 10;

let bytes: Uint8Array;
let control: LevelControl;

beforeEach(() => {
  const shared = new SharedArrayBuffer(64);
  bytes = new Uint8Array(shared);
  bytes.set([1, 1, 1, 1, 0, 1, 1, 1, 0, 1], BASE);
  const table = flatten({ key: 'app#1', file: 'app.js', hash: 'h' }, smallSiteTable());
  control = new LevelControl((key) => (key === 'app#1' ? table : undefined));
  control.addThread(0, shared);
  control.addLoad({ thread: 0, base: BASE, count: COUNT, key: 'app#1' });
});

const levels = (): number[] => [...bytes.subarray(BASE, BASE + COUNT)];

describe('level control', () => {
  test('leaves the bytes that the thread has set until something changes', () => {
    expect(levels()).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 0, 1]);
    expect(control.changeLevels('app#1', () => 2)).toBe(0);
    expect(levels()).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 0, 1]);
  });

  test('moves functions to the level asked for, by name', () => {
    expect(control.changeLevels('app#1', (name) => (name === 'hot' ? 3 : name === 'cold' ? 0 : 2))).toBe(2);
    expect(levels()).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect(control.changeLevels('app#1', () => 1)).toBe(3);
    expect(levels()).toEqual([1, 1, 1, 0, 0, 1, 1, 0, 0, 1]);
    expect(bytes[BASE - 1]).toBe(0);
    expect(bytes[BASE + COUNT]).toBe(0);
  });

  test('keeps the mark of secret sites', () => {
    bytes[BASE + 3] = 0x81;
    control.changeLevels('app#1', () => 1);
    expect(bytes[BASE + 3]).toBe(0x80);
    control.changeLevels('app#1', () => 2);
    expect(bytes[BASE + 3]).toBe(0x81);
  });

  test('degrades the inside of a function, then all of it, but never its throws', () => {
    control.setDegraded('app#1', 1, INSIDE_DEGRADED);
    expect(levels()).toEqual([1, 1, 1, 2, 0, 1, 1, 1, 0, 1]);
    control.setDegraded('app#1', 1, ALL_DEGRADED);
    expect(levels()).toEqual([1, 1, 2, 2, 0, 1, 1, 1, 0, 1]);
    control.changeLevels('app#1', () => 3);
    expect(levels()).toEqual([1, 1, 2, 2, 2, 1, 1, 1, 1, 1]);
    control.setDegraded('app#1', 1, SWITCHED_OFF);
    expect(levels()).toEqual([1, 1, 0, 0, 0, 1, 1, 1, 1, 1]);
    control.setDegraded('app#1', 1, NOT_DEGRADED);
    expect(levels()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });

  test('treats threads and later loads alike', () => {
    control.changeLevels('app#1', () => 0);
    const second = new Uint8Array(new SharedArrayBuffer(64)).fill(1);
    control.addThread(5, second.buffer as SharedArrayBuffer);
    control.addLoad({ thread: 5, base: 20, count: COUNT, key: 'app#1' });
    expect([...second.subarray(19, 31)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    control.removeThread(5);
    control.changeLevels('app#1', () => 1);
    expect(second[20]).toBe(0);
    expect(control.find(0, BASE + 4)).toMatchObject({ key: 'app#1', base: BASE });
    expect(control.find(0, BASE + COUNT)).toBeUndefined();
  });

  test('ignores modules that it knows nothing of', () => {
    control.addLoad({ thread: 0, base: 30, count: 2, key: 'other' });
    expect(control.changeLevels('other', () => 3)).toBe(0);
    expect(control.setDegraded('other', 0, ALL_DEGRADED)).toBe(false);
  });
});
