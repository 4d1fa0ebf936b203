import type { ObservedFunction, ObservedType, Recording } from '@execution-cinema/store';
import { describe, expect, test } from 'vitest';
import { DeclaredTypesOf, mismatches } from './declared-types.ts';

const SOURCE = `export class Cart {
  total(rate: number, ...extra: string[]): number | undefined {
    const sum: number = 0;
    return sum;
  }
  constructor(private readonly lines: Line[] = [], note?: 'a' | "b, c", public on = (x: number): void => {}) {}
}
export async function pay(cart: Cart, { limit }: { limit: number }, after: (sum: number) => void): Promise<Map<string, number>> {
  return new Map();
}
export const twice = (n: number | bigint): number => Number(n) * 2;
export function* ids(from: number): Generator<number> {}
`;

function declared(name: string, line: number, variables: { name: string; line: number }[] = []) {
  const module = { textOf: () => SOURCE, file: 'src/cart.ts', sites: { sources: ['src/cart.ts'] } };
  const recording = { module: () => module } as unknown as Recording;
  const observed = { module: 1, file: 'src/cart.ts', name, line, variables } as unknown as ObservedFunction;
  const { parameters, result, variables: found } = new DeclaredTypesOf(recording).of(observed);
  return { parameters: Object.fromEntries(parameters), result, variables: Object.fromEntries(found) };
}

describe('declarations', () => {
  test('of methods, with variables', () => {
    expect(declared('Cart.total', 2, [{ name: 'sum', line: 3 }])).toEqual({
      parameters: { rate: 'number', extra: 'string[]' },
      result: 'number | undefined',
      variables: { sum: 'number' },
    });
  });

  test('of parameters that are properties, may be left out, or have a default', () => {
    expect(declared('Cart.constructor', 6).parameters).toEqual({
      lines: 'Line[] | undefined',
      note: `'a' | "b, c" | undefined`,
    });
  });

  test('what a promise holds is the result', () => {
    expect(declared('pay', 8)).toMatchObject({
      parameters: { cart: 'Cart', after: '(sum: number) => void' },
      result: 'Map<string, number>',
    });
    expect(declared('twice', 11)).toMatchObject({ parameters: { n: 'number | bigint' }, result: 'number' });
    expect(declared('ids', 12).result).toBeUndefined();
  });

  test('none where the source does not say', () => {
    expect(declared('nobody', 1)).toEqual({ parameters: {}, result: undefined, variables: {} });
  });
});

describe('what does not fit', () => {
  const seen = (...types: string[]): ObservedType[] =>
    types.map((type) => ({ type, count: 1, first: '1@1', values: null, min: null, max: null }));

  test.each<[declared: string | undefined, observed: string[], wrong: string[]]>([
    ['number', ['number', 'NaN', 'string'], ['string']],
    ['number | undefined', ['undefined', 'null'], ['null']],
    ["'a' | 'b'", ['string', 'number'], ['number']],
    ['string[]', ['array', 'string'], ['string']],
    ['readonly [a: string, b: number]', ['array', 'object'], ['object']],
    ['Map<string, A | B>', ['Map', 'Set'], ['Set']],
    ['{ a: number | string }', ['object', 'Cart', 'undefined'], ['undefined']],
    ['(a: A) => void', ['function', 'object'], ['object']],
    ['void', ['undefined', 'number'], ['number']],
    ['Line', ['string', 'undefined'], []],
    ['number | T', ['string'], []],
    ['unknown', ['string'], []],
    ['number', ['redacted', 'uninitialized'], []],
    [undefined, ['string'], []],
  ])('%s: %j', (type, observed, wrong) => {
    expect(mismatches(type, seen(...observed)).map((entry) => entry.type)).toEqual(wrong);
  });
});
