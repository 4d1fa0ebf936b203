import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { IdleSteps } from './idle-steps.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('steps are done one by one in pauses, and no more than asked for', () => {
  const done: number[] = [];
  const steps = new IdleSteps(3, (n) => {
    done.push(n);
    if (n === 1) throw new Error('gone');
  });
  vi.advanceTimersByTime(1_000);
  expect(done).toEqual([]);
  steps.begin();
  vi.advanceTimersByTime(1_000);
  expect(done).toEqual([0, 1, 2]);
  steps.postpone();
  vi.advanceTimersByTime(1_000);
  expect(done).toEqual([0, 1, 2]);
});

test('questions come first', () => {
  const done: number[] = [];
  const steps = new IdleSteps(10, (n) => done.push(n));
  steps.begin();
  for (let n = 0; n < 20; n++) {
    vi.advanceTimersByTime(100);
    steps.postpone();
  }
  expect(done).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(done).toHaveLength(10);
});
