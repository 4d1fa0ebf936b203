import { describe, expect, it } from 'vitest';
import { compileToJavaScript } from './compile.ts';
import type { ModuleFormat } from './compile.ts';
import { effectiveSettings } from './compiler-settings.ts';

/** The text after stripping in place, or `undefined` when TypeScript had to compile the file. */
function strip(source: string, format: ModuleFormat = 'module', options?: object): string | undefined {
  const settings = effectiveSettings(options as Record<string, unknown> | undefined);
  const { code, map } = compileToJavaScript({ fileName: '/project/a.ts', source, format, settings });
  return map === null ? code : undefined;
}

/** The stripped text with every run of spaces as one, after a check that each character stands where it stood. */
function stripped(source: string): string {
  const code = strip(source) ?? '';
  expect(code.length).toBe(source.length);
  const moved = Array.from(code).filter((character, at) => !' ;'.includes(character) && source[at] !== character);
  expect(moved).toEqual([]);
  return code.replace(/ +/g, ' ');
}

describe('unused imports become white space', () => {
  it.each([
    ['import { T } from "t"\n(f)()', '; \n(f)()'],
    ['import a, { T } from "t"; a', 'import a, { } from "t"; a'],
    ['import T, { a } from "t"; a', 'import { a } from "t"; a'],
    ['import T /* , */ , { a } from "t"; a', 'import { a } from "t"; a'],
    ['import a, * as T from "t"; a', 'import a from "t"; a'],
    ['import T, * as a from "t"; a', 'import * as a from "t"; a'],
    ['import { T, a, U } from "t"; a', 'import { a, } from "t"; a'],
    ['import { a as T, a } from "t"; a', 'import { a } from "t"; a'],
    ['import {\n  T, // why\n  a,\n} from "t"; a', 'import {\n // why\n a,\n} from "t"; a'],
    ['import {} from "t"', '; '],
    ['import "t"', 'import "t"'],
    ['import { type T } from "t"', '; '],
    ['export { type T } from "t"', '; '],
    ['import { T } from "t"; export { T }', 'import { T } from "t"; export { T }'],
    ['import { T } from "t"; x.T; T: for (;;) break T', '; x.T; T: for (;;) break T'],
  ])('%j', (source, expected) => {
    expect(stripped(source)).toBe(expected);
  });

  it('but not under verbatimModuleSyntax', () => {
    const source = 'import { T } from "t"; import {} from "u"';
    expect(strip(source, 'module', { verbatimModuleSyntax: true, target: 'esnext' })).toBe(source);
  });
});

describe('semicolons of erased lines stay', () => {
  it.each([
    ['const a = b\ntype T = 1\n;(f)()', 'const a = b\n \n;(f)()'],
    ['const a = b\ntype T = 1;\n[f]', 'const a = b\n; ;\n[f]'],
    ['const a = b\ninterface T { a: 1; b: 2 }\n(f)()', 'const a = b\n; \n(f)()'],
    ['class A { a = b\n declare t: { c: 1; d: 2 };\n [f] = 1 }', 'class A { a = b\n ;\n [f] = 1 }'],
    ['let a: { b: 1; c: 2; } = d', 'let a = d'],
  ])('%j', (source, expected) => {
    expect(stripped(source)).toBe(expected);
  });
});

describe('whole files', () => {
  it('keep hashbang, line ends, and every column of text outside the Basic Latin block', () => {
    const source = '#!/usr/bin/env node\r\nlet a: "日本😀" = "日本😀";\r\nlet b: {\r\n  c: 1;\r\n};\r\n';
    const code = strip(source) ?? '';
    expect(code.length).toBe(source.length);
    expect(code.replace(/ +/g, ' ')).toBe('#!/usr/bin/env node\r\nlet a = "日本😀";\r\nlet b \r\n \r\n ;\r\n');
  });

  it('lose a byte order mark', () => {
    expect(strip('\uFEFFlet a: 1')).toBe('let a   ');
  });

  it('are CommonJS in place without module syntax, and strict only where tsconfig asks', () => {
    expect(strip('const a: number = require("a")', 'commonjs')).toBe('const a         = require("a")');
    expect(strip('const a = 1', 'commonjs', { strict: true })).toBeUndefined();
    expect(strip('"use strict"\nconst a = 1', 'commonjs', { strict: true })).toBe('"use strict"\nconst a = 1');
    expect(strip('export const a = 1', 'commonjs')).toBeUndefined();
  });
});
