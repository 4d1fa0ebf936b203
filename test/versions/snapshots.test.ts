import { afterEach, beforeAll, expect, test } from 'vitest';
import { frameOf, startRecorded, threadOf, variablesOf, type LiveProgram } from '../support/live.ts';
import { makeProject, type Project } from '../support/programs.ts';

/*
 * Snapshots by signal of a program that hangs, waits or idles: they rest on V8's inspector and on Node's signal handling,
 * which differ from version to version.
 */

const HANG = `
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { execSync } from 'node:child_process';
import { writeSync } from 'node:fs';

function hang(how, depth) {
  const known = 'marker-' + how;
  const size = depth * 21;
  if (how === 'loop') { writeSync(1, 'ready\\n'); while (size) if (known === 7) break; }
  if (how === 'counting') { let n = 0; writeSync(1, 'ready\\n'); while (true) { n = (n + size) % 1000; } }
  if (how === 'regex') { writeSync(1, 'ready\\n'); /^(a+)+$/.test('a'.repeat(40) + 'b'); }
  if (how === 'wait') { writeSync(1, 'ready\\n'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }
  if (how === 'native') { writeSync(1, 'ready\\n'); execSync('sleep 20'); }
  return [known, size];
}
async function spin(how) { const known = 'marker-' + how; writeSync(1, 'ready\\n'); while (known) await null; }
async function sleep(how) { const known = 'marker-' + how; await new Promise((resolve) => setTimeout(resolve, 60000)); return known; }
function* numbers(from) { let next = from * 2; while (true) yield next++; }

const how = isMainThread ? process.argv[2] : workerData;
if (how === 'worker') {
  new Worker(new URL(import.meta.url), { workerData: 'loop' });
  setInterval(() => {}, 1000);
} else if (how === 'native behind') {
  new Worker(new URL(import.meta.url), { workerData: 'loop' });
  setTimeout(() => hang('native', 2), 300);
} else if (how === 'microtasks') spin(how);
else if (how === 'idle') {
  globalThis.kept = numbers(20);
  kept.next();
  sleep(how);
  setTimeout(() => console.log('ready'), 50);
} else setTimeout(() => hang(how, 2), 20);
`;

let project: Project;
let program: LiveProgram | undefined;
beforeAll(() => {
  project = makeProject({ 'hang.mjs': HANG });
});
afterEach(() => program?.kill());

async function start(how: string): Promise<LiveProgram> {
  program = startRecorded(project.dir, ['hang.mjs', how], { recording: `${how}.db` });
  await program.printed('ready');
  return program;
}

test.each(['loop', 'counting', 'regex', 'wait'])('%s: the stack with its variables', async (how) => {
  const { snapshot } = await start(how);
  const main = threadOf(await snapshot());
  expect(main).toMatchObject({ kind: 'main', state: 'running' });
  const frame = frameOf(main, 'hang');
  expect(frame).toMatchObject({ file: 'hang.mjs', instrumented: true, call: expect.stringMatching(/^\d+:\d+$/) });
  expect(variablesOf(frame)).toMatchObject({ how, known: `marker-${how}`, size: 42, depth: 2 });
});

test('a loop of microtasks', async () => {
  const { snapshot } = await start('microtasks');
  const main = threadOf(await snapshot());
  expect(main.state).toBe('running');
  const seen = [...main.frames.map(variablesOf), ...main.suspended.map(({ variables }) => variables)];
  expect(seen).toContainEqual(expect.objectContaining({ known: 'marker-microtasks' }));
});

test('idle: what is suspended, what it waits for, what is open', async () => {
  const { snapshot } = await start('idle');
  const main = threadOf(await snapshot());
  expect(main).toMatchObject({ state: 'idle', unavailable: 'idle', frames: [] });
  expect(main.suspended).toHaveLength(2);
  expect(main.suspended).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        function: 'sleep',
        kind: 'await',
        awaiting: 'await new Promise((resolve) => setTimeout(resolve, 60000))',
        variables: { how: 'idle', known: 'marker-idle' },
      }),
      expect.objectContaining({ function: 'numbers', kind: 'yield', variables: { from: 20, next: 41 } }),
    ]),
  );
  expect(main.resources['Timeout']).toBeGreaterThanOrEqual(1);
});

test('a native call is said to be one, with what was recorded before it', async () => {
  const { snapshot } = await start('native');
  const main = threadOf(await snapshot());
  expect(main).toMatchObject({ state: 'blocked', unavailable: 'native call', sinceNs: expect.any(Number) });
  expect(variablesOf(frameOf(main, 'hang'))).toMatchObject({ known: 'marker-native', size: 42 });
});

test('workers behind a native call of the main thread cannot be read, which is said with what was recorded of them', async () => {
  const { snapshot, printed, recording } = await start('native behind');
  await printed('ready\nready');
  const taken = await snapshot();
  const worker = taken.processes[0]!.threads.find(({ kind }) => kind === 'worker')!;
  expect(worker).toMatchObject({
    state: 'blocked',
    unavailable: 'not readable while the main thread is in a native call',
    sinceNs: expect.any(Number),
  });
  expect(worker.sinceNs).toBeLessThan(taken.timeNs + 5e9);
  expect(variablesOf(frameOf(worker, 'hang'))).toMatchObject({ known: 'marker-loop', size: 42 });
  const text = await project.print('snapshot', recording);
  expect(text).toMatch(/main {2}blocked: native call\n {4}it did not answer; its last event was at .+ before/);
  expect(text).toMatch(/worker 2 {2}blocked: not readable while the main thread is in a native call\n/);
});

test('a worker that hangs while the main thread idles', async () => {
  const { snapshot } = await start('worker');
  const taken = await snapshot();
  expect(threadOf(taken).state).toBe('idle');
  const worker = taken.processes[0]!.threads.find(({ kind }) => kind === 'worker')!;
  expect(worker.state).toBe('running');
  expect(variablesOf(frameOf(worker, 'hang'))).toMatchObject({ known: 'marker-loop', size: 42 });
});

test('the inspector is not opened, and nothing is printed', async () => {
  const running = await start('idle');
  await running.snapshot();
  await running.snapshot();
  // Node announces an open port on stderr.
  expect(running.stderr()).toBe('');
  expect(running.stdout()).toBe('ready\n');
});
