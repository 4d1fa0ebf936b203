import { describe, expect, it } from 'vitest';
import { choosingGlob, globProblem, matchesGlobs, rootGlob } from './globs.ts';

describe('matchesGlobs', () => {
  it.each([
    ['src/**', 'src/a/b.ts', true],
    ['src/*', 'src/a/b.ts', false],
    ['src', 'src/a/b.ts', true],
    ['src/', 'src/a/b.ts', true],
    ['./src', 'src/a.ts', true],
    ['src', 'srcs/a.ts', false],
    ['src/pay.ts', 'src/pay.ts', true],
    ['**/*.{ts,tsx}', 'a/b.tsx', true],
    ['**/*.ts', 'a.ts', true],
    ['src/**', 'src/.cache/a.ts', true],
    ['src/[[]id]/**', 'src/[id]/page.tsx', true],
    ['src/\\[id\\]/**', 'src/[id]/page.tsx', true],
    ['src/@(a|b).ts', 'src/b.ts', true],
    ['**', '/elsewhere/x.js', true],
    ['/elsewhere/**', '/elsewhere/x.js', true],
  ])('%s and %s: %s', (glob, path, expected) => {
    expect(matchesGlobs(path, [glob])).toBe(expected);
  });
});

describe('choosingGlob', () => {
  it('takes dependencies and files outside only where a glob says so', () => {
    expect(choosingGlob('node_modules/a/x.js', ['**/*.js', 'node_modules/a/**'])).toBe('node_modules/a/**');
    expect(choosingGlob('node_modules/a/x.js', ['**/*.js'])).toBeNull();
    expect(choosingGlob('/x/y.js', ['**/*.js'])).toBeNull();
    expect(choosingGlob('/x/y.js', ['src', '**'])).toBe('**');
    expect(choosingGlob('C:/x/y.js', ['**/*.js', 'C:/x/**'])).toBe('C:/x/**');
  });
});

describe('globProblem', () => {
  it.each(['src/**', 'a/{b,c}', '**', 'src/\\[id\\]/*', '../lib/**', '@scope/*', 'a b/c'])('%s is fine', (glob) => {
    expect(globProblem(glob)).toBeNull();
  });

  it.each(['', ' ', '!a', 'a\\b', 'src/[a', 'src/{a,b', 'src/***', 'a/(b'])('%j is not', (glob) => {
    expect(globProblem(glob)).toEqual(expect.any(String));
  });
});

describe('rootGlob', () => {
  const root = '/home/app';

  it.each([
    ['src/**', '/home/app', 'src/**'],
    ['./src/**', '/home/app', 'src/**'],
    ['src/**', '/home/app/packages/a', 'packages/a/src/**'],
    ['../b/**', '/home/app/packages/a', 'packages/b/**'],
    ['../../../x/**', '/home/app/packages/a', '/home/x/**'],
    ['**', '/home/app/packages/a', '**'],
    ['./**', '/home/app', './**'],
    ['/home/app/src/**', '/home/app/packages/a', 'src/**'],
    ['/opt/x/**', '/home/app', '/opt/x/**'],
    ['src/**', '/opt/plans', '/opt/plans/src/**'],
  ])('%s in %s: %s', (glob, base, expected) => {
    expect(rootGlob(glob, { base, root })).toBe(expected);
  });

  it('takes brackets of folders for what they are', () => {
    const glob = rootGlob('*.ts', { base: '/home/app/pages/[id]', root });
    expect(matchesGlobs('pages/[id]/a.ts', [glob])).toBe(true);
    expect(matchesGlobs('pages/i/a.ts', [glob])).toBe(false);
  });

  it('keeps "./**" from meaning everything', () => {
    expect(choosingGlob('node_modules/a/x.js', [rootGlob('./**', { base: root, root })])).toBeNull();
    expect(choosingGlob('src/x.js', [rootGlob('./**', { base: root, root })])).not.toBeNull();
  });
});
