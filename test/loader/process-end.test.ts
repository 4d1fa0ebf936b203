import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, PRELOAD, type Project } from '../support/programs.ts';

/* However a program ends: its exit code, its output, and everything it did in the recording. */

const WORK = `function work(n) { let sum = 0; for (let i = 0; i < n; i++) sum += add(i, 1); return sum; } function add(a, b) { return a + b; } work(3000);`;

const FILES = {
  'natural.js': `${WORK} process.exitCode = 5;`,
  'late.js': `setTimeout(() => { ${WORK} }, 30);`,
  'exit.js': `${WORK} process.exit(3);`,
  'exit-in-promise.mjs': `${WORK} await null; process.exit(4);`,
  'exit-in-listener.js': `process.on('exit', (code) => { ${WORK} console.log('listener', code); process.exit(8); }); process.exit(2);`,
  'code-in-listener.js': `process.on('exit', (code) => { ${WORK} process.exitCode = code + 6; }); process.exitCode = 1;`,
  'before-exit.js': `let again = 2; process.on('beforeExit', (code) => { ${WORK} console.log('beforeExit', code); if (again-- > 0) setTimeout(() => {}, 1); });`,
  'throw.js': `${WORK} throw new Error('end');`,
  'reject.js': `${WORK} Promise.reject(new Error('end'));`,
  'unsettled.mjs': `${WORK} await new Promise(() => {});`,
  'abort-signal.js': `${WORK} setTimeout(() => process.kill(process.pid, 'SIGTERM'), 1000); setTimeout(() => {}, 5000);`,
  'handled-signal.js': `process.on('SIGTERM', () => { ${WORK} console.log('bye', process.listenerCount('SIGTERM')); process.exit(0); }); process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000);`,
  'many-listeners.js': `for (let i = 0; i < 10; i++) process.on('exit', () => {}); console.log(process.listenerCount('exit'), process.listenerCount('uncaughtException'), process.listenerCount('SIGINT'));`,
  'capture.js': `process.setUncaughtExceptionCaptureCallback((error) => console.log('captured', error.message)); setImmediate(() => { throw new Error('here'); });`,
  'stdout-closed.js': `process.stdout.on('error', () => {}); ${WORK} console.log('x'.repeat(100));`,
  'resources.js': `console.log(process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').join());`,
};

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

const recording = (name: string): string => join(project.dir, 'recordings', `${name}.db`);

interface Info {
  state: string;
  events: { produced: number; stored: number; dropped: number };
}

async function sqlValue(name: string, query: string): Promise<unknown> {
  const [row] = (await project.ask('sql', recording(name), query)) as Record<string, unknown>[];
  return row?.['value'];
}

describe.each([
  ['natural.js'],
  ['late.js'],
  ['exit.js'],
  ['exit-in-promise.mjs'],
  ['exit-in-listener.js'],
  ['code-in-listener.js'],
  ['before-exit.js'],
  ['throw.js'],
  ['reject.js'],
  ['unsettled.mjs'],
  ['handled-signal.js'],
])('%s', (program) => {
  test('ends as before, with all that it did stored', async () => {
    const [plain, recorded] = await Promise.all([
      project.plain([program]),
      project.record([program], recording(program)),
    ]);
    expect(recorded).toEqual(plain);
    const calls = await sqlValue(
      program,
      "SELECT count(*) AS value FROM calls WHERE function = 'add' AND outcome = 'returned'",
    );
    expect(Number(calls) % 3000).toBe(0);
    expect(Number(calls)).toBeGreaterThan(0);
    expect(await sqlValue(program, 'SELECT exit_code AS value FROM processes')).toBe(plain.exitCode);
    const info = (await project.ask('info', recording(program))) as Info;
    expect(info.state).toBe('complete');
    expect(info.events.stored).toBe(info.events.produced);
  });
});

test.each(['many-listeners.js', 'capture.js', 'resources.js'])('%s sees nothing of ours', async (program) => {
  expect(await project.record([program], recording(program))).toEqual(await project.plain([program]));
});

test('a signal that nobody handles ends the program as before, and the recording says so', async () => {
  const recorded = await project.record(['abort-signal.js'], recording('signal'));
  expect(recorded).toMatchObject({ exitCode: null, signal: 'SIGTERM', stderr: '' });
  expect(((await project.ask('info', recording('signal'))) as Info).state).not.toBe('complete');
});

test('a program whose output nobody reads any more ends', async () => {
  const child = spawn(process.execPath, ['--import', PRELOAD, 'stdout-closed.js'], {
    cwd: project.dir,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TRACER_QUIET: '1', TRACER_OUT: recording('closed') },
  });
  child.stdout.destroy();
  const code = await new Promise((done) => child.on('exit', done));
  expect(code).toBe(0);
});

test('the last line says what was recorded, or why nothing was', async () => {
  const said = await project.record(['exit.js'], recording('said'), { TRACER_QUIET: '0' });
  expect(said.stderr).toMatch(
    /^tracer: [\d,]+ events in recordings\/said\.db; 1 file, \d functions\. See it with: npx tracer tree --rec recordings\/said\.db$/m,
  );
  expect(said.stderr.trim().split('\n')).toHaveLength(1);
  const nothing = await project.record(['exit.js'], recording('nothing'), {
    TRACER_QUIET: '0',
    TRACER_EXCLUDE: '**/*.js',
  });
  expect(nothing.stderr).toMatch(/^tracer: nothing was recorded: .*1 excluded/);
  expect(nothing.exitCode).toBe(3);
});
