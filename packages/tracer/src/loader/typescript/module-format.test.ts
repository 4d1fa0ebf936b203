import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { moduleFormat } from './module-format.ts';
import { projectOf } from './project.ts';

const root = scratchFolder();

let folders = 0;

/** The format of a file with this text in a package without "type", or with the one given. */
function formatOf(
  source: string,
  {
    name = 'a.ts',
    type = undefined as string | undefined,
    tsconfig = undefined as object | undefined,
    via = 'import' as 'import' | 'require',
  } = {},
): string {
  const dir = join(root, String(folders++));
  mkdirSync(dir);
  writeFileSync(join(dir, 'package.json'), JSON.stringify(type === undefined ? {} : { type }));
  if (tsconfig) writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: tsconfig }));
  const fileName = join(dir, name);
  return moduleFormat({ fileName, source: () => source, project: projectOf(fileName), via });
}

describe('decided without the text', () => {
  it('by the extension', () => {
    expect(formatOf('module.exports = 1', { name: 'a.mts', type: 'commonjs' })).toBe('module');
    expect(formatOf('export {}', { name: 'a.cts', type: 'module' })).toBe('commonjs');
  });

  it('by the type of the package', () => {
    expect(formatOf('module.exports = 1', { type: 'module' })).toBe('module');
    expect(formatOf('export {}', { type: 'commonjs', name: 'a.tsx' })).toBe('commonjs');
  });
});

describe('without a type', () => {
  it.each([
    ['const fs = require("fs");', 'commonjs'],
    ['import type { A } from "a"; module.exports = {} as A;', 'commonjs'],
    ['export type A = 1; export interface B {}', 'commonjs'],
    ['import fs = require("fs"); export const a = 1;', 'commonjs'],
    ['const a = 1;\nexport = a;', 'commonjs'],
    ['const text = "\\nexport const a = 1";', 'commonjs'],
    ['import fs from "node:fs";', 'module'],
    ['export const a: number = 1;', 'module'],
    ['export * from "./b.ts";', 'module'],
    ['import { b } from "./b.js";', 'module'],
    ['import { b } from "./b";', 'commonjs'],
    ['import fs from "fs"; console.log(__dirname);', 'commonjs'],
    ['import { b } from "./b"; console.log(import.meta.url);', 'module'],
    ['import { b } from "./b";\nawait b();', 'module'],
    ['const b = await import("./b");\nconst f = async () => 1;', 'module'],
    ['async function f() {\n  await 1;\n}\nexport { f };', 'module'],
    ['if (true) {\n  await Promise.resolve();\n}', 'module'],
    ['async function f() {\n  await 1;\n}\nf();', 'commonjs'],
  ])('%j is %s', (source, format) => {
    expect(formatOf(source)).toBe(format);
  });

  it('reads JSX that no lexer understands', () => {
    expect(formatOf("export const a = <p>it's</p>;", { name: 'a.tsx' })).toBe('module');
    expect(formatOf('import { b } from "./b";\nexport const a = <p>it\'s {b}</p>;', { name: 'a.tsx' })).toBe(
      'commonjs',
    );
  });

  it('follows tsconfig where it says CommonJS, unless only an ES module can do it', () => {
    const source = 'import fs from "node:fs";';
    expect(formatOf(source, { tsconfig: { module: 'commonjs' } })).toBe('commonjs');
    expect(formatOf(source, { tsconfig: { module: 'nodenext' } })).toBe('commonjs');
    expect(formatOf(source, { tsconfig: { module: 'esnext' } })).toBe('module');
    expect(formatOf(`${source}\nawait 1;`, { tsconfig: { module: 'commonjs' } })).toBe('module');
    expect(formatOf(source, { tsconfig: { module: 'nodenext', erasableSyntaxOnly: true } })).toBe('module');
  });

  it('is what require can take', () => {
    expect(formatOf('export const a = 1;', { via: 'require' })).toBe('commonjs');
    expect(formatOf('export const a = await 1;', { via: 'require' })).toBe('module');
  });
});
