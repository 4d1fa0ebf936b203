import { expect, test } from 'vitest';
import { analyzeSource } from './index.ts';

function namesOf(text: string, file = 'a.js'): string[] {
  const map = analyzeSource(text, file);
  expect(map.error).toBeNull();
  return [...map.functions, ...map.classes.flatMap(({ methods }) => methods)].map(({ name }) => name).sort();
}

test('a function with all that is told of it', () => {
  const text = `
/**
 * Adds up.
 * @returns cents
 */
// eslint-disable-next-line
export async function total(cart, { rate = 0.2 } = {}, ...rest) {
  const price = await cart.price(/* now */ rest[0]);
  return rest.map((item) => new Big(item).times(rate))[0] ?? price;
}
`;
  const map = analyzeSource(text, 'cart.js', { includeSource: true });
  expect(map).toMatchObject({ version: 1, file: 'cart.js', language: 'javascript', sourceType: 'module', lines: 10 });
  const [inner, outer] = [...map.functions].sort((a, b) => b.startLine - a.startLine);
  expect(outer).toEqual({
    name: 'total',
    kind: 'function',
    async: true,
    generator: false,
    static: false,
    startLine: 7,
    startColumn: 7,
    endLine: 10,
    endColumn: 1,
    signature: 'async function total(cart, { rate = 0.2 } = {}, ...rest)',
    parameters: ['cart', '{ rate = 0.2 } = {}', '...rest'],
    doc: 'Adds up.\n@returns cents',
    cyclomatic: 4,
    cognitive: 0,
    calls: [
      { callee: 'cart.price', kind: 'call', line: 8, column: 22 },
      { callee: 'rest.map', kind: 'call', line: 9, column: 9 },
    ],
    source: text.slice(text.indexOf('async'), text.lastIndexOf('}') + 1),
  });
  expect(inner).toMatchObject({
    name: 'total.(anonymous)',
    kind: 'arrow',
    signature: '(item)',
    doc: null,
    calls: [
      { callee: '().times', kind: 'call' },
      { callee: 'Big', kind: 'new' },
    ].map((call) => expect.objectContaining({ kind: call.kind }) as unknown),
  });
});

test('classes of TypeScript', () => {
  const text = `
/** A cart. */
@sealed()
export abstract class Cart<T> extends Base<T> implements Sum {
  /** Grows. */
  static create(this: void, size?: number): Cart<string>;
  static create(size = 3): any { return size ? make(size) : null; }
  constructor(private readonly items: T[] = []) { super(); }
  abstract sum(): number;
  #rate = initial();
  get rate(): number { return this.#rate; }
  onChange = (event: Event): void => { this.emit(event); };
}`;
  const [cart] = analyzeSource(text, 'cart.ts').classes;
  expect(cart).toMatchObject({ name: 'Cart', extends: 'Base', doc: 'A cart.' });
  expect(cart!.calls.map(({ callee }) => callee)).toEqual(['sealed', 'initial']);
  expect(cart!.methods.map(({ name, kind, static: isStatic, signature }) => [name, kind, isStatic, signature])).toEqual(
    [
      ['Cart.create', 'method', true, 'static create(size = 3): any'],
      ['Cart.constructor', 'constructor', false, 'constructor(private readonly items: T[] = [])'],
      ['Cart.rate', 'getter', false, 'get rate(): number'],
    ],
  );
  expect(namesOf(text, 'cart.ts')).toContain('Cart.onChange');
});

test.each([
  ['const a = () => () => 1', ['(anonymous)', 'a'].map((name, i) => (i === 0 ? `a.${name}` : name))],
  ['Cart.prototype.total = function () {}', ['Cart.total']],
  ['module.exports.run = function () {}; exports.x = () => 1', ['run', 'x']],
  [
    'const o = { m() {}, get g() { return 1 }, f: () => 2, [k]: function () {} }',
    ['o.(anonymous)', 'o.f', 'o.g', 'o.m'],
  ],
  ['export default () => 1', ['default']],
  ['app.get("/", function handler() {})', ['handler']],
  ['class A { #p() {} static { f(() => 1) } }', ['A.#p', 'A.(anonymous)']],
  ['with (a) { b(function () {}) }', ['(anonymous)']],
])('names in %s', (text, names) => {
  expect(namesOf(text)).toEqual([...names].sort());
});

test('imports and exports of both systems', () => {
  const esm = analyzeSource(
    `import a, { b as c } from 'x'; import * as d from 'y'; import type { T } from './t'; import 'z';
export { c as e }; export * from 'w'; export const { f, g: [h] } = d; export default a; await import('v');`,
    'a.ts',
  );
  expect(
    esm.imports.map(({ from, kind, names }) => [from, kind, names.map((n) => `${n.imported}:${n.local}`)]),
  ).toEqual([
    ['x', 'import', ['default:a', 'b:c']],
    ['y', 'import', ['*:d']],
    ['./t', 'type', ['T:T']],
    ['z', 'import', []],
    ['w', 'export', []],
    ['v', 'dynamic', []],
  ]);
  expect(esm.exports.map(({ name, local, from, kind }) => [name, local, from, kind])).toEqual([
    ['e', 'c', null, 'named'],
    ['*', null, 'w', 'all'],
    ['f', 'f', null, 'named'],
    ['h', 'h', null, 'named'],
    ['default', 'a', null, 'default'],
  ]);
  const cjs = analyzeSource(
    `const fs = require('fs'), { a: b } = require('./c'); exports.d = b; module.exports = { e, f: 1 };`,
    'a.js',
  );
  expect(cjs.sourceType).toBe('script');
  expect(cjs.imports.map(({ from, names }) => [from, names])).toEqual([
    ['fs', [{ imported: '=', local: 'fs' }]],
    ['./c', [{ imported: 'a', local: 'b' }]],
  ]);
  expect(cjs.exports.map(({ name, local }) => [name, local])).toEqual([
    ['d', 'b'],
    ['e', 'e'],
    ['f', null],
  ]);
});

test.each([
  ['function f(){ if (a) { if (b) {} else if (c) {} else {} } }', 5],
  ['function f(){ for (;;) { while (a) { do {} while (b) } } }', 6],
  ['function f(){ return (a && b && c || d) ?? e?.f }', 2],
  ['function f(){ try { a() } catch { switch (b) { case 1: case 2: c() } } }', 3],
  ['function f(){ x: for (;;) { if (a) continue x; else break } }', 5],
  ['function f(){ return a ? b ? 1 : 2 : 3 }', 3],
  ['function f(){ return () => { if (a) {} } }', 0],
])('cognitive complexity of %s', (text, value) => {
  expect(analyzeSource(text, 'a.js').functions.find(({ name }) => name === 'f')?.cognitive).toBe(value);
});

test('what cannot be parsed says where', () => {
  expect(analyzeSource('let a =\n  ;', 'a.js')).toMatchObject({
    functions: [],
    lines: 2,
    error: { kind: 'unparsable', line: 2, column: 2, message: expect.stringMatching(/Unexpected token/) as string },
  });
  expect(analyzeSource(`x = ${'('.repeat(50_000)}`, 'deep.js').error?.kind).toBe('unparsable');
  expect(analyzeSource('#!/usr/bin/env node\nreturn 1', 'a.js').error).toBeNull();
  expect(analyzeSource('// @flow\nfunction f(a: ?number): string { return <A<B>/>; }', 'a.js').error).toBeDefined();
  expect(namesOf('// @flow\nfunction f(a: ?number): string {}')).toEqual(['f']);
});
