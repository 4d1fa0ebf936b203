import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { resolveAfterFailure, resolveAlias } from './index.ts';
import type { ResolvedFile } from './index.ts';

const scratch = scratchFolder();

const NOT_FOUND = Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
let folders = 0;

interface Asked {
  readonly kind?: 'import' | 'require';
  readonly conditions?: readonly string[];
  readonly error?: unknown;
}

/** A project with empty files (or the given JSON), and the two questions asked from one of them. */
function project(files: readonly string[], json: { readonly [path: string]: unknown } = {}) {
  const root = join(scratch, String(folders++));
  const all = [...files.map((path) => [path, ''] as const), ...Object.entries(json)];
  for (const [path, content] of all) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const show = (resolved: ResolvedFile | undefined) => resolved && relative(root, resolved.file) + resolved.suffix;
  const request = (specifier: string, parent: string, { kind = 'import', conditions = ['node', 'import'] }: Asked) => ({
    specifier,
    parentFile: join(root, parent),
    kind,
    conditions,
  });
  return {
    root,
    after: (specifier: string, parent = 'a.ts', asked: Asked = {}) =>
      show(resolveAfterFailure(request(specifier, parent, asked), asked.error ?? NOT_FOUND)),
    before: (specifier: string, parent = 'a.ts', asked: Asked = {}) =>
      show(resolveAlias(request(specifier, parent, asked))),
  };
}

describe('after Node has failed', () => {
  it.each([
    ['./b', ['b.ts'], 'b.ts'],
    ['./b', ['b.tsx', 'b.jsx'], 'b.tsx'],
    ['./b', ['b.mts'], 'b.mts'],
    ['./b', ['b.cts'], 'b.cts'],
    ['./b', ['b.jsx'], 'b.jsx'],
    ['./b', ['b.js'], 'b.js'],
    ['./b', ['b.json'], 'b.json'],
    ['./b.js', ['b.ts', 'b.tsx'], 'b.ts'],
    ['./b.js', ['b.tsx'], 'b.tsx'],
    ['./b.jsx', ['b.tsx'], 'b.tsx'],
    ['./b.mjs', ['b.mts', 'b.ts'], 'b.mts'],
    ['./b.cjs', ['b.cts', 'b.ts'], 'b.cts'],
    ['./b.mjs', ['b.ts'], undefined],
    ['./b.test', ['b.test.ts'], 'b.test.ts'],
    ['./b.js', ['b.js.ts'], 'b.js.ts'],
    ['./b', ['b/index.ts'], 'b/index.ts'],
    ['./b/', ['b.ts', 'b/index.tsx'], 'b/index.tsx'],
    ['./b', ['b.ts', 'b/index.ts'], 'b.ts'],
    ['.', ['index.ts'], 'index.ts'],
    ['..', ['a.ts'], undefined],
    ['./b', ['b.d.ts'], undefined],
    ['./b%20c', ['b c.ts'], 'b c.ts'],
    ['./b?x=1#y', ['b.ts'], 'b.ts?x=1#y'],
    ['b', ['b.ts'], undefined],
    ['node:b', ['b.ts'], undefined],
    ['https://x/b', ['b.ts'], undefined],
  ])('%s with %j is %s', (specifier, files, expected) => {
    expect(project(['a.ts', ...files]).after(specifier)).toBe(expected);
  });

  it('reads specifiers of require as paths', () => {
    const { after, root } = project(['a.ts', 'b?x.ts', 'c d.ts']);
    expect(after('./b?x', 'a.ts', { kind: 'require' })).toBe('b?x.ts');
    expect(after('./c%20d', 'a.ts', { kind: 'require' })).toBeUndefined();
    expect(after(join(root, 'c d'), 'a.ts', { kind: 'require' })).toBe('c d.ts');
    expect(after(`file://${root}/c%20d.js`)).toBe('c d.ts');
  });

  it('finds TypeScript alone for JavaScript files, and nothing for dependencies', () => {
    const { after } = project(['b.ts', 'c.js', 'node_modules/x/b.ts']);
    expect(after('./b', 'a.js')).toBe('b.ts');
    expect(after('./b.js', 'a.mjs')).toBe('b.ts');
    expect(after('./c', 'a.mjs')).toBeUndefined();
    expect(after('./b', 'node_modules/x/a.js')).toBeUndefined();
    expect(after('./node_modules/x/b', 'a.ts')).toBeUndefined();
  });

  it('leaves other errors alone', () => {
    const { after } = project(['b.ts']);
    expect(after('./b', 'a.ts', { error: new SyntaxError('no') })).toBeUndefined();
    expect(after('./b', 'a.ts', { error: Object.assign(new Error('no'), { code: 'EACCES' }) })).toBeUndefined();
    expect(after('./b', 'a.ts', { error: undefined })).toBe('b.ts');
  });

  it('takes the source that the main of a directory stands for', () => {
    const { after } = project(['a.ts', 'b/src/main.ts', 'c/lib/index.ts'], {
      'b/package.json': { main: './src/main.js' },
      'c/package.json': { main: 'lib' },
    });
    expect(after('./b')).toBe('b/src/main.ts');
    expect(after('./c')).toBe('c/lib/index.ts');
  });
});

describe('packages of the workspace', () => {
  function workspace() {
    const made = project(
      ['app/a.ts', 'lib/src/index.ts', 'lib/src/deep/one.tsx', 'lib/cjs/index.cts', 'old/src/index.ts', 'old/extra.ts'],
      {
        'app/package.json': { name: 'app', imports: { '#own/*': './src/*.js', '#fs': 'node:fs' } },
        'app/src/util.ts': '',
        'lib/package.json': {
          name: '@w/lib',
          exports: {
            '.': { require: './cjs/index.cjs', import: './src/index.js' },
            './deep/*': './src/deep/*.js',
            './source': { '@w/source': './src/index.ts', default: './dist/none.js' },
          },
        },
        'old/package.json': { name: 'old', main: 'src/index.js' },
        'node_modules/published/package.json': { name: 'published', main: 'index.js' },
        'node_modules/published/index.ts': '',
      },
    );
    mkdirSync(join(made.root, 'node_modules/@w'), { recursive: true });
    symlinkSync(join(made.root, 'lib'), join(made.root, 'node_modules/@w/lib'));
    symlinkSync(join(made.root, 'old'), join(made.root, 'node_modules/old'));
    return made;
  }

  it.each([
    ['@w/lib', 'lib/src/index.ts'],
    ['@w/lib/deep/one', 'lib/src/deep/one.tsx'],
    ['@w/lib/missing', undefined],
    ['old', 'old/src/index.ts'],
    ['old/extra', 'old/extra.ts'],
    ['#own/util', 'app/src/util.ts'],
    ['#fs', undefined],
    ['#nothing', undefined],
    ['published', undefined],
    ['absent', undefined],
    ['@w', undefined],
  ])('%s is %s', (specifier, expected) => {
    expect(workspace().after(specifier, 'app/a.ts')).toBe(expected);
  });

  it('follow the conditions of the request, and customConditions', () => {
    const { after, root } = workspace();
    expect(after('@w/lib', 'app/a.ts', { conditions: ['node', 'require'] })).toBe('lib/cjs/index.cts');
    expect(after('@w/lib/source', 'app/a.ts')).toBeUndefined();
    writeFileSync(join(root, 'lib/tsconfig.json'), '{ "compilerOptions": { "customConditions": ["@w/source"] } }');
    expect(after('@w/lib/source', 'lib/src/index.ts')).toBe('lib/src/index.ts');
  });
});

describe('a package for import alone', () => {
  it('can be required by TypeScript, whose import statement it was', () => {
    const { after } = project(['a.ts', 'node_modules/esm/index.mjs'], {
      'node_modules/esm/package.json': { exports: { import: './index.mjs' } },
    });
    const error = Object.assign(new Error('no'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
    const asked = { kind: 'require', conditions: ['node', 'require'], error } as const;
    expect(after('esm', 'a.ts', asked)).toBe('node_modules/esm/index.mjs');
    expect(after('esm', 'a.js', asked)).toBeUndefined();
    expect(after('esm/x', 'a.ts', asked)).toBeUndefined();
  });
});

describe('aliases, before Node is asked', () => {
  const tsconfig = (compilerOptions: object) => ({ 'tsconfig.json': { compilerOptions } });

  it('come from paths: exact names, patterns, fallbacks, longest prefix', () => {
    const { before } = project(['a.ts', 'src/x.ts', 'src/feature/index.ts', 'gen/y.ts', 'src/z.js', 'types/t.d.ts'], {
      ...tsconfig({
        paths: {
          '@/*': ['./src/*', './gen/*'],
          '@/feature/*': ['./src/feature/*'],
          one: ['./src/x'],
          t: ['./types/t.d.ts'],
        },
      }),
    });
    expect(before('@/x')).toBe('src/x.ts');
    expect(before('@/x.js')).toBe('src/x.ts');
    expect(before('@/y')).toBe('gen/y.ts');
    expect(before('@/z')).toBe('src/z.js');
    expect(before('@/feature')).toBe('src/feature/index.ts');
    expect(before('@/feature/index')).toBe('src/feature/index.ts');
    expect(before('one')).toBe('src/x.ts');
    expect(before('t')).toBeUndefined();
    expect(before('@/missing')).toBeUndefined();
    expect(before('./src/x')).toBeUndefined();
  });

  it('are relative to the tsconfig that has them, also through extends', () => {
    const { before } = project(['pkg/a.ts', 'src/x.ts'], {
      'base.json': { compilerOptions: { paths: { '~/*': ['./src/*'] } } },
      'pkg/tsconfig.json': { extends: '../base.json' },
    });
    expect(before('~/x', 'pkg/a.ts')).toBe('src/x.ts');
  });

  it('come from baseUrl for TypeScript files, and never hide a built-in or the package a file is named after', () => {
    const { before, after } = project(['a.ts', 'src/x.ts', 'src/fs.ts', 'src/plain.js', 'src/express.ts'], {
      ...tsconfig({ baseUrl: './src', paths: { 'fs-alias': ['./fs'] } }),
    });
    expect(before('x')).toBe('src/x.ts');
    expect(before('fs')).toBeUndefined();
    expect(before('fs-alias')).toBe('src/fs.ts');
    expect(before('plain')).toBeUndefined();
    expect(after('plain')).toBe('src/plain.js');
    expect(before('express', 'src/express.ts')).toBeUndefined();
    expect(before('express', 'a.ts')).toBe('src/express.ts');
  });

  it('do not take packages round their exports, but find those that Node does not', () => {
    const { before, after } = project(['a.ts', 'node_modules/d/index.js', 'own/d.ts', 'own/e.ts'], {
      ...tsconfig({ paths: { '*': ['./node_modules/*', './own/*'] } }),
    });
    expect(before('d')).toBeUndefined();
    expect(after('d')).toBe('node_modules/d/index.js');
    expect(before('e')).toBe('own/e.ts');
  });

  it('are for TypeScript files, for JavaScript with allowJs, and not for dependencies', () => {
    const files = ['a.ts', 'a.js', 'src/x.ts', 'node_modules/d/a.ts'];
    const without = project(files, tsconfig({ paths: { '@/*': ['./src/*'] } }));
    expect(without.before('@/x', 'a.js')).toBeUndefined();
    expect(without.before('@/x', 'node_modules/d/a.ts')).toBeUndefined();
    expect(project(files, tsconfig({ allowJs: true, paths: { '@/*': ['./src/*'] } })).before('@/x', 'a.js')).toBe(
      'src/x.ts',
    );
  });
});
