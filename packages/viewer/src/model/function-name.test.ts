import type { FunctionView } from '@execution-cinema/server/protocol';
import { expect, test } from 'vitest';
import { functionAround, nameAlone, nameOf } from './function-name.ts';

function entry(name: string, line: number, endLine = line): FunctionView {
  return {
    id: line,
    module: 1,
    file: 'src/app.js',
    name,
    kind: 'arrow',
    line,
    column: 0,
    endLine,
    level: '',
    parameters: [],
  };
}

test('a function without a name is told by where it begins', () => {
  expect(nameOf(entry('(anonymous)', 4))).toBe('(app.js:4)');
  expect(nameOf(entry('Pool.run.(anonymous)', 12))).toBe('Pool.run.(line 12)');
  expect(nameOf(entry('Pool.run', 12))).toBe('Pool.run');
  // Where that is not known nothing is made up.
  expect(nameOf(entry('(anonymous)', 0))).toBe('(anonymous)');
});

test('the code of a file is told by the name of the file', () => {
  expect(nameAlone({ ...entry('(module)', 1), kind: 'module' })).toBe('app.js');
  expect(nameAlone(entry('(anonymous)', 4))).toBe('(app.js:4)');
  expect(nameAlone(undefined)).toBe('(unknown)');
});

test('of functions of one name the innermost around a line is meant', () => {
  const namesakes = [entry('(anonymous)', 1, 20), entry('(anonymous)', 5, 9)];
  expect(functionAround(namesakes, { file: 'src/app.js', line: 6 })?.line).toBe(5);
  expect(functionAround(namesakes, { file: 'src/app.js', line: 15 })?.line).toBe(1);
  expect(functionAround(namesakes, { file: 'src/app.js', line: 25 })).toBeUndefined();
  // Of what has no line, only one that nobody can mistake.
  expect(functionAround(namesakes, null)).toBeUndefined();
  expect(functionAround([entry('(anonymous)', 6)], { file: 'src/app.js', line: 0 })?.line).toBe(6);
});
