import { expect, test } from 'vitest';
import { excerptOf } from './excerpt.ts';

test('an excerpt shows what was found in the middle of a long text', () => {
  const text = `${'a '.repeat(100)}\n  the Needle\there${' b'.repeat(100)}`;
  const found = excerptOf(text, 'needle')!;
  expect(found.match).toBe('Needle');
  expect(found.before).toMatch(/^….*a the $/);
  expect(found.after).toMatch(/^ here b.*…$/);
  expect(found.before.length + found.after.length).toBeLessThan(200);
});

test('a short text stays whole, and another one has none', () => {
  expect(excerptOf('  one two', 'TWO')).toEqual({ before: 'one ', match: 'two', after: '' });
  expect(excerptOf('one', 'two')).toBeNull();
  expect(excerptOf('one', '')).toBeNull();
});
