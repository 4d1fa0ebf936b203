import { expect, test } from 'vitest';
import { cliDocument } from './cli-document.ts';
import { tracer } from './tracer-command.ts';

/** The commands of the contract that this version has. */
const COMMANDS = [
  'run',
  'check',
  'ls',
  'info',
  'tree',
  'calls',
  'events',
  'values',
  'state',
  'step',
  'origin',
  'logpoint',
  'search',
  'diff',
  'hot',
  'types',
  'snapshot',
  'control',
  'sql',
  'view',
  'index',
  'export',
  'verify',
  'prune',
  'map',
  'inspect',
  'doctor',
  'dump',
];

test('the general help lists every command', async () => {
  const { code, stdout, stderr } = await tracer(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  const listed = stdout
    .slice(stdout.indexOf('Commands\n'))
    .split('\n\n')[0]!
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(' ')[0]);
  expect(listed).toEqual(COMMANDS);
  expect((await tracer([])).stdout).toBe(stdout);
  expect((await tracer(['help'])).stdout).toBe(stdout);
});

test.each(COMMANDS)('%s --help has usage, flags and examples', async (name) => {
  const { code, stdout, stderr } = await tracer([name, '--help']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(new RegExp(`^Usage {2}tracer ${name}\\b`));
  expect(stdout).toMatch(/\nFlags\n(?: {2}.+\n)+/);
  expect(stdout).toMatch(/ --json /);
  expect(stdout).toMatch(/\nExamples\n(?: {2}.+ {2}# .+\n)+/);
  expect((await tracer(['help', name])).stdout).toBe(stdout);
});

test('docs/CLI.md says what the commands say (vitest -u writes it)', async () => {
  await expect(await cliDocument(COMMANDS)).toMatchFileSnapshot('../../docs/CLI.md');
});

test.each([
  [['tre'], 'unknown command tre; did you mean tree?'],
  [['--jsn'], 'unknown flag --jsn'],
  [['ls', '--jsn'], 'unknown flag --jsn; did you mean --json?'],
  [['ls', 'a', 'b'], 'unexpected argument "b"'],
  [['prune', '--keep-last', 'many'], '--keep-last wants a whole number, not "many"'],
  [['prune', '--older-than', 'soon'], '--older-than wants a time such as 250ms, 1.5s or 7d, not "soon"'],
  [['state'], '--at is missing'],
  [['hot', '--by', 'size'], '--by wants one of self, total, calls, throws, complexity'],
  [['export'], 'no format given: --format wants one of perfetto'],
  [['export', '--format', 'pdf'], 'there is no format "pdf"'],
  [['search'], 'nothing to look for'],
  [['search', 'a', 'is', 'b'], 'quote the condition'],
  [['search', 'total is'], 'the condition "total is" has no value'],
  [['tree', '-n', '-5'], '--limit wants N; one that begins with a dash is written --limit=-'],
  [['search', 'x', '--in', 'attic'], '--in wants some of functions, files, logs, values'],
  [['diff', 'one.db'], 'two recordings are needed'],
])('wrong use is exit code 2 and says what is wrong: %j', async (args, message) => {
  const { code, stdout, stderr } = await tracer(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

test('--version', async () => {
  const { code, stdout } = await tracer(['--version']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/)]);
});
