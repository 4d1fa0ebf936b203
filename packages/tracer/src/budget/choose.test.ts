import { expect, test } from 'vitest';
import { choose } from './choose.ts';
import { emptyMemory, type FunctionState, type Memory, type RememberedFunction } from './memory.ts';

/** Milliseconds per second: calls, inside. */
type Costs = Record<string, readonly [boundary: number, inside: number]>;

function memoryOf(costs: Costs, more: Partial<Memory> = {}): Memory {
  const functions: Record<string, RememberedFunction> = {};
  for (const [name, [boundary, inside]] of Object.entries(costs)) {
    functions[name] = {
      name,
      boundaryNs: boundary * 1e6,
      insideNs: inside * 1e6,
      state: 0,
      rest: 0,
      penalty: 0,
      trial: 0,
    };
  }
  return { ...emptyMemory(), runs: 1, share: 0.2, files: { h: { file: 'a.js', functions } }, ...more };
}

function one(memory: Memory, name: string): RememberedFunction {
  return memory.files['h']!.functions[name]!;
}

function states(memory: Memory): Record<string, FunctionState> {
  return Object.fromEntries(Object.values(memory.files['h']!.functions).map(({ name, state }) => [name, state]));
}

test('leaves everything as it is while it fits', () => {
  const memory = memoryOf({ a: [100, 0], b: [30, 40] });
  choose(memory, 0.2);
  expect(states(memory)).toEqual({ a: 0, b: 0 });
});

test('leaves out the hottest until the rest fits, and only them', () => {
  const memory = memoryOf({ hot: [400, 0], warm: [120, 0], cool: [15, 0], cold: [1, 0] });
  choose(memory, 0.2);
  expect(states(memory)).toEqual({ hot: 2, warm: 0, cool: 0, cold: 0 });
});

test('begins with the inside where that is what costs', () => {
  const memory = memoryOf({ a: [50, 200], b: [20, 0] });
  choose(memory, 0.2);
  expect(states(memory)).toEqual({ a: 1, b: 0 });
});

test('does not change anything for a little too little', () => {
  const memory = memoryOf({ a: [140, 0], b: [10, 0] });
  Object.assign(one(memory, 'b'), { state: 2, penalty: 1 });
  choose(memory, 0.2);
  expect(states(memory)).toEqual({ a: 0, b: 2 });
});

test('brings back the coolest as far as they fit, on trial', () => {
  const memory = memoryOf({ a: [50, 0], cool: [30, 0], warm: [60, 0], hot: [500, 0] }, { runs: 7 });
  for (const name of ['cool', 'warm', 'hot']) Object.assign(one(memory, name), { state: 2, penalty: 1 });
  choose(memory, 0.2);
  expect(states(memory)).toEqual({ a: 0, cool: 0, warm: 0, hot: 2 });
  expect(one(memory, 'cool').trial).toBe(7);
});

test('brings back the calls of one whose inside does not fit', () => {
  const memory = memoryOf({ a: [60, 900] });
  Object.assign(one(memory, 'a'), { state: 2, penalty: 1 });
  choose(memory, 0.2);
  expect(states(memory)).toEqual({ a: 1 });
});

test('lets nothing come back before it has rested, but under a larger budget', () => {
  const memory = memoryOf({ a: [30, 0] });
  Object.assign(one(memory, 'a'), { state: 2, penalty: 2, rest: 2 });
  choose(memory, 0.2);
  expect(states(memory)).toEqual({ a: 2 });
  choose(memory, 0.5);
  expect(states(memory)).toEqual({ a: 0 });
});

test('lets what came back in vain rest twice as long, up to a limit', () => {
  const memory = memoryOf({ a: [500, 0] });
  const rests = [];
  for (let turn = 0; turn < 8; turn++) {
    choose(memory, 0.2);
    rests.push(one(memory, 'a').rest);
    Object.assign(one(memory, 'a'), { state: 0, trial: memory.runs++ });
  }
  expect(rests).toEqual([1, 2, 4, 8, 16, 32, 64, 64]);
});

test('does not punish a function twice for one run', () => {
  const memory = memoryOf({ a: [500, 0] });
  choose(memory, 0.2);
  // The process that began before goes on recording it.
  one(memory, 'a').state = 0;
  choose(memory, 0.2);
  expect(one(memory, 'a')).toMatchObject({ state: 2, penalty: 1, rest: 1 });
});

test('keeps the coolest where the rest alone exceeds the budget', () => {
  const memory = memoryOf({ warm: [40, 0], cold: [10, 0] }, { otherNs: 500e6 });
  choose(memory, 0.2);
  expect(states(memory)).toEqual({ warm: 2, cold: 0 });
});

test('ends following where it does not fit even without any function, and takes it up again when it does', () => {
  const memory = memoryOf({ a: [10, 0] }, { otherNs: 100e6, following: { ns: 150e6, isEnded: false } });
  choose(memory, 0.2);
  expect([memory.following.isEnded, states(memory)]).toEqual([true, { a: 0 }]);
  memory.following.ns = 60e6;
  choose(memory, 0.2);
  expect(memory.following.isEnded).toBe(true);
  memory.following.ns = 5e6;
  choose(memory, 0.2);
  expect(memory.following.isEnded).toBe(false);
});
