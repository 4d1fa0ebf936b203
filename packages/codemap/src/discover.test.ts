import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { discoverSources } from './discover.ts';
import { mapFolder, type MapProgress } from './index.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'codemap-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}

function git(...args: string[]): string {
  return execFileSync('git', ['-c', 'core.excludesFile=', ...args], { cwd: root, encoding: 'utf8' });
}

const FOLDERS = [
  '',
  'src/',
  'src/build/',
  'src/deep/build/',
  'build/',
  'lib/gen/',
  'a b/',
  'a[b]/',
  'src/!odd/',
  '#x/',
];
const NAMES = ['one.js', 'two.ts', 'one.test.js', 'Keep.js', '!bang.js', '#hash.js', 'sp ace.js'];

test.each<[string, Record<string, string>]>([
  ['plain names at every depth', { '.gitignore': 'build\none.js\n' }],
  ['anchored ones', { '.gitignore': '/build\n/one.js\nsrc/two.ts\n' }],
  ['folders only', { '.gitignore': 'build/\none.js/\n' }],
  ['negation', { '.gitignore': '*.js\n!Keep.js\n!/src/one.js\n' }],
  ['negation below an ignored folder has no effect', { '.gitignore': 'build/\n!build/Keep.js\n' }],
  ['nested files', { '.gitignore': '*.ts\nbuild\n', 'src/.gitignore': '!two.ts\n!build\n/one.js\n' }],
  ['nested against nested', { 'src/.gitignore': '*\n!*/\n!Keep.js\n', 'src/deep/.gitignore': '!one.js\n' }],
  ['stars', { '.gitignore': '**/gen/**\nsrc/**/two.ts\nsrc/*/one.js\n*.test.*\n' }],
  ['classes and case', { '.gitignore': '[ot]ne.js\nkeep.js\nTW?.ts\n' }],
  ['escapes and blanks', { '.gitignore': '\\!bang.js\n\\#hash.js\n# one.js\nsp\\ ace.js   \n\n  \n' }],
  ['escapes in nested files', { 'src/.gitignore': '\\!bang.js\n\\#hash.js\r\n!sp ace.js\n\\!odd/\n' }],
  [
    'odd folders with rules of their own',
    { 'a[b]/.gitignore': 'one.js\n', 'a b/.gitignore': '/two.ts\n', '#x/.gitignore': '*' },
  ],
  ['everything but', { '.gitignore': '/*\n!/src\n/src/*\n!/src/deep\n' }],
  ['info/exclude', { '.git/info/exclude': 'two.ts\n', 'src/.gitignore': '!two.ts\n' }],
])('finds what git finds: %s', (_name, rules) => {
  git('init', '-q');
  write(Object.fromEntries(FOLDERS.flatMap((folder) => NAMES.map((name) => [folder + name, '']))));
  write(rules);
  const listed = git('ls-files', '-z', '--others', '--exclude-standard').split('\0');
  const expected = listed.filter((file) => /\.[jt]s$/.test(file)).sort();
  expect(discoverSources(root).files).toEqual(expected);
  const below = expected.filter((file) => file.startsWith('src/')).map((file) => file.slice(4));
  expect(discoverSources(join(root, 'src')).files).toEqual(below);
});

test('skips node_modules, links and other files; shows an ignored folder that was asked for', () => {
  git('init', '-q');
  write({ '.gitignore': 'dist\n', 'a.mjs': '', 'b.css': '', 'node_modules/x/i.js': '', 'dist/c.js': '', 'd.d.ts': '' });
  symlinkSync(join(root, 'a.mjs'), join(root, 'link.js'));
  symlinkSync(root, join(root, 'loop'));
  expect(discoverSources(root).files).toEqual(['a.mjs', 'd.d.ts']);
  expect(discoverSources(join(root, 'dist')).files).toEqual(['c.js']);
  expect(discoverSources(join(root, 'node_modules/x')).files).toEqual(['i.js']);
  expect(() => discoverSources(join(root, 'gone'))).toThrow(/ENOENT/);
});

test('maps a folder: errors are entries, progress is told, filters leave out', async () => {
  write({
    'a.js': 'function one() {} class Box { two() {} three() {} }',
    'b/bad.js': 'let a = ;',
    'c.ts': 'const x: number = 1',
  });
  const told: MapProgress[] = [];
  const maps = await mapFolder(root, { onProgress: (progress) => told.push(progress) });
  expect(maps.map(({ file, error }) => [file, error?.kind])).toEqual([
    ['a.js', undefined],
    ['b/bad.js', 'unparsable'],
    ['c.ts', undefined],
  ]);
  expect(told.map(({ filesDone, filesTotal, file }) => [filesDone, filesTotal, file])).toEqual([
    [0, 3, 'a.js'],
    [1, 3, 'b/bad.js'],
    [2, 3, 'c.ts'],
    [3, 3, undefined],
  ]);
  const [only, ...others] = await mapFolder(root, { filterFile: ['a.', 'c.'], filterName: ['Box.t', 'none'] });
  expect(others).toEqual([]);
  expect(only).toMatchObject({ functions: [], classes: [{ methods: [{ name: 'Box.two' }, { name: 'Box.three' }] }] });
  const root0 = process.getuid?.() === 0;
  chmodSync(join(root, 'a.js'), 0);
  const [unreadable] = await mapFolder(root);
  expect(unreadable?.error?.kind).toBe(root0 ? undefined : 'unreadable');
});
