import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { projectOf } from './project.ts';

/** A folder with the given files; objects are written as JSON. */
function folder(files: { readonly [path: string]: unknown }): (path: string) => string {
  const root = scratchFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return (path) => join(root, path);
}

describe('which tsconfig governs a file', () => {
  it('is the nearest one that includes it', () => {
    const at = folder({
      'tsconfig.json': { compilerOptions: { experimentalDecorators: true } },
      'lib/tsconfig.json': { include: ['src'] },
      'lib/src/a.ts': '',
      'lib/test/b.ts': '',
    });
    expect(projectOf(at('lib/src/a.ts')).configFile).toBe(at('lib/tsconfig.json'));
    expect(projectOf(at('lib/test/b.ts')).configFile).toBe(at('tsconfig.json'));
  });

  it('is the nearest of all when none includes it', () => {
    const at = folder({ 'tsconfig.json': { include: ['src'], compilerOptions: { jsx: 'react' } }, 'test/b.ts': '' });
    expect(projectOf(at('test/b.ts')).settings.jsx).toBe('classic');
  });

  it('is the referenced project in a solution', () => {
    const at = folder({
      'tsconfig.json': { files: [], references: [{ path: './tsconfig.node.json' }, { path: './app' }] },
      'tsconfig.node.json': { include: ['*.config.ts'], compilerOptions: { jsxImportSource: 'node' } },
      'app/tsconfig.json': { compilerOptions: { jsxImportSource: 'app' } },
      'vite.config.ts': '',
      'app/main.ts': '',
    });
    expect(projectOf(at('vite.config.ts')).settings.jsxImportSource).toBe('node');
    expect(projectOf(at('app/main.ts')).settings.jsxImportSource).toBe('app');
  });

  it('ends when projects reference each other', () => {
    const at = folder({
      'tsconfig.json': { files: [], references: [{ path: './b.json' }] },
      'b.json': { files: [], references: [{ path: './tsconfig.json' }] },
      'a.ts': '',
    });
    expect(projectOf(at('a.ts')).configFile).toBe(at('tsconfig.json'));
  });

  it('is none in node_modules and where there is none', () => {
    const at = folder({ 'tsconfig.json': { compilerOptions: { target: 'ES5' } }, 'node_modules/x/a.ts': '' });
    expect(projectOf(at('node_modules/x/a.ts')).configFile).toBeUndefined();
    const bare = folder({ 'a.ts': '' });
    expect(projectOf(bare('a.ts')).settings).toMatchObject({ useDefineForClassFields: true, esModuleInterop: true });
  });
});

describe('what a tsconfig says', () => {
  it('comes through extends: a list, a package, comments and trailing commas', () => {
    const at = folder({
      'tsconfig.json':
        '{ // comment\n "extends": ["./base.json", "@shared/config/strict.json"], "compilerOptions": {}, }',
      'base.json': { compilerOptions: { experimentalDecorators: true, jsx: 'react' } },
      'node_modules/@shared/config/strict.json': { compilerOptions: { jsx: 'react-jsx', strict: true } },
      'a.ts': '',
    });
    expect(projectOf(at('a.ts')).settings).toMatchObject({
      experimentalDecorators: true,
      jsx: 'automatic',
      alwaysStrict: true,
    });
  });

  it('is its own part alone, with the reason, when what it extends is missing', () => {
    const own = { extends: './missing.json', compilerOptions: { target: 'ES2020', paths: { '@/*': ['./src/*'] } } };
    const at = folder({ 'tsconfig.json': own, 'a.ts': '' });
    const project = projectOf(at('a.ts'));
    expect(project.settings.useDefineForClassFields).toBe(false);
    expect(project.aliases?.candidates('@/x').paths).toEqual([at('src/x')]);
    expect(project.problem).toContain(at('tsconfig.json'));
    expect(project.problem).toContain('missing.json');
  });

  it.each(['"text"', { include: 5 }, { extends: './missing.json', include: 5 }])(
    'is nothing, with the reason, when it makes no sense: %j',
    (content) => {
      const at = folder({ 'tsconfig.json': content, 'a.ts': '' });
      const project = projectOf(at('a.ts'));
      expect(project.settings.useDefineForClassFields).toBe(true);
      expect(project.problem).toContain(at('tsconfig.json'));
    },
  );

  it.each([
    [{ target: 'ES2021' }, false],
    [{ target: 'ES2022' }, true],
    [{ target: 'esnext' }, true],
    [{}, false],
    [{ module: 'nodenext' }, true],
    [{ module: 'node16' }, true],
    [{ module: 'commonjs' }, false],
    [{ target: 'ES5', useDefineForClassFields: true }, true],
  ])('has the class fields of TypeScript 5: %j -> define %s', (compilerOptions, define) => {
    const at = folder({ 'tsconfig.json': { compilerOptions }, 'a.ts': '' });
    expect(projectOf(at('a.ts')).settings.useDefineForClassFields).toBe(define);
  });

  it("has the defaults of the project's own TypeScript", () => {
    const files = { 'tsconfig.json': { compilerOptions: {} }, 'src/a.ts': '' };
    const six = folder({ ...files, 'node_modules/typescript/package.json': { version: '6.0.2' } });
    expect(projectOf(six('src/a.ts')).settings).toMatchObject({
      useDefineForClassFields: true,
      esModuleInterop: true,
      alwaysStrict: true,
    });
    const five = folder({ ...files, 'node_modules/typescript/package.json': { version: '5.9.3' } });
    expect(projectOf(five('src/a.ts')).settings).toMatchObject({
      useDefineForClassFields: false,
      esModuleInterop: undefined,
      alwaysStrict: false,
    });
  });

  it('has one fingerprint for what compiles alike and another for what does not', () => {
    const fingerprint = (compilerOptions: object): string => {
      const at = folder({ 'tsconfig.json': { compilerOptions }, 'a.ts': '' });
      return projectOf(at('a.ts')).fingerprint;
    };
    const base = fingerprint({ target: 'ES2022' });
    expect(fingerprint({ target: 'ES2023', outDir: 'x', declaration: true, noImplicitAny: true })).toBe(base);
    for (const option of [
      { useDefineForClassFields: false },
      { experimentalDecorators: true },
      { emitDecoratorMetadata: true },
      { verbatimModuleSyntax: true },
      { esModuleInterop: true },
      { alwaysStrict: true },
      { jsx: 'react' },
      { jsxFactory: 'h' },
      { jsxFragmentFactory: 'F' },
      { jsxImportSource: 'preact' },
      { reactNamespace: 'R' },
      { module: 'nodenext' },
    ]) {
      expect([option, fingerprint({ target: 'ES2022', ...option })]).not.toEqual([option, base]);
    }
  });
});
