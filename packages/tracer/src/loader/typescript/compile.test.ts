// Each fixture is compiled by tsc as a whole program, with all type information, and file by file by us; both outputs
// run in a real Node and must print the same. tsc is the truth, so there are no golden files.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { runsUsingDeclarations } from './capabilities.ts';
import { compileToJavaScript, projectOf } from './index.ts';
import type { ModuleFormat } from './index.ts';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/typescript/', import.meta.url));
const BOTH: readonly ModuleFormat[] = ['module', 'commonjs'];
const RUN_TIMEOUT_MS = 20_000;
const SEPARATOR = '\n--- ours ---\n';

interface Case {
  readonly formats: readonly ModuleFormat[];
  /** The formats in which the lines of the main file stay where they are: TypeScript's own compiler is not needed. */
  readonly inPlace: readonly ModuleFormat[];
}

const NEVER: readonly ModuleFormat[] = [];

const CASES: { readonly [shape: string]: Case } = {
  casts: { formats: BOTH, inPlace: NEVER },
  'commonjs-hard': { formats: BOTH, inPlace: ['module'] },
  'commonjs-shapes': { formats: BOTH, inPlace: BOTH },
  enums: { formats: BOTH, inPlace: NEVER },
  erasable: { formats: BOTH, inPlace: BOTH },
  'export-local-types': { formats: BOTH, inPlace: NEVER },
  'fields-assign': { formats: BOTH, inPlace: NEVER },
  'fields-assign-plain': { formats: BOTH, inPlace: BOTH },
  'fields-define': { formats: BOTH, inPlace: BOTH },
  'import-elision': { formats: BOTH, inPlace: BOTH },
  'import-equals': { formats: ['commonjs'], inPlace: NEVER },
  'import-require-in-module': { formats: ['module'], inPlace: NEVER },
  'import-shadowed': { formats: BOTH, inPlace: BOTH },
  interop: { formats: BOTH, inPlace: BOTH },
  'interop-off': { formats: ['commonjs'], inPlace: BOTH },
  'interop-unsaid': { formats: ['commonjs'], inPlace: BOTH },
  json: { formats: ['commonjs'], inPlace: BOTH },
  'jsx-automatic': { formats: BOTH, inPlace: NEVER },
  'jsx-classic': { formats: BOTH, inPlace: NEVER },
  'jsx-pragma': { formats: BOTH, inPlace: NEVER },
  'legacy-decorators': { formats: BOTH, inPlace: NEVER },
  'live-bindings': { formats: BOTH, inPlace: ['module'] },
  namespaces: { formats: BOTH, inPlace: NEVER },
  'parameter-properties': { formats: BOTH, inPlace: NEVER },
  'parameter-properties-assign': { formats: BOTH, inPlace: NEVER },
  'sloppy-script': { formats: ['commonjs'], inPlace: BOTH },
  'standard-decorators': { formats: BOTH, inPlace: NEVER },
  'strict-script': { formats: ['commonjs'], inPlace: NEVER },
  'top-level-await': { formats: ['module'], inPlace: BOTH },
  'type-only-module': { formats: ['commonjs'], inPlace: BOTH },
  using: { formats: BOTH, inPlace: runsUsingDeclarations() ? BOTH : NEVER },
  verbatim: { formats: ['module'], inPlace: BOTH },
};

it('has a row for every fixture', () => {
  expect(readdirSync(FIXTURES).sort()).toEqual(Object.keys(CASES).sort());
});

describe.each(Object.entries(CASES))('%s', (shape, { formats, inPlace }) => {
  it.each(formats)('behaves as compiled by tsc as %s', { timeout: 2 * RUN_TIMEOUT_MS }, async (format) => {
    const project = prepare(shape, format);
    emitWithTsc(project, format);
    for (const name of sourcesIn(project)) {
      writeFileSync(join(project, 'ours', outputName(name)), compileOne(project, name, format).output.code);
    }
    const { stdout, stderr } = await runBoth(project);
    const [byTsc, byUs] = stdout.split(SEPARATOR);
    expect(stderr).toBe('');
    expect(byTsc).not.toBe('');
    expect(byUs).toBe(byTsc);
  });

  it.each(formats)('moves the lines of its main file only where it must (%s)', (format) => {
    const project = prepare(shape, format);
    const main = sourcesIn(project).find((name) => name.startsWith('main.')) ?? '';
    const { output, source } = compileOne(project, main, format);
    const lengths = (text: string): number[] => text.split('\n').map(({ length }) => length);
    const kept = output.keepsLines ? lengths(output.code) : lengths(source);
    expect(output.keepsLines).toBe(inPlace.includes(format));
    expect(kept.length).toBe(lengths(source).length);
    expect(output.map ?? kept).toEqual(output.map ?? lengths(source));
  });
});

/** A project folder with the fixture, and below it room for what tsc and what we make of it. */
function prepare(shape: string, format: ModuleFormat): string {
  const project = scratchFolder();
  cpSync(join(FIXTURES, shape), project, { recursive: true });
  const manifest = { type: format, imports: { '#jsx/jsx-runtime': './runtime.cjs' } };
  for (const dir of ['.', 'tsc', 'ours']) {
    mkdirSync(join(project, dir), { recursive: true });
    writeFileSync(join(project, dir, 'package.json'), JSON.stringify(manifest));
    for (const name of readdirSync(join(FIXTURES, shape))) {
      if (/\.(?:cjs|json)$/.test(name) && dir !== '.') cpSync(join(FIXTURES, shape, name), join(project, dir, name));
    }
  }
  return project;
}

function compileOne(project: string, name: string, format: ModuleFormat) {
  const fileName = join(project, name);
  const source = readFileSync(fileName, 'utf8');
  const fixed: { [extension: string]: ModuleFormat } = { '.mts': 'module', '.cts': 'commonjs' };
  const { settings } = projectOf(fileName);
  return {
    source,
    output: compileToJavaScript({ fileName, source, settings, format: fixed[extname(name)] ?? format }),
  };
}

/** No library files and no errors: neither decides what is emitted, and they cost seconds. */
function emitWithTsc(project: string, format: ModuleFormat): void {
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), ts.sys.readFile);
  const forced =
    format === 'module'
      ? { module: 'esnext', moduleResolution: 'bundler' }
      : { module: 'commonjs', moduleResolution: 'node10' };
  const options = ts.parseJsonConfigFileContent(
    {
      ...config,
      compilerOptions: { ...forced, types: [], noCheck: true, noLib: true, ...config.compilerOptions, outDir: 'tsc' },
    },
    ts.sys,
    project,
  );
  const roots = sourcesIn(project).map((name) => join(project, name));
  ts.createProgram(roots, options.options).emit();
}

function sourcesIn(project: string): string[] {
  return readdirSync(project).filter((name) => /\.(?:[cm]?ts|tsx)$/.test(name));
}

function outputName(name: string): string {
  return name.replace(/\.tsx$/, '.js').replace(/ts$/, 'js');
}

/** One process for both: when the output of tsc has nothing left to do, ours begins. */
function runBoth(project: string): Promise<{ stdout: string; stderr: string }> {
  const main = readdirSync(join(project, 'ours')).find((name) => /^main\.[cm]?js$/.test(name)) ?? 'main.js';
  const url = (dir: string): string => JSON.stringify(pathToFileURL(join(project, dir, main)).href);
  const script = `import(${url('tsc')}); process.once('beforeExit', () => {
    process.stdout.write(${JSON.stringify(SEPARATOR)});
    import(${url('ours')});
  });`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', script], { timeout: RUN_TIMEOUT_MS }, (_error, stdout, stderr) => {
      resolve({ stdout, stderr });
    });
  });
}
