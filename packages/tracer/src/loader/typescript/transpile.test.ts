import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { compileToJavaScript } from './compile.ts';
import type { CompileOutput, ModuleFormat } from './compile.ts';
import { effectiveSettings } from './compiler-settings.ts';

const scratch = scratchFolder();

function compile(
  source: string,
  { name = 'a.ts', format = 'module' as ModuleFormat, options = {} as object } = {},
): CompileOutput {
  const settings = effectiveSettings(options as Record<string, unknown>);
  return compileToJavaScript({ fileName: join(scratch, name), source, format, settings });
}

function errorOf(source: string): Error | undefined {
  try {
    compile(source);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Runs the output in Node with its map inlined. */
function run({ code, map }: CompileOutput, extension: '.mjs' | '.cjs'): { stdout: string; stderr: string } {
  const inline = Buffer.from(JSON.stringify(map)).toString('base64');
  const file = join(scratch, `out${extension}`);
  writeFileSync(file, `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}\n`);
  return spawnSync(process.execPath, ['--enable-source-maps', file], { encoding: 'utf8', timeout: 10_000 });
}

describe('the source map', () => {
  const source =
    'enum Colour { Red }\n\nexport function fail(colour: Colour): never {\n  throw new Error(`no ${colour}`);\n}\n\n  fail(Colour.Red);\n';

  it.each([
    ['module', '.mjs'],
    ['commonjs', '.cjs'],
  ] as const)('leads to the lines and columns of the original (%s)', (format, extension) => {
    const { stderr } = run(compile(source, { format }), extension);
    expect(stderr).toContain(`${join(scratch, 'a.ts')}:4:9`);
    expect(stderr).toContain(`${join(scratch, 'a.ts')}:7:3`);
  });

  it('leads to the columns of the original where only lines were kept', () => {
    const text = `import { basename } from 'node:path'; const x = 1; function fail() { basename('a'); throw new Error('no') }\nfail(); export { x };`;
    const output = compile(text, { format: 'commonjs' });
    const { stderr } = run(output, '.cjs');
    expect(output.keepsLines).toBe(true);
    expect(stderr).toContain(`${join(scratch, 'a.ts')}:1:${text.indexOf('new Error') + 1}`);
    expect(stderr).toContain(`${join(scratch, 'a.ts')}:2:1`);
  });

  it('carries the original, and the output names no map of its own', () => {
    const { code, map } = compile(source);
    expect(map?.sources).toEqual([join(scratch, 'a.ts')]);
    expect(map?.sourcesContent).toEqual([source]);
    expect(code).not.toContain('sourceMappingURL');
  });
});

describe('a syntax error', () => {
  it('is a SyntaxError with place, line and caret', () => {
    const error = errorOf('const a = 1;\nenum {\n');
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error?.stack).toBe(`${join(scratch, 'a.ts')}:2\nenum {\n     ^\n\nSyntaxError: Identifier expected.`);
  });

  it.each(['let a: number = ;', 'const x = <div>;', 'foo(', 'import { from "x"', '@', '`'])(
    'is never recovered from silently: %s',
    (source) => {
      expect(errorOf(source)).toBeInstanceOf(SyntaxError);
    },
  );
});

describe('JSX', () => {
  const source = 'export const a = <p>{1}</p>;';

  it.each([
    ['no option, no React', source, {}, 'react/jsx-runtime'],
    ['no option, React imported', `import React from 'react';\n${source}`, {}, 'React.createElement'],
    ['no option, React as a namespace', `import * as React from 'react';\n${source}`, {}, 'React.createElement'],
    ['no option, a pragma', `/** @jsx h */ import { h } from 'h';\n${source}`, {}, 'h("p"'],
    ['preserve', source, { jsx: 'preserve' }, 'react/jsx-runtime'],
    ['preserve with a factory', source, { jsx: 'preserve', jsxFactory: 'h' }, 'h("p"'],
    ['react-jsxdev', source, { jsx: 'react-jsxdev' }, 'react/jsx-dev-runtime'],
    ['an import source', source, { jsxImportSource: 'preact' }, 'preact/jsx-runtime'],
  ])('%s', (_title, text, options, expected) => {
    expect(compile(text, { name: 'a.tsx', options }).code).toContain(expected);
  });

  it('is compiled in .jsx files, whose unused imports stay', () => {
    const { code } = compile(`import x from 'x';\n${source}`, { name: 'a.jsx' });
    expect(code).toContain('jsx-runtime');
    expect(code).toContain(`from 'x'`);
  });
});

describe('CommonJS output', () => {
  it('knows import.meta', () => {
    const { stdout } = run(
      compile(
        'export {}; console.log(import.meta.url.slice(-8), import.meta.dirname === __dirname, import.meta.filename === __filename);',
        {
          format: 'commonjs',
        },
      ),
      '.cjs',
    );
    expect(stdout).toBe('/out.cjs true true\n');
  });

  it('keeps import() where tsconfig says node16 or later, and requires where it says CommonJS', () => {
    const source = 'export const a = import("a");';
    expect(compile(source, { format: 'commonjs', options: { module: 'nodenext' } }).code).toContain('import("a")');
    expect(compile(source, { format: 'commonjs', options: { module: 'commonjs' } }).code).toContain('require("a")');
  });

  it('makes default imports work and namespaces callable where tsconfig says nothing', () => {
    const source = 'import * as ns from "a"; import d from "b"; import e, { f } from "c"; ns(); d(); e(); f();';
    const { code } = compile(source, { format: 'commonjs' });
    expect(code).toContain('const ns = require("a")');
    expect(code).toContain('__importDefault(require("b"))');
    expect(code).toContain('__importStar(require("c"))');
  });
});
