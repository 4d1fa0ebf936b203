import { expect, test } from 'vitest';
import {
  around,
  clampSpan,
  contains,
  follow,
  lengthOf,
  pan,
  SPAN_MIN_NS,
  isNearly,
  spanOfEvents,
  spanOfThreads,
  tileOf,
  timeOf,
  union,
  xOf,
  zoom,
} from './span.ts';

const WHOLE = { fromNs: 0, toNs: 1_000_000 };

test('zooming keeps the point under the pointer where it is', () => {
  const span = { fromNs: 200_000, toNs: 600_000 };
  const centre = 300_000;
  const zoomed = zoom(span, 0.5, centre, WHOLE);
  expect(lengthOf(zoomed)).toBe(200_000);
  expect(xOf(centre, zoomed, 800)).toBeCloseTo(xOf(centre, span, 800));
});

test('no span leaves the whole, and none is shorter than the least', () => {
  expect(zoom({ fromNs: 0, toNs: 500_000 }, 10, 0, WHOLE)).toEqual(WHOLE);
  expect(pan({ fromNs: 0, toNs: 500_000 }, -3, WHOLE)).toEqual({ fromNs: 0, toNs: 500_000 });
  expect(pan({ fromNs: 0, toNs: 500_000 }, 9, WHOLE)).toEqual({ fromNs: 500_000, toNs: 1_000_000 });
  expect(lengthOf(zoom({ fromNs: 0, toNs: 400 }, 0.001, 200, WHOLE))).toBe(SPAN_MIN_NS);
  expect(clampSpan({ fromNs: 10, toNs: 20 }, { fromNs: 0, toNs: 0 })).toEqual({ fromNs: 0, toNs: SPAN_MIN_NS });
});

test('a span follows the cursor only when it would leave the picture', () => {
  const span = { fromNs: 100_000, toNs: 300_000 };
  expect(follow(span, 200_000, WHOLE)).toBe(span);
  const moved = follow(span, 700_000, WHOLE);
  expect(lengthOf(moved)).toBe(lengthOf(span));
  expect(contains(moved, { fromNs: 700_000, toNs: 700_000 })).toBe(true);
});

test('pixels and times are inverse', () => {
  const span = { fromNs: 123, toNs: 98_765 };
  for (const x of [0, 1, 399, 800]) expect(xOf(timeOf(x, span, 800), span, 800)).toBeCloseTo(x);
});

test('a call is shown with air round it', () => {
  const span = around(500_000, 600_000, WHOLE);
  expect(span.fromNs).toBeLessThan(500_000);
  expect(span.toNs).toBeGreaterThan(600_000);
});

test('a tile holds what is asked for and stays the same under small moves', () => {
  const span = { fromNs: 400_000, toNs: 450_000 };
  const tile = tileOf(span, WHOLE);
  expect(contains(tile, span)).toBe(true);
  expect(tileOf({ fromNs: 401_000, toNs: 451_000 }, WHOLE)).toEqual(tile);
  for (let from = 0; from < 900_000; from += 37_111) {
    const moved = { fromNs: from, toNs: from + 90_000 };
    expect(contains(tileOf(moved, WHOLE), moved)).toBe(true);
  }
});

test('the picture begins shortly before the first event, the whole with the process', () => {
  const whole = spanOfThreads([{ last: { timeNs: 700_000 } }, { last: null }], 690_000);
  expect(whole).toEqual({ fromNs: 0, toNs: 700_000 });
  expect(spanOfEvents(whole, 600_000)).toEqual({ fromNs: 599_000, toNs: 700_000 });
  expect(spanOfEvents(whole, 0)).toEqual(whole);
  expect(spanOfEvents(whole, null)).toEqual(whole);
  expect(spanOfThreads([], 0)).toEqual({ fromNs: 0, toNs: 1_000 });
});

test('spans that look the same are the same picture', () => {
  expect(isNearly({ fromNs: 5_000, toNs: 999_000 }, WHOLE)).toBe(true);
  expect(isNearly({ fromNs: 20_000, toNs: 1_000_000 }, WHOLE)).toBe(false);
  expect(union({ fromNs: 10, toNs: 20 }, { fromNs: 15, toNs: 30 })).toEqual({ fromNs: 10, toNs: 30 });
});
