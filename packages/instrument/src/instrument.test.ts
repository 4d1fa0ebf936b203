import { parse } from 'acorn';
import { SITE_FUNCTION, SITE_SCOPE, SITE_WRITE } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { planOfLevel } from '../test/plan-of-level.ts';
import { instrument, InstrumentError, type InstrumentInput, type InstrumentResult } from './index.ts';

function run(source: string, more: Partial<InstrumentInput> = {}): InstrumentResult {
  return instrument({
    source,
    fileName: 'a.js',
    sourceType: 'commonjs',
    moduleKey: 'k',
    plan: planOfLevel('locals'),
    ...more,
  });
}

describe('text that cannot carry probes', () => {
  test('is refused with a code when it does not parse', () => {
    const attempt = (): unknown => run('const = 1');
    expect(attempt).toThrow(InstrumentError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'PARSE', message: 'a.js: Unexpected token (1:6)' }));
  });

  test('is refused when it hides the runtime', () => {
    expect(() => run('var globalThis, global;')).toThrow('declares both globalThis and global');
  });

  test('may declare one of the names by which the runtime is found', () => {
    expect(run('var globalThis;').code).toContain('global[Symbol.for("execution-cinema")]');
    expect(run('var Symbol;').code).toContain('globalThis[globalThis.Symbol.for("execution-cinema")]');
  });

  test('is parsed as Node would evaluate it', () => {
    expect(() => run('await 1', { sourceType: 'commonjs' })).toThrow(InstrumentError);
    expect(() => run('with (a) {}', { sourceType: 'module' })).toThrow(InstrumentError);
    expect(() => run('return', { sourceType: 'script' })).toThrow(InstrumentError);
    run('return new.target', { sourceType: 'commonjs' });
    run('await import.meta.url', { sourceType: 'module' });
  });

  test('may import in phases that the parser does not know', () => {
    const text = `import source from from './a.wasm';
import source module from './b.wasm';
import defer * as later from './c.js';
import source from './d.js';
export const load = () => import.source(source).then(() => import.defer(source));`;
    const { code, counts, insertions } = run(text, { sourceType: 'module', plan: planOfLevel('expressions') });
    expect(counts.instrumented).toBe(counts.functions);
    for (const line of text.split('\n').slice(0, 4)) expect(code).toContain(line);
    expect(code).toContain('import.source(');
    expect(insertions.length).toBeGreaterThan(0);
    expect(() => run('import.source(a;')).toThrow('a.js: ');
    expect(() => run('import.other(a)')).toThrow(InstrumentError);
  });
});

describe('the head', () => {
  test('follows hashbang and directives and adds no line', () => {
    const { code } = run('#!/usr/bin/env node\n"use strict";\nf();');
    expect(code.split('\n')).toHaveLength(3);
    expect(code).toMatch(/^#!.*\n"use strict";;var \$ec_=globalThis\[Symbol.for\("execution-cinema"\)\]\.m\("k","/);
  });

  test('takes a prefix that the text does not contain', () => {
    expect(run('$ec_; $ec1_;').code).toContain('var $ec2_=');
  });

  test('binds only the probes in use', () => {
    const { code } = run('a;');
    expect(code).toBe(
      'var $ec_=globalThis[Symbol.for("execution-cinema")].m("k","56"),$ec_b=$ec_.b,$ec_i0=$ec_.i,' +
        '$ec_u=$ec_.u,$ec_e0=$ec_.e0,$ec_f=$ec_e0($ec_b+0);a;;$ec_u($ec_f);',
    );
  });

  test('quotes keys so that no line is added', () => {
    expect(run('a;', { moduleKey: 'a"\u2028' }).code).toContain('.m("a\\"\\u2028"');
  });

  test('is left out of an empty file', () => {
    expect(run('// nothing\n').code).toBe('// nothing\n');
  });
});

describe('the site table', () => {
  test('begins with the module and its scope', () => {
    const { sites } = run('let a = 1;');
    expect(sites.sites[0]).toEqual([SITE_FUNCTION, 1, 0, 1, 0, 0, 0]);
    expect(sites.sites[1]).toEqual([SITE_SCOPE, 2, 0, 1, 0, 0, 0]);
    expect(sites.functions[0]).toMatchObject({
      name: '(module)',
      kind: 'module',
      parent: -1,
      level: 2,
      ceiling: 2,
      scope: 0,
    });
    expect(sites.scopes[0]).toMatchObject({ kind: 'module', parent: -1, shared: true });
  });

  test('says of a write which variable, which operator and where', () => {
    const { sites } = run('let a = 1;\n  a += 2;');
    const writes = sites.sites.filter(([kind]) => kind === SITE_WRITE);
    expect(writes.map(([, rank, func, line, column]) => [rank, func, line, column])).toEqual([
      [2, 0, 1, 4],
      [2, 0, 2, 2],
    ]);
    expect(writes.map((site) => sites.variables[site[5]]!.name)).toEqual(['a', 'a']);
    expect(writes.map((site) => sites.names[site[6]])).toEqual(['let', '+=']);
  });

  test('tells shared scopes from others', () => {
    const { sites } = run('function f(a) { let b; { let c = a; } return () => a; } function g(d) { return d; }');
    const scopeOf = (name: string): unknown => {
      const { scope } = sites.variables.find((variable) => variable.name === name)!;
      return [
        sites.scopes[scope]!.kind,
        sites.scopes[scope]!.shared,
        sites.functions[sites.scopes[scope]!.function]!.name,
      ];
    };
    expect(scopeOf('a')).toEqual(['function', true, 'f']);
    expect(scopeOf('b')).toEqual(['function', true, 'f']);
    expect(scopeOf('c')).toEqual(['block', false, 'f']);
    expect(scopeOf('d')).toEqual(['function', false, 'g']);
  });

  test('names functions for people and plans', () => {
    const { sites } = run(`
      function outer() { function inner() {} items.map(() => 1); (function () { function deep() {} })(); }
      class Cart { total() {} static make() {} get size() {} set size(v) {} #private() {} ['computed']() {} [dynamic]() {} field = () => 1; constructor() {} static {} }
      const api = { method() {}, arrow: () => 1, nested: { deep() {} } };
      exports.shown = function () {}; module.exports = { listed() {} };
      Cart.prototype.added = function () {}; const renamed = function own() {}; later = () => 1;
      const { picked = () => 1 } = {}; let Kind = class { go() {} };
    `);
    expect(sites.functions.map(({ name }) => name)).toEqual([
      '(module)',
      'outer',
      'outer.inner',
      'outer.(anonymous)',
      'outer.(anonymous)',
      'outer.deep',
      'Cart.total',
      'Cart.make',
      'Cart.size',
      'Cart.size',
      'Cart.#private',
      'Cart.computed',
      'Cart.(anonymous)',
      'Cart.field',
      'Cart.constructor',
      'Cart.(static)',
      'api.method',
      'api.arrow',
      'api.nested.deep',
      'shown',
      'listed',
      'Cart.added',
      'own',
      'later',
      'picked',
      'Kind.go',
    ]);
  });

  test('tells kinds of functions', () => {
    const { sites } = run(`
      function f() {} () => 1; async function af() {} async () => 1; function* g() {} async function* ag() {}
      class C extends B { constructor() { super(); } m() {} get a() {} set a(v) {} async am() {} *gm() {} async *agm() {} static {} }
    `);
    expect(sites.functions.map(({ kind }) => kind)).toEqual([
      'module',
      'function',
      'arrow',
      'async',
      'async arrow',
      'generator',
      'async generator',
      'constructor',
      'method',
      'getter',
      'setter',
      'async method',
      'generator method',
      'async generator method',
      'static block',
    ]);
  });

  test('lists what parameters an entry carries', () => {
    const { sites } = run('class A { m(a, { b, c: [d = 1] }, ...rest) {} } function f(x, ...[y]) {}');
    const [, method, func] = sites.functions;
    expect(method!.parameters).toEqual(['this', 'a', 'b', 'd', '...rest']);
    expect(method!.parameterVariables.slice(1).map((index) => sites.variables[index]!.name)).toEqual([
      'a',
      'b',
      'd',
      'rest',
    ]);
    expect(method!.parameterVariables[0]).toBe(-1);
    expect(func!.parameters).toEqual(['x', 'y']);
  });

  test('covers methods from their name, as toString() shows them', () => {
    const source = 'class A { static async load() {} get b() {} } ({ c() {} });';
    const { sites } = run(source);
    expect(sites.functions.slice(1).map(({ start, end }) => source.slice(start, end))).toEqual([
      'async load() {}',
      'get b() {}',
      'c() {}',
    ]);
  });

  test('says what may change variables unseen', () => {
    const { sites } = run(`
      function e() { eval('1'); } function w(o) { with (o) { a; } } function a(x) { g(arguments); } function n(x) { return arguments[0] + arguments.length; }
      function strict(x) { 'use strict'; g(arguments); }
    `);
    expect(sites.functions.map(({ name, unseen }) => [name, unseen])).toEqual([
      ['(module)', undefined],
      ['e', ['eval']],
      ['w', ['with']],
      ['a', ['arguments']],
      ['n', undefined],
      ['strict', undefined],
    ]);
  });

  test('lists what is not instrumented and why', () => {
    const { sites, counts } = run(
      `function asm() { 'use asm'; }
       function w(o) { with (o) { return (() => 1)(); } }
       async function clash() { var a; function a() {} }
       function off() {}
       eval('1'); new Function('return 1')(); (0, eval)('2');`,
      { plan: planOfLevel('locals', { functionRules: [{ function: 'off', level: 'off' }], ceiling: 'off' }) },
    );
    expect(sites.skipped.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      'asm: asm.js',
      'w: returns inside a with statement',
      'w.(anonymous): inside a with statement',
      'clash: a function of its body shares its name with a variable',
      'clash.a: off in the plan',
      'off: off in the plan',
      'eval: compiled from text at run time',
      'Function: compiled from text at run time',
    ]);
    expect(counts).toEqual({ functions: 6, instrumented: 0 });
  });
});

describe('levels', () => {
  const source = 'function f(a) { if (a) g(a); let b = a.c; return b; }';

  test('put in only the sites up to the ceiling', () => {
    const kinds = (level: 'boundaries' | 'locals' | 'expressions'): number[] =>
      [...new Set(run(source, { plan: planOfLevel(level) }).sites.sites.map(([, rank]) => rank))].sort();
    expect(kinds('boundaries')).toEqual([1, 2]);
    expect(kinds('locals')).toEqual([1, 2]);
    expect(kinds('expressions')).toEqual([1, 2, 3]);
    expect(
      run(source, { plan: planOfLevel('boundaries') }).sites.sites.filter(([kind]) => kind === SITE_WRITE),
    ).toEqual([]);
  });

  test('are told to the runtime site by site', () => {
    const { sites, code } = run(source, { plan: planOfLevel('boundaries', { ceiling: 'expressions' }) });
    const digits = /\.m\("k","([^"]*)"/.exec(code)![1]!;
    expect(digits).toHaveLength(sites.sites.length);
    for (const [index, site] of sites.sites.entries()) {
      expect(digits.charCodeAt(index) - 48).toBe(site[1] + (site[1] === 1 ? 4 : 0));
    }
  });

  test('mark what is secret by name', () => {
    const { code, sites } = run('function f(user, password) { const token = user; o.password = token; return 1; }', {
      isSecretName: (name) => name === 'password' || name === 'token',
    });
    const digits = /\.m\("k","([^"]*)"/.exec(code)![1]!;
    const secret = sites.sites.filter((_, index) => ((digits.charCodeAt(index) - 48) & 8) !== 0);
    expect(secret).toHaveLength(2);
    const indexes = [...sites.sites.keys()].filter((index) => secret.includes(sites.sites[index]!));
    expect(sites.variables.filter((variable) => variable.secret).map(({ name }) => name)).toEqual([
      'password',
      'token',
    ]);
    const secrets = {
      [sites.functions[1]!.site]: { 1: 'password' },
      [indexes[0]!]: 'token',
      [indexes[1]!]: 'password',
    };
    expect(code).toContain(`,${JSON.stringify(secrets)})`);
  });
});

describe('an input map', () => {
  // Two original files: line 1 of the text is line 10 of b.ts, line 2 is line 3 of a.ts, one column to the right.
  const inputMap = { sources: ['a.ts', 'b.ts'], names: [], mappings: 'ACSA;ADPC' };

  test('leads to the lines and files of the originals', () => {
    const { sites } = run('function f() {}\nfunction g() {}', { inputMap });
    expect(sites.sources).toEqual(['a.ts', 'b.ts']);
    expect(sites.functions.slice(1).map(({ name, source, line, column }) => ({ name, source, line, column }))).toEqual([
      { name: 'f', source: 1, line: 10, column: 0 },
      { name: 'g', source: 0, line: 3, column: 1 },
    ]);
  });

  test('may have its sources renamed', () => {
    expect(run('a', { inputMap, sources: ['src/a.ts', 'src/b.ts'] }).sites.sources).toEqual(['src/a.ts', 'src/b.ts']);
  });
});

test('long chains of operators do not exhaust the stack', () => {
  const source = `x = ${Array.from({ length: 4000 }, (_, index) => `f(${index})`).join(' + ')};`;
  expect(run(source, { plan: planOfLevel('expressions') }).sites.sites.length).toBeGreaterThan(4000);
});

test('declarations that Node 20 cannot run yet are parsed and carry probes', () => {
  const { code } = run(
    'async function f() { using a = g(); { await using b = g(); h(b); } for (await using c of d) h(c); return a; }',
  );
  expect(() => parse(code, { ecmaVersion: 'latest', sourceType: 'commonjs' })).not.toThrow();
  expect(code).toMatch(/await using b = \$ec_w\(.*;try\{ h\(b\); \}finally\{/);
  expect(code).toMatch(/return \(\$ec_pr=1,\$ec_qa\(\$ec_f,a\)\)/);
});
