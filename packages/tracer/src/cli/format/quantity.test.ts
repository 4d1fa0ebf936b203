import { expect, test } from 'vitest';
import { parseSpan } from './parse-span.ts';
import { counted, formatAge, formatBytes, formatCount, formatDuration, formatTime, largest } from './quantity.ts';

test.each([
  [0, '0 ns'],
  [999, '999 ns'],
  [1_000, '1.00 µs'],
  [12_345, '12.3 µs'],
  [999_499, '999 µs'],
  [999_500, '1.00 ms'],
  [1_234_567, '1.23 ms'],
  [59_900_000_000, '59.9 s'],
  [125_000_000_000, '2 min 5 s'],
  [3_720_000_000_000, '1 h 2 min'],
])('%i ns is %s', (ns, text) => {
  expect(formatDuration(ns)).toBe(text);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KB'],
  [1_048_575, '1.0 MB'],
  [157_286_400, '150 MB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('counts, times and ages', () => {
  expect([formatCount(0), formatCount(1234), formatCount(1_234_567)]).toEqual(['0', '1,234', '1,234,567']);
  expect([counted(1, 'call'), counted(2, 'call'), counted(2, 'process', 'processes')]).toEqual([
    '1 call',
    '2 calls',
    '2 processes',
  ]);
  expect(formatTime(1_234_567)).toBe('1.235 ms');
  expect([formatAge(59_000), formatAge(61_000), formatAge(7_300_000), formatAge(90_000_000)]).toEqual([
    'just now',
    '1 min ago',
    '2 h ago',
    '1 day ago',
  ]);
});

test('largest takes more items than Math.max does', () => {
  expect(
    largest(
      Array.from({ length: 300_000 }, (_, i) => i),
      (i) => i,
    ),
  ).toBe(299_999);
  expect(largest([], () => 5, 3)).toBe(3);
});

test.each([
  ['1.5s', 1.5e9],
  ['250ms', 250e6],
  ['3us', 3e3],
  ['7d', 604_800e9],
  ['42', 42],
  ['', undefined],
  ['7 fortnights', undefined],
  ['-1s', undefined],
])('span %j', (text, ns) => {
  expect(parseSpan(text)).toBe(ns);
});
