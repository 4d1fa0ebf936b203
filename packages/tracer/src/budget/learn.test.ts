import type { CostReport, ReportedFunction } from '@execution-cinema/store';
import { beforeEach, expect, test } from 'vitest';
import { learn } from './learn.ts';
import { emptyMemory, FUNCTIONS_MAX, type Memory, type RememberedFunction } from './memory.ts';

let memory: Memory;
beforeEach(() => {
  memory = emptyMemory();
});

/** Milliseconds of one second: calls, inside. */
type Costs = Record<string, readonly [boundary: number, inside: number]>;

function report(costs: Costs, { hash = 'h', ...more }: Partial<CostReport> & { hash?: string } = {}): CostReport {
  const functions = Object.entries(costs).map<ReportedFunction>(([name, [boundary, inside]]) => ({
    place: name,
    name,
    boundaryNs: boundary * 1e6,
    insideNs: inside * 1e6,
  }));
  return { ownNs: 1e9, otherNs: 0, followedNs: 0, modules: [{ file: 'a.js', hash, functions }], ...more };
}

function run(name: string, costs: Costs, more: Parameters<typeof report>[1] = {}): void {
  learn(memory, report(costs, more), { share: 0.2, run: name });
}

function one(name: string, hash = 'h'): RememberedFunction | undefined {
  return memory.files[hash]?.functions[name];
}

test('remembers what functions took of the time of the program, and leaves the hottest out', () => {
  run('1', { hot: [500, 100], cool: [20, 10] });
  expect(one('hot')).toMatchObject({ boundaryNs: 500e6, insideNs: 100e6, state: 2 });
  expect(one('cool')).toMatchObject({ boundaryNs: 20e6, insideNs: 10e6, state: 0 });
  expect(memory).toMatchObject({ runs: 1, share: 0.2, ownNs: 1e9 });
});

test('counts all processes of a run as one', () => {
  run('1', { hot: [500, 0] });
  run('1', {});
  run('2', {});
  expect([memory.runs, one('hot')!.rest]).toEqual([2, 0]);
});

test('takes the mean of what one run shows bit by bit', () => {
  run('1', { a: [100, 0] });
  run('1', { a: [20, 0] });
  expect(one('a')!.boundaryNs).toBeCloseTo(60e6);
  run('1', {});
  expect(one('a')!.boundaryNs).toBeCloseTo(40e6);
});

test('believes a run more than those before it', () => {
  run('1', { a: [100, 0] });
  run('2', { a: [10, 0] });
  expect(one('a')!.boundaryNs).toBeCloseTo(40e6);
});

test('keeps what is known of a function that is left out, and less and less of it', () => {
  run('1', { hot: [500, 0] });
  run('2', {});
  expect(one('hot')!.boundaryNs).toBe(500e6);
  run('3', {});
  run('4', {});
  expect(one('hot')!.boundaryNs).toBeCloseTo(500e6 * 0.9 ** 2);
  for (let n = 5; n < 40; n++) run(String(n), {});
  expect(one('hot')!.state).toBe(0);
});

test('forgives a function that came back and fits', () => {
  run('1', { hot: [500, 0] });
  Object.assign(one('hot')!, { boundaryNs: 50e6, rest: 0, penalty: 8 });
  run('2', {});
  expect(one('hot')).toMatchObject({ state: 0, trial: 2 });
  run('3', { hot: [50, 0] });
  run('4', { hot: [50, 0] });
  expect(one('hot')).toMatchObject({ state: 0, trial: 0, penalty: 4 });
});

test('drops what it knows of a source that has changed, and of no other', () => {
  run('1', { hot: [500, 0] });
  memory.files['other'] = { file: 'b.js', functions: { x: { ...one('hot')!, name: 'x' } } };
  run('2', {}, { hash: 'new' });
  expect(Object.keys(memory.files)).toEqual(['other']);
});

test('takes in that a function which was to be left out is recorded', () => {
  run('1', { hot: [500, 0] });
  run('1', { hot: [10, 0] });
  run('1', { hot: [10, 0] });
  run('1', { hot: [10, 0] });
  run('1', { hot: [10, 0] });
  expect(one('hot')!.boundaryNs).toBeCloseTo(108e6);
  expect(one('hot')).toMatchObject({ state: 0, penalty: 1 });
});

test('does not name functions that take next to nothing, but counts them', () => {
  run('1', { tiny: [0.001, 0.001], cool: [20, 0] });
  expect(one('tiny')).toBeUndefined();
  expect(memory.otherNs).toBeCloseTo(2_000);
});

test('remembers the costliest of very many', () => {
  const many = Array.from({ length: FUNCTIONS_MAX + 10 }, (_, i) => [`f${i}`, [1 + i, 0]] as const);
  run('1', Object.fromEntries(many));
  expect(Object.keys(memory.files['h']!.functions)).toHaveLength(FUNCTIONS_MAX);
  expect([one('f0'), one('f9'), one('f10')!.name]).toEqual([undefined, undefined, 'f10']);
  // 1 to 10 ms each.
  expect(memory.otherNs).toBeCloseTo(55e6);
});

test('does not forget what it has left out for what costs more and is recorded', () => {
  run('1', { left: [250, 0] });
  one('left')!.boundaryNs = 1_000;
  const many = Array.from({ length: FUNCTIONS_MAX }, (_, i) => [`f${i}`, [0.02, 0]] as const);
  run('1', Object.fromEntries(many));
  expect(one('left')).toBeDefined();
  expect(Object.keys(memory.files['h']!.functions)).toHaveLength(FUNCTIONS_MAX);
});

test('remembers following, and ends it where it alone is too much', () => {
  run('1', { cool: [20, 0] }, { followedNs: 300e6 });
  expect(memory.following).toEqual({ ns: 300e6, isEnded: true });
  expect(one('cool')!.state).toBe(0);
});
