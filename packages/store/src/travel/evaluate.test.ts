import { describe, expect, test } from 'vitest';
import { parseExpressionText } from '@execution-cinema/codemap';
import { captured, type Captured, type Value } from '@execution-cinema/format';
import { evaluate, Unknown } from './evaluate.ts';

function object(id: number, fields: Record<string, Value>, name = 'Object'): Captured {
  const keys = Object.keys(fields);
  return { ...captured('object', id, name), keys, items: Object.values(fields), length: keys.length };
}

function array(id: number, items: Value[]): Captured {
  return { ...captured('array', id, 'Array'), items, length: items.length };
}

const line = object(2, { price: 120, count: 3, name: 'pen' });
const cart = object(1, { lines: array(3, [line]), total: Number.NaN, note: null });
const long = { ...array(4, [1, 2]), length: 9, cut: 'items' as const };
const map = { ...captured('map', 5, 'Map'), keys: ['a'], items: [1], length: 1 };
const variables: Record<string, Value> = { cart, line, long, map, text: 'Hello', n: 7, nothing: undefined };

function run(text: string): Value {
  return evaluate(parseExpressionText(text), {
    variable: (name) => {
      if (!(name in variables)) throw new Unknown(`no ${name}`);
      return variables[name];
    },
    this: () => cart,
  });
}

describe('expressions over recorded values', () => {
  test.each<[string, Value]>([
    ['cart.lines[0].price * line.count', 360],
    ['this.lines.length', 1],
    ['`${line.name}: ${n + 1}`', 'pen: 8'],
    ['Number.isNaN(cart.total)', true],
    ['cart.lines[0] === line', true],
    ['n > 5 && text.startsWith("He") ? "yes" : "no"', 'yes'],
    ['nothing?.deep.er', undefined],
    ['nothing ?? n', 7],
    ['cart.note == null', true],
    ['typeof cart', 'object'],
    ['Object.keys(line).join()', 'price,count,name'],
    ['Math.max(n, 3, line.price)', 120],
    ['map.get("a") + map.size', 2],
    ['text.slice(1, 3).toUpperCase()', 'EL'],
    ['JSON.stringify(cart.lines)', '[{"price":120,"count":3,"name":"pen"}]'],
    ['long.length', 9],
    ['(7.126).toFixed(1)', '7.1'],
  ])('%s', (text, expected) => {
    expect(run(text)).toEqual(expected);
  });

  test.each([
    ['missing', 'no missing'],
    ['long[5]', 'element 5 was not captured'],
    ['line.price()', '.price() is not run'],
    ['cart.lines.map((x) => x)', 'ArrowFunctionExpression'],
    ['fetch(text)', 'fetch() is not run'],
    ['n = 5', 'AssignmentExpression'],
    ['new Date()', 'NewExpression'],
    ['"x".repeat(1e9)', 'that long'],
    ['long.includes(3)', 'only a part of it was captured'],
    ['globalThis.process', 'no globalThis'],
  ])('%s is unknown, and why', (text, reason) => {
    expect(() => run(text)).toThrow(Unknown);
    expect(() => run(text)).toThrow(reason);
  });
});
