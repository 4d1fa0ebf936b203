import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Method, Params, StateView } from '@execution-cinema/server/protocol';
import type { AnswerSource, AskOptions } from '../transport/source.ts';
import { cancelledError } from '../transport/source.ts';
import { clearCursor, cursor, goTo } from './cursor.ts';
import { overview, startSession } from './session.ts';

/** Answers visits when the test says so. */
let answer: (event: number) => void;

const source = {
  start: () => undefined,
  ask: (_method: Method, params: Params<'visit'>, { signal }: AskOptions = {}) =>
    new Promise((resolve, reject) => {
      const { moment } = params.to as { moment: { thread: number; event: number } };
      const at = { ...moment, timeNs: moment.event };
      const state = { at, frames: [], event: { kind: 'enter' } } as unknown as StateView;
      answer = (event) => event === at.event && resolve({ at, why: '', state, lineValues: null });
      signal?.addEventListener('abort', () => reject(cancelledError()));
    }),
} as unknown as AnswerSource;

beforeEach(() => {
  vi.useFakeTimers();
  overview.value = { rec: 'a' } as typeof overview.value;
  startSession(source, { onReady: () => undefined, onGrown: () => undefined });
});
afterEach(() => {
  clearCursor();
  vi.useRealTimers();
});

const moment = (event: number) => ({ thread: 1, event, timeNs: event });
/** Lets promises go on, and timers that are due. */
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('an answer that comes soon is the first that is shown', async () => {
  const seen: (number | undefined)[] = [];
  const stop = cursor.subscribe((at) => seen.push(at?.event));
  void goTo(moment(5));
  await wait(10);
  answer(5);
  await wait(1_000);
  stop();
  expect(seen).toEqual([undefined, 5]);
});

test('while an answer takes its time the cursor stands where it leads, also in a drag', async () => {
  const seen: (number | undefined)[] = [];
  const stop = cursor.subscribe((at) => seen.push(at?.event));
  for (let event = 1; event <= 8; event++) {
    void goTo(moment(event));
    await wait(20);
  }
  expect(seen.length).toBeGreaterThan(3);
  await wait(50);
  stop();
  expect(cursor.value!.event).toBe(8);
});

test('a recording that is closed meanwhile has no cursor', async () => {
  void goTo(moment(5));
  await wait(10);
  clearCursor();
  await wait(1_000);
  expect(cursor.value).toBeNull();
});
