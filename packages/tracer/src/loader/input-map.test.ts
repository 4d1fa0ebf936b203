import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { readInputMap, sourceMapStamp, sourceMapUrl } from './input-map.ts';

const folder = scratchFolder();

const MAP = { version: 3, sources: ['../src/a.ts', 'webpack://x/b.ts'], names: [], mappings: 'AAAA' };
const inline = (map: unknown): string =>
  `data:application/json;charset=utf-8;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;

describe('the comment', () => {
  test.each([
    ['at the end', 'a();\n//# sourceMappingURL=a.js.map', 'a.js.map'],
    ['before blanks and comments', 'a();\n//# sourceMappingURL=a.js.map\n\n// bye\n/* more */\n', 'a.js.map'],
    ['the last of two', '//# sourceMappingURL=one\n//# sourceMappingURL=two\n', 'two'],
    ['in a string', 'const s = "//# sourceMappingURL=no.map"; use(s);', undefined],
    ['followed by code', '//# sourceMappingURL=no.map\na();', undefined],
    ['none', 'a();', undefined],
  ])('%s', (_, source, url) => {
    expect(sourceMapUrl(source)).toBe(url);
  });
});

test('an inline map names its originals by path', () => {
  const file = join(folder, 'dist/a.js');
  const map = readInputMap(`a();\n//# sourceMappingURL=${inline(MAP)}`, file);
  expect(map).toMatchObject({ mappings: 'AAAA', files: [join(folder, 'src/a.ts'), 'webpack://x/b.ts'] });
});

test("a bundler's URLs name files of the package, where they are there", () => {
  const project = join(folder, 'bundled');
  mkdirSync(join(project, 'out/server'), { recursive: true });
  mkdirSync(join(project, 'app'));
  for (const file of ['package.json', 'app/a.ts', 'app/b.ts']) writeFileSync(join(project, file), '{}');
  const sources = [
    'webpack:///./app/a.ts',
    'webpack://shop/./app/b.ts?1a2b',
    'turbopack:///[project]/app/a.ts',
    'webpack:///../bundled/app/b.ts',
    'webpack:///./app/c.ts',
    'webpack:///external commonjs "fs"',
    'other:///./app/a.ts',
  ];
  const map = readInputMap(`//# sourceMappingURL=${inline({ ...MAP, sources })}`, join(project, 'out/server/route.js'));
  const [a, b] = [join(project, 'app/a.ts'), join(project, 'app/b.ts')];
  expect(map?.files).toEqual([a, b, a, b, ...sources.slice(4)]);
});

test('an external map is found beside the file, its root is respected, and its time is part of the stamp', () => {
  const file = join(folder, 'b.js');
  const source = 'b();\n//# sourceMappingURL=b%20b.js.map\n';
  expect(readInputMap(source, file)).toBeUndefined();
  expect(sourceMapStamp(source, file)).toBe('');
  writeFileSync(
    join(folder, 'b b.js.map'),
    `)]}'\n${JSON.stringify({ ...MAP, sources: ['b.ts'], sourceRoot: 'lib' })}`,
  );
  expect(readInputMap(source, file)?.files).toEqual([join(folder, 'lib/b.ts')]);
  const stamp = sourceMapStamp(source, file);
  utimesSync(join(folder, 'b b.js.map'), 1, 1);
  expect(sourceMapStamp(source, file)).not.toBe(stamp);
});

test.each([
  ['no JSON', 'data:application/json,{'],
  ['no mappings', inline({ version: 3, sources: ['a'] })],
  ['no sources', inline({ ...MAP, sources: [] })],
  ['another type', 'data:text/plain,x'],
  ['elsewhere', 'https://example.com/a.map'],
])('a map that cannot be used is none: %s', (_, url) => {
  expect(readInputMap(`//# sourceMappingURL=${url}`, join(folder, 'c.js'))).toBeUndefined();
});
