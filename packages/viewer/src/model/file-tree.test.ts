import type { FunctionView } from '@execution-cinema/server/protocol';
import { expect, test } from 'vitest';
import { fileRows, type FileRow, type FileTreeState } from './file-tree.ts';

const files = ['app.js', 'node_modules/ajv/lib/a-name-that-is-long.js', 'node_modules/ajv/lib/core.js', 'src/app.js'];
const functions = [named('total', 'app.js'), named('(module)', 'app.js', 'module'), named('compile', files[2]!)];
const notes = new Map([['src/app.js', 'it did not parse']]);

function named(name: string, file: string, kind = 'function'): FunctionView {
  return { id: 1, module: 1, file, name, kind, line: 1, column: 0, endLine: 2, level: '', parameters: [] };
}

function shown(state: Partial<FileTreeState>): string[] {
  return fileRows({ files, functions, notes }, { closed: new Set(), open: new Set(), text: '', ...state }).map(textOf);
}

function textOf(row: FileRow): string {
  const name = row.kind === 'folder' ? `${row.folder}/ ${row.count}` : row.kind === 'file' ? row.name : row.entry.name;
  return '  '.repeat(row.depth) + name;
}

test('names of files stand whole below their folder, those of the root by themselves', () => {
  expect(shown({})).toEqual([
    'app.js',
    'node_modules/ajv/lib/ 2',
    '  a-name-that-is-long.js',
    '  core.js',
    'src/ 1',
    '  app.js',
  ]);
});

test('folders close, files open', () => {
  const state = { closed: new Set(['node_modules/ajv/lib']), open: new Set(['app.js']) };
  expect(shown(state)).toEqual(['app.js', '  total', 'node_modules/ajv/lib/ 2', 'src/ 1', '  app.js']);
});

test('a search shows what it finds, in closed folders as well', () => {
  expect(shown({ text: 'compile', closed: new Set(['node_modules/ajv/lib']) })).toEqual([
    'node_modules/ajv/lib/ 1',
    '  core.js',
    '    compile',
  ]);
  expect(shown({ text: 'src/' })).toEqual(['src/ 1', '  app.js']);
  expect(shown({ text: 'nothing like it' })).toEqual([]);
});
