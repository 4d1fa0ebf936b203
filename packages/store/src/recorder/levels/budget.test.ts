import { beforeEach, describe, expect, test } from 'vitest';
import { smallSiteTable } from '../../../test/recorder/site-table.ts';
import { Budget } from './budget.ts';
import type { ThreadInterval } from './function-heat.ts';
import type { SiteHeat } from './heat.ts';
import { Ledger } from './ledger.ts';
import { ALL_DEGRADED, INSIDE_DEGRADED, LevelControl, NOT_DEGRADED, SWITCHED_OFF } from './level-control.ts';
import { flatten, type SiteTables } from './module-sites.ts';

/* Thread-wide sites: base 100. `hot` has FUNCTION 102, WRITE 103, THROW 105; `cold` FUNCTION 106, WRITE 107. */
const HOT = 1;
const COLD = 2;
/** What a visit is said to cost. */
const VISIT_NS = 1_000;

let control: LevelControl;
let budget: Budget;
let ledger: Ledger;
let said: string[];
let followed: [thread: number, isFollowed: boolean][];
let nowMs: number;

beforeEach(() => {
  const table = flatten({ key: 'app#1', file: 'app.js', hash: 'h' }, smallSiteTable());
  control = new LevelControl(() => table);
  control.addThread(0, new SharedArrayBuffer(256));
  control.addLoad({ thread: 0, base: 100, count: 10, key: 'app#1' });
  said = [];
  followed = [];
  const tables = { of: () => table } as unknown as SiteTables;
  ledger = new Ledger(tables);
  ledger.loaded('app#1');
  budget = new Budget(0.2, {
    control,
    tables,
    ledger,
    setFollowed: (thread, isFollowed) => followed.push([thread, isFollowed]),
    say: (text) => said.push(text),
  });
  nowMs = 0;
});

/** One interval of 100 ms in which the thread was busy all the time; costs in milliseconds by site. */
function interval(
  costs: Record<number, number>,
  more: { counted?: Record<number, number>; thrown?: number[]; busyMs?: number; followedMs?: number } = {},
): void {
  const sites = new Map<number, SiteHeat>();
  let recordedNs = 0;
  for (const [site, ms] of Object.entries(costs)) {
    sites.set(Number(site), { recordedNs: ms * 1e6, visits: (ms * 1e6) / VISIT_NS, counted: 0 });
    recordedNs += ms * 1e6;
  }
  for (const [site, counted] of Object.entries(more.counted ?? {}))
    sites.set(Number(site), { recordedNs: 0, visits: 0, counted });
  const heat = { recordedNs, sites, thrown: new Set(more.thrown), followedNs: (more.followedMs ?? 0) * 1e6 };
  const one: ThreadInterval = { thread: 0, busyMs: more.busyMs ?? 100, heat };
  nowMs += 100;
  budget.judge(nowMs, [one]);
}

const state = (functionIndex: number): number => control.degradation('app#1', functionIndex);

describe('the budget', () => {
  test('leaves everything as it is while recording fits', () => {
    interval({ 102: 10, 106: 5 });
    expect([state(HOT), state(COLD), said]).toEqual([NOT_DEGRADED, NOT_DEGRADED, []]);
  });

  test('counts the hottest function instead of recording it, and only as many as it takes', () => {
    interval({ 102: 30, 106: 1 });
    expect([state(HOT), state(COLD)]).toEqual([ALL_DEGRADED, NOT_DEGRADED]);
    expect(said).toEqual(['hot (app.js:1) is counted instead of recorded: it exceeds the budget of 20%']);
    expect(budget.totals).toEqual({ counted: 1, off: 0 });
  });

  test('begins with the inside of a function where that is what costs', () => {
    interval({ 102: 10, 103: 50 });
    expect(state(HOT)).toBe(INSIDE_DEGRADED);
    interval({ 102: 40 });
    expect(state(HOT)).toBe(ALL_DEGRADED);
  });

  test('does not take the pause between two bursts of counts for rest', () => {
    interval({ 102: 30, 106: 1 });
    expect(budget.isHolding).toBe(true);
    for (let n = 0; n < 200; n++) interval({}, { counted: n % 2 === 0 ? { 102: 500_000 } : {} });
    expect(state(HOT)).toBe(ALL_DEGRADED);
    // Two minutes of rest: longer than any cool-down.
    for (let n = 0; n < 1200; n++) interval({});
    expect([state(HOT), budget.isHolding]).toEqual([NOT_DEGRADED, false]);
    // It was once.
    expect(budget.totals).toEqual({ counted: 1, off: 0 });
  });

  test('ends following resources where that alone takes most of it, once functions take less', () => {
    interval({ 102: 40 }, { followedMs: 12 });
    expect([state(HOT), followed]).toEqual([ALL_DEGRADED, []]);
    interval({ 106: 8 }, { followedMs: 12 });
    expect(followed).toEqual([[0, false]]);
    expect(said.at(-1)).toContain('are not followed');
    // It comes back when the program does less of it, not before.
    for (let n = 0; n < 100; n++) interval({ 106: 8 });
    expect(followed).toHaveLength(1);
    expect(budget.isHolding).toBe(true);
    interval({ 106: 0.1 });
    expect(followed.at(-1)).toEqual([0, true]);
  });

  test('begins without following where earlier runs showed that it does not fit, until it does', () => {
    budget.beginUnfollowed(0, 0, { rate: 0.15, intervalMs: 100 });
    expect([followed, said[0]]).toEqual([[[0, false]], expect.stringContaining('from the start')]);
    // An idle thread lets the recorder sleep.
    expect(budget.isHolding).toBe(false);
    for (let n = 0; n < 100; n++) interval({ 106: 10 });
    expect(followed).toHaveLength(1);
    interval({});
    expect(followed).toHaveLength(1);
    budget.beginUnfollowed(nowMs, 0, { rate: 0.1, intervalMs: 100 });
    for (let n = 0; n < 21; n++) interval({});
    expect(followed.at(-1)).toEqual([0, true]);
  });

  test('has what is switched off, or not followed, charged as when it was seen last', () => {
    budget.beginUnfollowed(0, 0, { rate: 0.15, intervalMs: 100 });
    interval({ 102: 60 });
    interval({}, { counted: { 102: 1_000_000 } });
    expect(state(HOT)).toBe(SWITCHED_OFF);
    expect(budget.totals).toEqual({ counted: 0, off: 1 });
    ledger.take();
    interval({});
    const { ownNs, followedNs, modules } = ledger.take();
    const [hot] = modules[0]!.functions;
    // A million visits at a microsecond each, in 70 ms of the program's own.
    expect(hot!.boundaryNs / ownNs).toBeCloseTo(1 / 0.07, 0);
    expect(followedNs / ownNs).toBeCloseTo(0.15);
    // Probes that are off take 6 ns a visit of what seems to be the program's time.
    expect(ownNs).toBeCloseTo(100e6 / (1 + (1_000_000 / 70e6) * 6), -3);
  });

  test('has an interval count by how much of what is allowed recording takes in it', () => {
    interval({ 102: 10 });
    const half = ledger.take();
    interval({});
    const idle = ledger.take();
    expect(half.ownNs).toBeCloseTo(90e6 * (10 / 18), -3);
    expect(half.modules[0]!.functions[0]!.boundaryNs / half.ownNs).toBeCloseTo(10 / 90);
    expect(idle.ownNs).toBeCloseTo(100e6 * 0.05, -3);
    interval({ 102: 1 }, { busyMs: 0 });
    expect(ledger.take()).toMatchObject({ ownNs: 0, modules: [{ functions: [{ boundaryNs: 0.05e6 }] }] });
  });

  test('follows resources as long as they fit', () => {
    interval({ 106: 1 }, { followedMs: 12 });
    expect([followed, said]).toEqual([[], []]);
  });

  test('says nothing about a thread that hardly worked', () => {
    interval({ 102: 4 }, { busyMs: 5 });
    expect(state(HOT)).toBe(NOT_DEGRADED);
  });

  test('brings a function back when it has cooled down, later each time that it was too early', () => {
    interval({ 102: 60 });
    for (let i = 0; i < 19; i++) interval({}, { counted: { 102: 10 } });
    expect(state(HOT)).toBe(ALL_DEGRADED);
    interval({}, { counted: { 102: 10 } });
    expect(state(HOT)).toBe(NOT_DEGRADED);
    expect(said[1]).toBe('hot (app.js:1) is recorded again: it has cooled down');
    interval({ 102: 60 });
    for (let i = 0; i < 39; i++) interval({});
    expect(state(HOT)).toBe(ALL_DEGRADED);
    interval({});
    expect(state(HOT)).toBe(NOT_DEGRADED);
  });

  test('does not bring back what would be too much again', () => {
    interval({ 102: 60 });
    for (let i = 0; i < 60; i++) interval({}, { counted: { 102: 400_000 } });
    expect(state(HOT)).toBe(ALL_DEGRADED);
  });

  test('switches off what costs too much even when it is only counted, and counts it again later', () => {
    interval({ 102: 60 });
    interval({}, { counted: { 102: 1_000_000 } });
    expect(state(HOT)).toBe(SWITCHED_OFF);
    expect(said[1]).toBe('hot (app.js:1) is neither recorded nor counted: it exceeds the budget of 20%');
    for (let i = 0; i < 20; i++) interval({});
    expect(state(HOT)).toBe(ALL_DEGRADED);
    expect(said[2]).toBe('hot (app.js:1) is counted again: it has cooled down');
    // What the rest has left may be taken once.
    interval({}, { counted: { 102: 1_000_000 } });
    expect(state(HOT)).toBe(ALL_DEGRADED);
    interval({}, { counted: { 102: 1_000_000 } });
    expect(state(HOT)).toBe(SWITCHED_OFF);
  });

  test('raises a function that throws and does not degrade it again at once', () => {
    interval({ 102: 10, 103: 50 });
    expect(state(HOT)).toBe(INSIDE_DEGRADED);
    interval({ 102: 2 }, { thrown: [105] });
    expect(state(HOT)).toBe(NOT_DEGRADED);
    expect(said.at(-1)).toBe('hot (app.js:1) is recorded again: it threw');
    interval({ 102: 60, 106: 30 });
    expect([state(HOT), state(COLD)]).toEqual([NOT_DEGRADED, ALL_DEGRADED]);
  });
});
