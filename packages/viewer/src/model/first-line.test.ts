import { expect, test } from 'vitest';
import { firstLine } from './first-line.ts';

test('a list shows the first line that says something', () => {
  expect(firstLine('one\n')).toBe('one');
  expect(firstLine('\n  one\ntwo\n\nthree')).toBe('  one  ⏎ 2 more');
  expect(firstLine('\n\n')).toBe('(empty line)');
});

test('a bracket alone says nothing', () => {
  expect(firstLine("[\n  { name: 'job 3', result: 2 },\n  { name: 'job 5' }\n]")).toBe(
    "[ { name: 'job 3', result: 2 },  ⏎ 2 more",
  );
  expect(firstLine('---\n===')).toBe('--- ===');
});
