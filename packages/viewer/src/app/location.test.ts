import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cursor, type Stop } from './cursor.ts';
import { writeAddress } from './location.ts';
import { overview } from './session.ts';

// They know the size of the screen.
vi.mock('./panels.ts', () => ({ dock: { peek: () => 'timeline' }, side: { peek: () => 'files' } }));

/** What was written: moments, with a + where they made an entry. */
let written: string[];

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  const write = (mark: string) => (made: Stop | null, _title: string, hash: string) => {
    written.push(`${mark}${/\d+@\d+/.exec(decodeURIComponent(hash))?.[0]}`);
    Object.assign(history, { state: made });
    location.hash = hash;
  };
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('history', { state: null, pushState: write('+'), replaceState: write('') });
  overview.value = { rec: 'a' } as typeof overview.value;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function moveTo(event: number, stop: Stop): void {
  cursor.value = { thread: 1, event, timeNs: event };
  writeAddress(stop);
}

test('a jump that a step follows at once leaves a place to come back to', () => {
  moveTo(10, 'goal');
  expect(written).toEqual([]);
  moveTo(11, 'step');
  moveTo(12, 'step');
  vi.advanceTimersByTime(1_000);
  expect(written).toEqual(['+1@10', '+1@12']);
});
