import { captured, type Value } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { isPredicate, parsePredicate, valueAt } from './predicate.ts';

function object(fields: Record<string, Value>, name = 'Object'): Value {
  return { ...captured('object', 1, name), keys: Object.keys(fields), items: Object.values(fields) };
}
function array(...items: Value[]): Value {
  return { ...captured('array', 2, 'Array'), items, length: items.length };
}

/** Whether `value`, as what the subject names, fulfils the condition. */
function holds(condition: string, value: Value): boolean {
  return parsePredicate(condition).every((predicate) => {
    const found = valueAt(value, predicate.path);
    return found !== 'missing' && predicate.holds(found.value);
  });
}

describe('conditions', () => {
  test.each<[string, Value, boolean]>([
    ['total is NaN', Number.NaN, true],
    ['total is NaN', 1, false],
    ['total is undefined', undefined, true],
    ['total is null', undefined, false],
    ['total is not null', 3, true],
    ['total is -0', -0, true],
    ['total is -0', 0, false],
    ['total is number', 3, true],
    ['total is array', array(1), true],
    ['cart is Cart', object({}, 'Cart'), true],
    ['cart is not Cart', object({}, 'Cart'), false],
    ['total = 0', -0, true],
    ['total != 3', 4, true],
    ['total >= 3', 3, true],
    ['total > 3', '4', false],
    ['total>3', 4, true],
    ['total > 3 and total < 5', 4, true],
    ['total > 3 and total < 5', 6, false],
    ['name = "Ada"', 'Ada', true],
    ["name != 'Ada'", 'Ada', false],
    ['name contains "d"', 'Ada', true],
    ['name matches /^a.a$/i', 'Ada', true],
    ['ids contains 3', array(1, 3), true],
    ['order contains "price"', object({ price: 1 }), true],
    ['order.price > 10', object({ price: 12 }), true],
    ['order.price > 10', object({ cost: 12 }), false],
    ['lines[1].id = 7', array(object({ id: 6 }), object({ id: 7 })), true],
    ['lines.length = 2', array(1, 2), true],
    ['this.total is NaN', Number.NaN, true],
  ])('%s', (condition, value, expected) => {
    expect(isPredicate(condition)).toBe(true);
    expect(holds(condition, value)).toBe(expected);
  });

  test('say what they are about', () => {
    expect(parsePredicate('this.total is NaN')[0]).toMatchObject({ subject: 'value', name: 'this.total', path: [] });
    expect(parsePredicate('args[1] is undefined')[0]).toMatchObject({ subject: 'args', path: [1] });
    expect(parsePredicate('result.ok is false')[0]).toMatchObject({ subject: 'result', path: ['ok'] });
  });

  test('nothing is known of what was not looked into', () => {
    const shallow = captured('shallow', 3, 'Cart');
    expect(holds('cart.total is undefined', shallow)).toBe(false);
    expect(holds('cart.total is undefined', object({}))).toBe(true);
  });

  test.each(['total', 'total is', '> 3', 'a-b = 3', 'name matches /(/', 'a = 1 and b = 2'])('%s is refused', (text) => {
    expect(() => parsePredicate(text)).toThrow('condition cannot be read');
  });

  test('words are no conditions', () => {
    for (const text of ['out of stock', 'total', 'is it a price?']) expect(isPredicate(text)).toBe(false);
  });
});
