import { expect, test } from 'vitest';
import { newerThan } from './counts.ts';

test('new is what came since somebody looked, of what was counted before', () => {
  expect(newerThan({ log: 12, errors: 3, requests: 1 }, { log: 5, errors: 3 })).toEqual({ log: 7 });
  expect(newerThan({}, { log: 5 })).toEqual({});
  // The flight recorder deletes old ones.
  expect(newerThan({ log: 4 }, { log: 5 })).toEqual({});
});
