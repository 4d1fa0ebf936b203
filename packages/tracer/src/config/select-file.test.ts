import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { emptyPlan, type Plan } from '@execution-cinema/instrument/plan';
import { createFileSelector } from './select-file.ts';

const root = resolve('/home/app');
const extra = resolve('/scripts');

function verdict(path: string, plan: Partial<Plan> = {}, ownFolders: string[] = []): string {
  const select = createFileSelector({ root, extraRoots: [extra], plan: { ...emptyPlan(), ...plan } }, ownFolders);
  const native = path.includes(':') ? path : resolve(root, path);
  const { instrument, reason } = select(native);
  return instrument ? 'yes' : reason!;
}

describe('by default', () => {
  it.each([
    ['src/a.ts', 'yes'],
    ['bin/tool', 'yes'],
    ['/scripts/lib/b.mjs', 'yes'],
    ['node_modules/express/index.js', 'dependency'],
    ['packages/a/node_modules/b/c.js', 'dependency'],
    ['/scripts/node_modules/b/c.js', 'dependency'],
    ['/home/application/a.js', 'outside'],
    ['data.json', 'not JavaScript'],
    ['addon.node', 'not JavaScript'],
    ['node:fs', 'not a file'],
    ['data:text/javascript,1', 'not a file'],
    ['https://a.test/x.js', 'not a file'],
  ])('%s: %s', (path, expected) => {
    expect(verdict(path)).toBe(expected);
  });
});

describe('URLs', () => {
  it('may carry a query and escapes', () => {
    const select = createFileSelector({ root, extraRoots: [], plan: emptyPlan() });
    const url = `${pathToFileURL(join(root, 'src/a b#c.ts')).href}?v=1#x`;
    expect(select(url)).toEqual({ instrument: true, relative: 'src/a b#c.ts' });
  });

  it('names of evaluated code are no files', () => {
    const select = createFileSelector({ root, extraRoots: [], plan: emptyPlan() });
    expect(select('evalmachine.<anonymous>').reason).toBe('not a file');
  });
});

describe('globs', () => {
  it.each([
    ['src/a.ts', { include: ['src/**'] }, 'yes'],
    ['lib/a.ts', { include: ['src/**'] }, 'not included'],
    ['src/gen/a.ts', { include: ['src/**'], exclude: ['src/gen'] }, 'excluded'],
    ['src/.hidden/a.ts', { include: ['src/**'] }, 'yes'],
    ['src/node_modules/b/a.js', { include: ['src/**', '**/*.js'] }, 'not included'],
    ['src/node_modules/b/a.js', { include: ['**/node_modules/b/**'] }, 'yes'],
    ['/usr/lib/x.js', { include: ['**/*.js'] }, 'not included'],
    ['/usr/lib/x.js', { include: ['**'] }, 'yes'],
    ['/usr/lib/x.js', { include: ['/usr/lib/**'] }, 'yes'],
    ['node_modules/b/a.js', { include: ['**'] }, 'yes'],
    ['node_modules/b/a.js', { include: ['**'], exclude: ['**/b/**'] }, 'excluded'],
    ['a.json', { include: ['**'] }, 'not JavaScript'],
    ['lib/a.js', { include: [] }, 'not included'],
  ] as [string, Partial<Plan>, string][])('%s with %j: %s', (path, plan, expected) => {
    expect(verdict(path, plan)).toBe(expected);
  });

  it('name the one that decided', () => {
    const plan = { ...emptyPlan(), exclude: ['lib/**', 'src/gen/**'] };
    const select = createFileSelector({ root, extraRoots: [], plan });
    expect(select(join(root, 'src/gen/a.ts'))).toMatchObject({ reason: 'excluded', glob: 'src/gen/**' });
  });
});

describe('packages', () => {
  it.each([
    ['node_modules/a/x.js', 'yes'],
    ['node_modules/@b/c/x.js', 'yes'],
    ['node_modules/x/node_modules/a/x.js', 'yes'],
    ['node_modules/a/node_modules/x/y.js', 'dependency'],
    ['/usr/lib/node_modules/a/x.js', 'yes'],
    ['node_modules/ab/x.js', 'dependency'],
    ['src/a.ts', 'yes'],
  ])('%s: %s', (path, expected) => {
    expect(verdict(path, { packages: ['a', '@b/*'] })).toBe(expected);
  });

  it('are found behind the folders of package managers', () => {
    const select = createFileSelector({ root, extraRoots: [], plan: { ...emptyPlan(), packages: ['@b/c'] } });
    const path = join(root, 'node_modules/.pnpm/@b+c@1.0.0/node_modules/@b/c/x.js');
    expect(select(path)).toMatchObject({ instrument: true, packageName: '@b/c' });
  });

  it('give way to exclude and add to include', () => {
    const plan = { packages: ['a'], exclude: ['**/vendor/**'], include: ['src/**'] };
    expect(verdict('node_modules/a/vendor/x.js', plan)).toBe('excluded');
    expect(verdict('node_modules/a/x.js', plan)).toBe('yes');
    expect(verdict('lib/x.js', plan)).toBe('not included');
  });
});

describe('the tracer itself', () => {
  it('is never recorded', () => {
    const own = join(root, 'node_modules/tracer');
    expect(verdict('node_modules/tracer/dist/x.js', { include: ['**'] }, [own])).toBe('tracer');
    expect(verdict('node_modules/tracer-else/x.js', { include: ['**'] }, [own])).toBe('yes');
  });
});
