import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CLI, makeProject, run, type Outcome, type Project } from '../support/programs.ts';

/* Wrong settings: one message that says what to do, and a program that did not start half configured. */

const FILES = {
  'app.js': `console.log('started');\nprocess.exitCode = 7;\n`,
  'unknown-key.json': '{ "levle": "locals" }',
  'bad-glob.json': '{ "include": ["src/[a.js"] }',
  'bad-pattern.json': '{ "redact": { "patterns": ["("] } }',
  'bad-expression.json':
    '{ "rules": [{ "file": "app.js", "inject": [{ "line": 1, "position": "after", "log": "1 +" }] }] }',
  'array.json': '[]',
  'syntax.json': '{ "level": ',
  'syntax.mjs': 'export default {',
  'throws.mjs': 'throw new Error("plan out of order");',
  'not-default.mjs': 'export const level = "locals";',
};

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

/** `tracer run` in the project. */
function runCommand(...args: string[]): Promise<Outcome> {
  return run(process.execPath, [CLI, 'run', ...args], { cwd: project.dir });
}

/** One message of the tracer: no stack, no other line that begins like one. */
function expectOneMessage(stderr: string, wanted: RegExp): void {
  expect(stderr).toMatch(wanted);
  expect(stderr.match(/^tracer/gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(4);
}

const WRONG: [string, NodeJS.ProcessEnv, RegExp][] = [
  ['an unknown level', { TRACER_LEVEL: 'local' }, /TRACER_LEVEL.*did you mean "locals"/],
  ['a bad size', { TRACER_BUFFER: 'big' }, /TRACER_BUFFER.*"big"/],
  ['a bad share', { TRACER_BUDGET: 'half' }, /TRACER_BUDGET.*"half"/],
  ['a bad glob', { TRACER_INCLUDE: 'src/[a' }, /TRACER_INCLUDE.*src\/\[a/],
  ['a plan that is not there', { TRACER_PLAN: 'none.json' }, /none\.json/],
  ['an unknown key', { TRACER_PLAN: 'unknown-key.json' }, /unknown-key\.json.*levle[^]*level/],
  ['a bad glob in the plan', { TRACER_PLAN: 'bad-glob.json' }, /bad-glob\.json.*include\[0\]/],
  ['a bad pattern in the plan', { TRACER_PLAN: 'bad-pattern.json' }, /bad-pattern\.json.*redact\.patterns\[0\]/],
  ['a bad expression in the plan', { TRACER_PLAN: 'bad-expression.json' }, /bad-expression\.json.*inject\[0\]\.log/],
  ['a plan that is no object', { TRACER_PLAN: 'array.json' }, /array\.json.*object/],
  ['a plan cut short', { TRACER_PLAN: 'syntax.json' }, /syntax\.json/],
  ['a module cut short', { TRACER_PLAN: 'syntax.mjs' }, /syntax\.mjs/],
  ['a module that throws', { TRACER_PLAN: 'throws.mjs' }, /throws\.mjs.*plan out of order/],
  ['a module that exports no plan', { TRACER_PLAN: 'not-default.mjs' }, /not-default\.mjs.*default/],
];

describe.each(WRONG)('%s', (_, env, message) => {
  test('is said, and the program does not start', async () => {
    const out = join(project.dir, 'wrong.db');
    const outcome = await project.record(['app.js'], out, env);
    expectOneMessage(outcome.stderr, message);
    expect(outcome).toMatchObject({ stdout: '', exitCode: 2, signal: null });
    expect(existsSync(out)).toBe(false);
  });

  test('as a flag of tracer run is wrong use', async () => {
    const [variable, value] = Object.entries(env)[0]!;
    const flag = `--${variable.slice('TRACER_'.length).toLowerCase()}`;
    const outcome = await runCommand('--quiet', flag, String(value), 'app.js');
    expect(outcome).toMatchObject({ stdout: '', exitCode: 125, signal: null });
    expectOneMessage(outcome.stderr, new RegExp(message.source.replace(/^TRACER_\w+/, flag)));
  });
});

test.each([
  ['an unknown flag', ['--levl', 'off', 'app.js'], /--levl.*--level/],
  ['no program', [], /no program/],
  ['a flag without its value', ['--out'], /--out/],
])('tracer run with %s does not start', async (_, args, message) => {
  const outcome = await runCommand(...args);
  expect(outcome).toMatchObject({ stdout: '', exitCode: 125 });
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
});

test('a misspelt variable is said, and the program runs', async () => {
  const out = join(project.dir, 'misspelt.db');
  const outcome = await project.record(['app.js'], out, { TRACER_LEVLE: 'off', TRACER_QUIET: '' });
  expect(outcome).toMatchObject({ stdout: 'started\n', exitCode: 7 });
  expect(outcome.stderr.match(/TRACER_LEVLE.*TRACER_LEVEL/g)).toHaveLength(1);
  expect(existsSync(out)).toBe(true);
});
