import { describe, expect, test } from 'vitest';
import { clip, pad, printable, textWidth, wrap } from './text.ts';

test('printable shows what would act on a terminal', () => {
  expect(printable('a\x1b[31mred\x07\n\t\u009b\u202e')).toBe('a\\x1b[31mred\\x07\\n\\t\\x9b\\u202e');
  expect(printable('grün 漢字 🎬')).toBe('grün 漢字 🎬');
});

test.each([
  ['plain', 5],
  ['\x1b[31mred\x1b[39m', 3],
  ['漢字', 4],
  ['🎬', 2],
  ['e\u0301', 1],
])('width of %j is %i', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

describe('clip', () => {
  test('leaves what fits, and everything when there is no limit', () => {
    expect(clip('abcde', 5)).toBe('abcde');
    expect(clip('abcdef', 0)).toBe('abcdef');
  });

  test('ends with an ellipsis within the limit', () => {
    expect(clip('abcdef', 5)).toBe('abcd…');
    expect(clip('漢字漢字', 5)).toBe('漢字…');
    expect(clip('a… and more', 4)).toBe('a… …');
  });

  test('closes the colours that were open', () => {
    expect(clip('\x1b[31mabcdef\x1b[39m', 4)).toBe('\x1b[31mabc…\x1b[39m');
  });
});

test('pad goes by what is shown', () => {
  expect(pad('\x1b[31ma\x1b[39m', 3)).toBe('\x1b[31ma\x1b[39m  ');
  expect(pad('漢', 4, 'right')).toBe('  漢');
});

test('wrap breaks at spaces', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('incomprehensibilities a', 5)).toEqual(['incomprehensibilities', 'a']);
});
