import { expect, test } from 'vitest';
import { pairLines } from './paired-lines.ts';

const of = (own: string, other: string) => {
  const { others, own: back } = pairLines(own.split('').join('\n'), other.split('').join('\n'));
  return { others: [...others].slice(1), own: [...back].slice(1) };
};

test('equal texts are paired line by line', () => {
  expect(of('abc', 'abc')).toEqual({ others: [1, 2, 3], own: [1, 2, 3] });
});

test('a line that was changed, added or taken out has no partner', () => {
  expect(of('abcd', 'abXd')).toEqual({ others: [1, 2, 0, 4], own: [1, 2, 0, 4] });
  expect(of('abd', 'abcd')).toEqual({ others: [1, 2, 4], own: [1, 2, 0, 3] });
  expect(of('abcde', 'ae')).toEqual({ others: [1, 0, 0, 0, 2], own: [1, 5] });
  expect(of('xaybz', 'pabq')).toEqual({ others: [0, 2, 0, 3, 0], own: [0, 2, 4, 0] });
});

test('what is too much to be compared is not paired, its ends are', () => {
  const many = (letter: string) => Array.from({ length: 2_000 }, (_, i) => `${letter}${i}`).join('\n');
  const { others } = pairLines(`first\n${many('a')}\nlast`, `first\n${many('b')}\nlast`);
  expect([others[1], others[2], others[2_002]]).toEqual([1, 0, 2_002]);
});
