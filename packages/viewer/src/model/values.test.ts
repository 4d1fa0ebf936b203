import { expect, test } from 'vitest';
import type { WireValue } from '@execution-cinema/server/protocol';
import { canOpen, childrenOf, previewText, sameValue, toPlainJson, whyCut } from './values.ts';

const cart: WireValue = {
  t: 'object',
  i: 7,
  c: 'Cart',
  l: 2,
  k: ['customer', 'lines'],
  v: ['Nora', { t: 'array', i: 8, l: 2, v: [1250, { n: 'NaN' }] }],
};

test('previews read like JavaScript', () => {
  expect(previewText(cart)).toBe('Cart {customer: "Nora", lines: [1250, NaN]}');
  expect(previewText({ u: 1 })).toBe('undefined');
  expect(previewText({ b: '12' })).toBe('12n');
  expect(previewText({ t: 'function', c: 'total' })).toBe('ƒ total');
  expect(previewText({ t: 'map', l: 1, k: ['a'], v: [1] })).toBe('Map(1) {"a" ⇒ 1}');
  expect(previewText({ t: 'error', c: 'RangeError', m: 'too much' })).toBe('RangeError: too much');
  expect(previewText({ t: 'array', l: 0 })).toBe('[]');
  expect(previewText({ t: 'uninitialized' })).toBe('not initialised yet');
});

test('a preview keeps near its room whatever the value', () => {
  const wide: WireValue = { t: 'array', l: 10_000, v: Array.from({ length: 10_000 }, (_, i) => `item ${i}`) };
  expect(previewText(wide, 40).length).toBeLessThan(70);
  expect(previewText('x'.repeat(100_000), 40).length).toBeLessThanOrEqual(42);
  let deep: WireValue = 1;
  for (let i = 0; i < 2_000; i++) deep = { t: 'array', l: 1, v: [deep] };
  expect(previewText(deep, 80)).toContain('…');
});

test('markup in strings, names and keys stays what it is', () => {
  const evil = '<img src=x onerror=alert(1)>';
  expect(previewText({ t: 'object', c: evil, k: [evil], v: [evil] }, 400)).toContain(`${evil}: "${evil}"`);
});

test('what was not captured says why', () => {
  const value: WireValue = { t: 'array', l: 900, x: 'items', v: [1, 2] };
  expect(whyCut(value)).toMatch(/items.*900 in all/);
  expect(childrenOf(value).at(-1)).toMatchObject({ kind: 'note' });
  expect(canOpen({ t: 'shallow', i: 3, x: 'depth' })).toBe(true);
  expect(canOpen({ t: 'shallow', x: 'depth' })).toBe(false);
  expect(whyCut(cart)).toBeUndefined();
});

test('children are the fields, items and entries', () => {
  expect(childrenOf(cart).map(({ key, kind }) => [key, kind])).toEqual([
    ['customer', 'field'],
    ['lines', 'field'],
  ]);
  expect(childrenOf({ t: 'map', k: [{ t: 'symbol', c: 's' }], v: [1] })[0]).toMatchObject({
    key: 'Symbol(s)',
    kind: 'entry',
  });
});

test('entries of a Map are asked for by their keys, by the number of one that is an object', () => {
  const keys: WireValue[] = ['tea', 2, null, { u: 1 }, { n: 'NaN' }, { b: '7' }, { t: 'object', i: 12, c: 'Cart' }];
  const entries = childrenOf({ t: 'map', k: keys, v: keys.map(() => 1) }).map(({ entry }) => entry);
  expect(entries).toEqual(['tea', '2', 'null', 'undefined', 'NaN', '7', '#12']);
});

test('the same object is the same, whatever it held', () => {
  expect(sameValue(cart, { t: 'object', i: 7, c: 'Cart' })).toBe(true);
  expect(sameValue(1, 2)).toBe(false);
  expect(sameValue({ n: 'NaN' }, { n: 'NaN' })).toBe(true);
});

test('copied JSON is plain', () => {
  expect(toPlainJson(cart)).toEqual({ customer: 'Nora', lines: [1250, 'NaN'] });
});
