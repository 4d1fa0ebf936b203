import { K } from '@execution-cinema/format';
import { createRedactor } from '@execution-cinema/format/redaction';
import { expect, test } from 'vitest';
import { OFF } from '../core.ts';
import { LEVEL_AGGREGATE, LEVEL_RECORD, LEVEL_SECRET } from '../probes/levels.ts';
import { createHarness, show } from '../testing/harness.ts';

function setUp(options: Parameters<typeof createHarness>[0] = {}) {
  const harness = createHarness(options);
  const probes = harness.load();
  const seen = (): string[] =>
    harness
      .take()
      .flatMap((chunk) => chunk.events)
      .filter((event) => event.kind === K.AGGREGATE)
      .map(show);
  return { ...harness, ...probes, seen };
}

test('a degraded site is counted, with its first, last, smallest and largest value', () => {
  const { b, levels, w, e1, runtime, seen } = setUp();
  levels[b + 5] = LEVEL_AGGREGATE;
  levels[b + 6] = LEVEL_AGGREGATE;
  for (const value of [5, 1, 9, 3]) w(b + 5, value);
  for (const value of ['a', {}, new Map(), 'x'.repeat(50), null]) expect(e1(b + 6, value)).toBe(OFF);
  runtime.drain(0);
  expect(seen()).toEqual(['AGGREGATE @5 #4 5 3 1 9', 'AGGREGATE @6 #5 "a" null undefined undefined']);
});

test('NaN is neither the smallest nor the largest number, wherever it comes', () => {
  const { b, levels, w, runtime, seen } = setUp();
  levels[b + 5] = LEVEL_AGGREGATE;
  levels[b + 6] = LEVEL_AGGREGATE;
  for (const value of [NaN, 4, NaN, 2, NaN]) w(b + 5, value);
  w(b + 6, NaN);
  runtime.drain(0);
  // `show` writes NaN as JSON does.
  expect(seen()).toEqual(['AGGREGATE @5 #5 null null 2 4', 'AGGREGATE @6 #1 null null undefined undefined']);
});

test('nothing of the program is kept: objects and long strings are only named', () => {
  const { b, levels, w, runtime, seen } = setUp();
  class Cart {
    items = [];
  }
  levels[b + 5] = LEVEL_AGGREGATE;
  w(b + 5, new Cart());
  w(b + 5, 'x'.repeat(50));
  runtime.drain(0);
  expect(seen()).toEqual(['AGGREGATE @5 #2 shallow:Cart shallow:String undefined undefined']);
});

test('objects are asked for their class now and then, and counted always', () => {
  const { b, levels, w, runtime, seen } = setUp();
  levels[b + 5] = LEVEL_AGGREGATE;
  levels[b + 6] = LEVEL_AGGREGATE;
  for (let i = 0; i < 65; i++) w(b + 5, new Map());
  for (let i = 0; i < 66; i++) w(b + 6, new Map());
  runtime.drain(0);
  expect(seen()).toEqual([
    'AGGREGATE @5 #65 shallow:Map shallow:Map undefined undefined',
    'AGGREGATE @6 #66 shallow:Map shallow:object undefined undefined',
  ]);
});

test('is written at the next tick once the site records again, before its next event', () => {
  const { b, levels, w, tick, take } = setUp();
  levels[b + 5] = LEVEL_AGGREGATE;
  levels[b + 6] = LEVEL_AGGREGATE;
  tick();
  w(b + 7, 0); // the first tick starts the interval
  w(b + 5, 1);
  w(b + 6, 1);
  levels[b + 5] = LEVEL_RECORD;
  tick();
  w(b + 5, 2);
  const events = take().flatMap((chunk) => chunk.events.map(show));
  expect(events.slice(-2)).toEqual(['AGGREGATE @5 #1 1 1 1 1', 'WRITE @5 2']);
});

test('is written about every 100 ms of activity', async () => {
  const { b, levels, w, tick, seen } = setUp();
  levels[b + 5] = LEVEL_AGGREGATE;
  for (let i = 0; i < 3; i++) {
    w(b + 5, i);
    await new Promise((resolve) => setTimeout(resolve, 110));
    tick();
    w(b + 6, i); // notices the tick and the time
    tick();
    w(b + 6, i);
  }
  expect(seen()).toEqual(['AGGREGATE @5 #1 0 0 0 0', 'AGGREGATE @5 #1 1 1 1 1', 'AGGREGATE @5 #1 2 2 2 2']);
});

test('is written where nothing else is recorded any more', async () => {
  const { b, levels, w, tick, seen } = setUp();
  levels[b + 5] = LEVEL_AGGREGATE;
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 110));
    // The first tick brings the time, the second sees that it has gone on.
    for (let n = 0; n < 2; n++) {
      tick();
      w(b + 5, i);
    }
  }
  expect(seen().length).toBeGreaterThanOrEqual(2);
});

test('values under secret names are redacted here as well', () => {
  const { runtime, levels, take } = createHarness({ redactor: createRedactor({ key: '0123456789abcdef' }) });
  const { b, w } = runtime.m('a', '55=', { 2: 'password' });
  levels[b + 2] = LEVEL_AGGREGATE | LEVEL_SECRET;
  w(b + 2, 'hunter2-hun');
  runtime.drain(0);
  const text = take()
    .flatMap((chunk) => chunk.events.map(show))
    .at(-1);
  expect(text).toMatch(/^AGGREGATE @2 #1 redacted:<redacted password/);
});
