import { expect, test } from 'vitest';
import { quietLines, withoutNoise } from './noise.ts';

test('what differs from run to run becomes a word, all else stays', () => {
  expect(withoutNoise('ready in 12.5 ms, pid 4711, http://localhost:8080/a')).toBe(
    'ready in <time>, pid <pid>, http://localhost:<port>/a',
  );
  expect(withoutNoise('three of 12 are ok 5 times')).toBe('three of 12 are ok 5 times');
});

test('the same tests of a TAP report are the same lines, in whatever order they ended', () => {
  const first = quietLines('    ok 1 - a 1\n    not ok 2 - b # time=3ms\n1..2\n');
  const second = quietLines('    not ok 1 - b # time=5ms\n    ok 2 - a 1\n1..2\n');
  expect(second.toSorted()).toEqual(first.toSorted());
  expect(first).not.toEqual(quietLines('    ok 1 - a 2\n    not ok 2 - b # time=3ms\n1..2\n'));
});
