import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Project, type CommandResult } from './tracer-command.ts';

let project: Project;

beforeAll(() => {
  project = new Project();
  project.write('lib.js', 'exports.twice = (n) => 2 * n;');
  project.write(
    'same.test.js',
    `const test = require('node:test');
     const { twice } = require('./lib.js');
     console.log('pid', process.pid, new Date().toISOString(), process.hrtime.bigint());
     console.error(new Error('seen').stack);
     test('doubles', () => { if (twice(2) !== 4) throw new Error(); });
     test('fails', () => { throw new Error('as ever'); });
     test('left out', { skip: true }, () => {});`,
  );
  // What no tracer can hide: its own key on the global object.
  project.write(
    'differs.test.js',
    `const test = require('node:test');
     const recorded = globalThis[Symbol.for('execution-cinema')] !== undefined;
     require('./lib.js').twice(1);
     test('sees nothing', () => { if (recorded) throw new Error('seen'); });
     process.on('exit', () => { if (recorded) process.exitCode = 9; });`,
  );
  project.write('once.js', `require('./lib.js').twice(1); require('fs').mkdirSync('made-by-the-first-run');`);
});

function check(...args: string[]): Promise<CommandResult> {
  return project.tracer('check', ...args);
}

interface Report {
  verdict: string;
  why: string | null;
  differences: { what: string; plain?: unknown; recorded?: unknown; test?: string; line?: string }[];
  runs: { recorded: boolean; end: string; tests: { passed: number; failed: number; skipped: number } | null }[];
  recording: { file: string; functions: number; calls: number } | null;
}

test('a command that recording does not change: 0, with what was recorded', async () => {
  const { code, stdout, stderr } = await check('--json', '--', 'node', 'same.test.js');
  expect([code, stderr]).toEqual([0, '']);
  const report = JSON.parse(stdout) as Report;
  expect(report).toMatchObject({ verdict: 'same', why: null, differences: [] });
  const tests = { passed: 1, failed: 1, skipped: 1 };
  // A busy machine may make one run print something else: then there is another pair of runs before the verdict.
  expect(report.runs.slice(0, 3).map(({ recorded }) => recorded)).toEqual([false, false, true]);
  for (const run of report.runs) expect(run).toMatchObject({ end: 'exit code 1', tests });
  expect(report.recording!.functions).toBeGreaterThan(3);
  expect(existsSync(report.recording!.file)).toBe(true);
});

test('a difference in exit code, tests and output: 1', async () => {
  const { code, stdout } = await check('--json', 'differs.test.js');
  expect(code).toBe(1);
  const { differences, runs } = JSON.parse(stdout) as Report;
  expect(differences).toContainEqual({ what: 'exit', plain: 'exit code 0', recorded: 'exit code 9' });
  expect(differences).toContainEqual({ what: 'test', test: 'passed sees nothing', plain: 1, recorded: 0 });
  expect(differences).toContainEqual({ what: 'test', test: 'failed sees nothing', plain: 0, recorded: 1 });
  expect(differences).toContainEqual({ what: 'stdout', line: "  error: 'seen'", plain: 0, recorded: 1 });
  expect(runs.map(({ recorded }) => recorded)).toEqual([false, false, true, false, true]);
  const text = await check('differs.test.js');
  expect(text.stdout).toMatch(/^plain {6}exit code 0 {2}1 passed, 0 failed, 0 skipped/);
  expect(text.stdout).toMatch(/\nexit\n {2}plain exit code 0, recorded exit code 9\n/);
  expect(text.stdout).toMatch(/\ndiffers: recording changes what the command does\n$/);
});

test('a command that is unsteady by itself: 2', async () => {
  const { code, stdout } = await check('--', 'node', 'once.js');
  expect(code).toBe(2);
  expect(stdout).toMatch(/cannot be told: the command is unsteady by itself: exit code 0 and exit code 1/);
});

test('nothing recorded, not started, not ended: 2', async () => {
  const nothing = await check('--', 'true');
  expect([nothing.code, nothing.stdout]).toEqual([2, expect.stringMatching(/cannot be told: nothing was recorded/)]);
  const missing = await check('--', 'no-such-command');
  expect([missing.code, missing.stderr]).toEqual([2, 'tracer check: no-such-command: command not found\n']);
  project.write('endless.js', 'setInterval(() => {}, 1000);');
  const endless = await check('--timeout', '1s', 'endless.js');
  expect([endless.code, endless.stdout]).toEqual([2, expect.stringMatching(/did not end in time/)]);
  expect((await check()).code).toBe(2);
  expect((await check('--level', 'some', 'once.js')).code).toBe(2);
});

test('the plain runs are plain in an environment that records', async () => {
  const env = { NODE_OPTIONS: '--no-warnings', TRACER_LEVEL: 'boundaries' };
  const { stdout } = await project.tracerWith({ env }, 'check', '--json', 'differs.test.js');
  expect((JSON.parse(stdout) as Report).runs.map(({ end }) => end).slice(0, 2)).toEqual(['exit code 0', 'exit code 0']);
  expect(readdirSync(join(project.folder, '.tracer')).some((name) => name.endsWith('.db'))).toBe(true);
});
