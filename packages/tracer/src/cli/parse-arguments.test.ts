import { describe, expect, test } from 'vitest';
import { UsageError, type Command } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

const command: Command = {
  name: 'test',
  summary: '',
  usage: '',
  flags: [
    { name: 'level', value: 'L', text: '' },
    { name: 'out', short: 'o', value: 'FILE', text: '' },
    { name: 'quiet', text: '' },
    { name: 'tag', value: 'T', multiple: true, text: '' },
  ],
  examples: [],
  run() {},
};
const runner: Command = { ...command, passThrough: true };

test('flags may stand anywhere, and be written with =', () => {
  expect(parseArguments(command, ['a', '--level=off', '-o', 'x', 'b', '--quiet', '--tag', '1', '--tag', '2'])).toEqual({
    positionals: ['a', 'b'],
    flags: { level: 'off', out: 'x', quiet: true, tag: ['1', '2'] },
  });
});

test.each([
  [['--lvel', 'x'], 'unknown flag --lvel; did you mean --level?'],
  [['--zzzz'], 'unknown flag --zzzz'],
  [['-z'], 'unknown flag -z'],
  [['--level'], /--level.*argument missing/],
  [['--level', '-5'], '--level wants L; one that begins with a dash is written --level=-...'],
  [['--quiet=yes'], /--quiet.*does not take an argument/],
])('%j', (args, message) => {
  expect(() => parseArguments(command, args)).toThrow(UsageError);
  expect(() => parseArguments(command, args)).toThrow(message);
});

describe('a command that starts a program', () => {
  test.each([
    [['app.js', '--level', 'x'], ['app.js', '--level', 'x'], {}],
    [['--level', 'off', 'app.js', '-o'], ['app.js', '-o'], { level: 'off' }],
    [['-o', 'file', '--', '--level'], ['--level'], { out: 'file' }],
    [['--level=off', 'npm', 'test', '--', '--watch'], ['npm', 'test', '--', '--watch'], { level: 'off' }],
    [['--quiet', '-', 'x'], ['-', 'x'], { quiet: true }],
    [['--'], [], {}],
  ])('%j', (args, positionals, flags) => {
    expect(parseArguments(runner, args)).toEqual({ positionals, flags });
  });
});
