import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planOfLevel } from '../test/plan-of-level.ts';
import { Edits } from './edits.ts';
import { InsertionMap } from './insertion-map.ts';
import { instrument } from './instrument.ts';
import { lineStartsOf } from './positions.ts';

function insert(source: string, insertions: [position: number, text: string][]): { code: string; map: InsertionMap } {
  const edits = new Edits(source, lineStartsOf(source));
  for (const [position, text] of insertions) edits.insert(position, text);
  const { code, insertions: encoded } = edits.apply();
  return { code, map: new InsertionMap(encoded) };
}

describe('insertions', () => {
  test('keep the order in which they were made at one place, whatever the order of places', () => {
    const { code } = insert('ab cd', [
      [3, '('],
      [0, '['],
      [3, '{'],
      [5, '}'],
      [5, ')'],
    ]);
    expect(code).toBe('[ab ({cd})');
  });

  test('do not grow together with the word before them', () => {
    expect(insert('return"x"', [[6, '$r(']]).code).toBe('return $r("x"');
    expect(insert('a"x"', [[1, '(']]).code).toBe('a("x"');
  });

  test('can be filled in later at the place kept for them', () => {
    const edits = new Edits('a', [0]);
    const slot = edits.reserve(0);
    edits.insert(0, 'second ');
    edits.fill(slot, 'first ');
    expect(edits.apply().code).toBe('first second a');
  });
});

describe('positions in the code', () => {
  const source = 'first(line);\n  second();\r\nthird\n';
  const { code, map } = insert(source, [
    [0, '<<'],
    [6, '##'],
    [15, '!!!'],
    [29, '>'],
    [source.length, 'end'],
  ]);

  test('lead to the source', () => {
    expect(code).toBe('<<first(##line);\n  !!!second();\r\nthi>rd\nend');
    const at = (text: string): { line: number; column: number } => {
      const before = code.slice(0, code.indexOf(text)).split('\n');
      return map.originalPosition(before.length, before.at(-1)!.length);
    };
    expect(at('first')).toEqual({ line: 1, column: 0 });
    expect(at('line')).toEqual({ line: 1, column: 6 });
    expect(at('second')).toEqual({ line: 2, column: 2 });
    expect(at('rd')).toEqual({ line: 3, column: 3 });
  });

  test('in inserted text lead to the place of the insertion', () => {
    expect(map.originalPosition(1, 1)).toEqual({ line: 1, column: 0 });
    expect(map.originalPosition(1, 9)).toEqual({ line: 1, column: 6 });
    expect(map.originalPosition(4, 2)).toEqual({ line: 4, column: 0 });
  });

  test('on lines without insertions stay', () => {
    expect(insert('a\nb', []).map.originalPosition(2, 7)).toEqual({ line: 2, column: 7 });
  });

  test('give ranges of offsets without what was inserted at their ends', () => {
    const range = (text: string): string => {
      const start = code.indexOf(text);
      const original = map.originalRange(code, start, start + text.length);
      return source.slice(original.start, original.end);
    };
    expect(range('first(##line)')).toBe('first(line)');
    expect(range('!!!second()')).toBe('second()');
    expect(range('second();\r\nthi>')).toBe('second();\r\nthi');
    expect(range('<<first')).toBe('first');
  });
});

describe('the text of functions', () => {
  const FIXTURES = new URL('../test/fixtures', import.meta.url).pathname;
  test.each(readdirSync(FIXTURES))('is found again for every function of %s', (shape) => {
    for (const file of readdirSync(join(FIXTURES, shape)).filter((name) => /^input\.[cm]?js$/.test(name))) {
      const source = readFileSync(join(FIXTURES, shape, file), 'utf8');
      const sourceType = file.endsWith('.mjs') ? 'module' : file.endsWith('.cjs') ? 'commonjs' : 'script';
      const { code, sites, insertions } = instrument({
        source,
        fileName: file,
        sourceType,
        moduleKey: 'k',
        plan: planOfLevel('expressions'),
      });
      const map = new InsertionMap(insertions);
      let searchFrom = 0;
      for (const { start, end, kind } of sites.functions) {
        if (kind === 'module') continue;
        // The same characters begin the function in the code; inserted text may stand between them and the function before.
        const codeStart = offsetInCode(source, code, map, start, searchFrom);
        searchFrom = codeStart;
        const codeEnd = offsetInCode(source, code, map, end - 1, codeStart) + 1;
        const range = map.originalRange(code, codeStart, codeEnd);
        expect(source.slice(range.start, range.end)).toBe(source.slice(start, end));
      }
    }
  });
});

/** Where a character of the source stands in the code, found by asking the map about every position. */
function offsetInCode(source: string, code: string, map: InsertionMap, offset: number, from: number): number {
  const before = source.slice(0, offset).split('\n');
  const line = before.length;
  const column = before.at(-1)!.length;
  const codeLines = code.split('\n');
  const lineStart = codeLines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  for (let codeColumn = codeLines[line - 1]!.length - 1; codeColumn >= 0; codeColumn--) {
    if (map.originalPosition(line, codeColumn).column === column && code[lineStart + codeColumn] === source[offset]) {
      return lineStart + codeColumn;
    }
  }
  throw new Error(`offset ${offset} not found after ${from}`);
}
