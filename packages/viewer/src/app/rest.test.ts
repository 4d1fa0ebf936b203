import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cursor } from './cursor.ts';
import { followRest, whenRested } from './rest.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what can wait is done once, when the cursor has not moved for a while', () => {
  followRest();
  const done: string[] = [];
  whenRested(() => done.push('first'));
  whenRested(() => done.push('taken back'))();
  for (let event = 0; event < 20; event++) {
    vi.advanceTimersByTime(100);
    cursor.value = { thread: 1, event, timeNs: event };
  }
  expect(done).toEqual([]);
  whenRested(() => done.push('second'));
  vi.advanceTimersByTime(1_000);
  expect(done).toEqual(['first', 'second']);
});
