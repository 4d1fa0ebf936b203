import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Names what it forbids, so it does not judge itself. */
const SELF = 'test/tidy.test.ts';

/** The TypeScript 5 of the tracer: the one of the root (7) has no JavaScript API. */
const typescript = createRequire(join(ROOT, 'packages/tracer/package.json'))('typescript') as {
  preProcessFile(text: string, readImports: boolean, detectJs: boolean): { importedFiles: { fileName: string }[] };
};

/** A source file is one idea; longer ones are split by meaning, or listed below with the reason. */
const MAX_SOURCE_LINES = 500;

interface PackageRule {
  /** Workspace packages it may import. */
  readonly workspace: readonly string[];
  /** npm packages it may import; `node:*` stands for Node's own modules. */
  readonly npm: readonly string[];
}

/** The arrows `format -> instrument, runtime, store -> tracer` and `codemap -> store -> tracer` ("is used by"). A new package needs a line here. */
const RULES: Readonly<Record<string, PackageRule>> = {
  format: { workspace: [], npm: [] },
  instrument: { workspace: ['format'], npm: ['acorn*', 'magic-string', 'picomatch', '@jridgewell/*'] },
  runtime: { workspace: ['format'], npm: ['node:*'] },
  store: { workspace: ['codemap', 'format'], npm: ['node:*', 'better-sqlite3'] },
  codemap: { workspace: [], npm: ['node:*', '@babel/parser', 'ignore'] },
  server: { workspace: ['codemap', 'format', 'store'], npm: ['node:*', 'ws'] },
  viewer: { workspace: ['format', 'server'], npm: ['preact', '@preact/*'] },
  tracer: { workspace: ['codemap', 'format', 'instrument', 'runtime', 'server', 'store'], npm: ['node:*', '*'] },
};

/** What the two ends of a connection share: types and two small codecs. */
const PROTOCOL = '@execution-cinema/server/protocol';

/** `file: import` -> why this one may break the rules. An entry that is no longer needed fails the test. */
const IMPORT_EXCEPTIONS: Readonly<Record<string, string>> = {};

/** `file` -> why it is one idea although it is long. */
const LENGTH_EXCEPTIONS: Readonly<Record<string, string>> = {};

/** `file` -> why it may end its process although it is not the command line. */
const EXIT_EXCEPTIONS: Readonly<Record<string, string>> = {
  'packages/tracer/src/config/plan-evaluator.ts': 'a process of its own, which a plan module may try to keep alive',
};

/** Modules that one package alone knows, whatever the table above allows. */
const SOLE_OWNERS: Readonly<Record<string, string>> = { 'better-sqlite3': 'store', 'node:sqlite': 'store' };

const trackedFiles = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '');
const sourceFiles = trackedFiles.filter((file) => /^packages\/[^/]+\/src\/.*\.tsx?$/.test(file));
const productFiles = sourceFiles.filter((file) => !file.endsWith('.test.ts'));

function read(file: string): string {
  try {
    return readFileSync(join(ROOT, file), 'utf8');
  } catch {
    return ''; // deleted in the work tree, not yet in the index
  }
}

function packageOf(file: string): string {
  return file.split('/')[1] ?? '';
}

/** Specifiers of every import, export-from, dynamic import and require, as TypeScript's own scanner sees them. */
function importsOf(source: string): string[] {
  return typescript.preProcessFile(source, true, true).importedFiles.map((file) => file.fileName);
}

function npmNameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function matches(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

/** Why this import is not allowed, or undefined. */
function complaintAbout(file: string, specifier: string): string | undefined {
  const own = packageOf(file);
  const rule = RULES[own];
  if (rule === undefined) return `packages/${own} has no line in RULES`;
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    return target.startsWith(`packages/${own}/`) ? undefined : 'leaves its package by a relative path';
  }
  const workspaceName = /^@execution-cinema\/([\w-]+)/.exec(specifier)?.[1];
  if (workspaceName !== undefined) {
    if (own === 'viewer' && workspaceName === 'server' && specifier !== PROTOCOL)
      return 'viewer knows only the protocol';
    return rule.workspace.includes(workspaceName) ? undefined : `${own} may not know ${workspaceName}`;
  }
  const name = specifier.startsWith('node:') ? specifier : npmNameOf(specifier);
  const owner = SOLE_OWNERS[name];
  if (owner !== undefined && owner !== own) return `only ${owner} knows ${name}`;
  return matches(name, rule.npm) ? undefined : `${own} may not import ${name}`;
}

describe('imports', () => {
  test('follow the arrows between packages', () => {
    const used = new Set<string>();
    const complaints: string[] = [];
    for (const file of productFiles) {
      for (const specifier of importsOf(read(file))) {
        const complaint = complaintAbout(file, specifier);
        if (complaint === undefined) continue;
        const key = `${file}: ${specifier}`;
        if (key in IMPORT_EXCEPTIONS) used.add(key);
        else complaints.push(`${key} (${complaint})`);
      }
    }
    expect(complaints).toEqual([]);
    expect(Object.keys(IMPORT_EXCEPTIONS).filter((key) => !used.has(key))).toEqual([]);
  });

  test('the check sees every form of import and refuses what it should', () => {
    const source = `
      import a from 'one';
      import { b,
        type C } from "two/sub";
      import 'three';
      export * from './four.ts';
      const e = await import('@scope/five/x');
      const f = require('six');
      // import g from 'seven';
      /* import h from 'eight'; */
      const i = "import j from 'nine'";
    `;
    expect(importsOf(source)).toEqual(['one', 'two/sub', 'three', './four.ts', '@scope/five/x', 'six']);
    expect(complaintAbout('packages/runtime/src/ring.ts', '@execution-cinema/store')).toMatch('may not know');
    expect(complaintAbout('packages/format/src/a.ts', 'node:fs')).toMatch('may not import');
    expect(complaintAbout('packages/tracer/src/a.ts', 'better-sqlite3')).toMatch('only store');
    expect(complaintAbout('packages/tracer/src/a.ts', '../../store/src/schema.ts')).toMatch('leaves its package');
    expect(complaintAbout('packages/unheard/src/a.ts', 'node:fs')).toMatch('no line in RULES');
    expect(complaintAbout('packages/viewer/src/a.ts', '@execution-cinema/server')).toMatch('only the protocol');
    expect(complaintAbout('packages/viewer/src/a.ts', PROTOCOL)).toBeUndefined();
    expect(complaintAbout('packages/store/src/a/b.ts', '../c.ts')).toBeUndefined();
    expect(complaintAbout('packages/runtime/src/a.ts', '@execution-cinema/format')).toBeUndefined();
  });
});

describe('sources', () => {
  test(`have at most ${MAX_SOURCE_LINES} lines`, () => {
    const long = sourceFiles.filter((file) => read(file).split('\n').length - 1 > MAX_SOURCE_LINES);
    expect(long.filter((file) => !(file in LENGTH_EXCEPTIONS))).toEqual([]);
    expect(Object.keys(LENGTH_EXCEPTIONS).filter((file) => !long.includes(file))).toEqual([]);
  });

  test('only the command line ends the process', () => {
    const guilty = productFiles.filter(
      (file) => !file.startsWith('packages/tracer/src/cli/') && /\bprocess\.exit\(/.test(read(file)),
    );
    expect(guilty).toEqual(Object.keys(EXIT_EXCEPTIONS));
  });

  test('carry no unfinished marks', () => {
    const mark = /\b(TODO|FIXME|XXX|HACK)\b/;
    const files = trackedFiles.filter((file) => /^(packages|examples|scripts|test)\/.*\.(ts|tsx|mjs|js)$/.test(file));
    expect(files.filter((file) => file !== SELF && !file.includes('/fixtures/') && mark.test(read(file)))).toEqual([]);
  });

  test('have no test that is switched off', () => {
    const off = /\b(it|test|describe)\.(skip|todo|only|fails)\b/;
    const files = trackedFiles.filter((file) => file.endsWith('.test.ts') && file !== SELF);
    expect(files.filter((file) => off.test(read(file)))).toEqual([]);
  });
});

test('no file names a path of one machine', () => {
  const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const places = ['/root', homedir(), ROOT].filter((place) => place.length > 1).map(escape);
  const machinePath = new RegExp(`(^|[^\\w./-])(${places.join('|')})(/|\\b)`);
  const text = trackedFiles.filter((file) => !/\.(png|db|ico|woff2?)$/.test(file) && file !== SELF);
  expect(text.filter((file) => machinePath.test(read(file)))).toEqual([]);
});

test('packages of the workspace are of one version, those that are not published as well', () => {
  const manifests = trackedFiles.filter((file) =>
    /^((packages|examples)\/[^/]+\/|test\/|bench\/)?package\.json$/.test(file),
  );
  const versions = manifests.map((file) => [file, (JSON.parse(read(file)) as { version?: string }).version] as const);
  // Only what nobody could depend on has none.
  const own = versions.filter(([file, version]) => version !== undefined || !file.startsWith('examples/'));
  const { version } = JSON.parse(read('packages/tracer/package.json')) as { version: string };
  expect(own.length).toBeGreaterThan(8);
  expect(own.filter(([, each]) => each !== version)).toEqual([]);
  // What npm would take for "not made yet".
  expect(version).not.toBe('0.0.0');
});
