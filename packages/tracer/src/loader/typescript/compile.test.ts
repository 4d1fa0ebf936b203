// Each fixture is compiled by tsc as a whole program, with all type information, and file by file by us; both outputs
// run in a real Node and must print the same. tsc is the truth, so there are no golden files.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { compileToJavaScript, projectOf } from './index.ts';
import type { ModuleFormat } from './index.ts';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/typescript/', import.meta.url));
const BOTH: readonly ModuleFormat[] = ['module', 'commonjs'];
const RUN_TIMEOUT_MS = 20_000;

interface Case {
  readonly formats: readonly ModuleFormat[];
  /** Whether the main file keeps its positions when it is an ES module (CommonJS always goes through TypeScript). */
  readonly inPlace: boolean;
}

const CASES: { readonly [shape: string]: Case } = {
  casts: { formats: BOTH, inPlace: false },
  enums: { formats: BOTH, inPlace: false },
  erasable: { formats: BOTH, inPlace: true },
  'export-local-types': { formats: BOTH, inPlace: false },
  'fields-assign': { formats: BOTH, inPlace: false },
  'fields-define': { formats: BOTH, inPlace: true },
  'import-elision': { formats: BOTH, inPlace: true },
  'import-shadowed': { formats: BOTH, inPlace: true },
  'import-equals': { formats: ['commonjs'], inPlace: false },
  'import-require-in-module': { formats: ['module'], inPlace: false },
  interop: { formats: BOTH, inPlace: true },
  'interop-off': { formats: ['commonjs'], inPlace: false },
  'interop-unsaid': { formats: ['commonjs'], inPlace: false },
  json: { formats: ['commonjs'], inPlace: false },
  'jsx-automatic': { formats: BOTH, inPlace: false },
  'jsx-classic': { formats: BOTH, inPlace: false },
  'jsx-pragma': { formats: BOTH, inPlace: false },
  'legacy-decorators': { formats: BOTH, inPlace: false },
  'live-bindings': { formats: BOTH, inPlace: true },
  namespaces: { formats: BOTH, inPlace: false },
  'parameter-properties': { formats: BOTH, inPlace: false },
  'parameter-properties-assign': { formats: BOTH, inPlace: false },
  'sloppy-script': { formats: ['commonjs'], inPlace: true },
  'standard-decorators': { formats: BOTH, inPlace: false },
  'strict-script': { formats: ['commonjs'], inPlace: false },
  'top-level-await': { formats: ['module'], inPlace: true },
  using: { formats: BOTH, inPlace: Number.parseInt(process.versions.v8, 10) >= 14 },
  verbatim: { formats: ['module'], inPlace: true },
};

const scratch = mkdtempSync(join(tmpdir(), 'tracer-typescript-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

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
    const [byTsc, byUs] = await Promise.all([run(join(project, 'tsc')), run(join(project, 'ours'))]);
    expect(byTsc.stderr).toBe('');
    expect(byTsc.stdout).not.toBe('');
    expect(byUs).toEqual(byTsc);
  });

  it(`${inPlace ? 'keeps' : 'does not keep'} the positions of its main file`, () => {
    const project = prepare(shape, formats[0] ?? 'module');
    const main = sourcesIn(project).find((name) => name.startsWith('main.')) ?? '';
    const { output, source } = compileOne(project, main, formats[0] ?? 'module');
    const kept = output.map === null;
    const lengths = (text: string): number[] => text.split('\n').map(({ length }) => length);
    expect(kept).toBe(inPlace);
    expect(lengths(kept ? output.code : source)).toEqual(lengths(source));
  });
});

/** A project folder with the fixture, and below it room for what tsc and what we make of it. */
function prepare(shape: string, format: ModuleFormat): string {
  const project = mkdtempSync(join(scratch, `${shape}-`));
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

const sourceFiles = new Map<string, ts.SourceFile | undefined>();

function emitWithTsc(project: string, format: ModuleFormat): void {
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), ts.sys.readFile);
  const forced =
    format === 'module'
      ? { module: 'esnext', moduleResolution: 'bundler' }
      : { module: 'commonjs', moduleResolution: 'node10' };
  const options = ts.parseJsonConfigFileContent(
    { ...config, compilerOptions: { ...forced, types: [], noCheck: true, ...config.compilerOptions, outDir: 'tsc' } },
    ts.sys,
    project,
  );
  const host = ts.createCompilerHost(options.options);
  const read = host.getSourceFile;
  // The library files are the same for every fixture.
  host.getSourceFile = (name, ...rest) => {
    if (name.startsWith(project)) return read(name, ...rest);
    if (!sourceFiles.has(name)) sourceFiles.set(name, read(name, ...rest));
    return sourceFiles.get(name);
  };
  const roots = sourcesIn(project).map((name) => join(project, name));
  ts.createProgram(roots, options.options, host).emit();
}

function sourcesIn(project: string): string[] {
  return readdirSync(project).filter((name) => /\.(?:[cm]?ts|tsx)$/.test(name));
}

function outputName(name: string): string {
  return name.replace(/\.tsx$/, '.js').replace(/ts$/, 'js');
}

function run(dir: string): Promise<{ stdout: string; stderr: string }> {
  const main = readdirSync(dir).find((name) => /^main\.[cm]?js$/.test(name)) ?? 'main.js';
  return new Promise((resolve) => {
    execFile(process.execPath, [join(dir, main)], { timeout: RUN_TIMEOUT_MS }, (_error, stdout, stderr) => {
      resolve({ stdout, stderr: stderr.replaceAll(dir, '') });
    });
  });
}
