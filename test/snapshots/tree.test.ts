import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Snapshot } from '../../packages/format/src/index.ts';
import { frameOf, processOf, startRecorded, threadOf, until, variablesOf, type LiveProgram } from '../support/live.ts';
import { CLI, makeProject, run, type Project } from '../support/programs.ts';

/* A tree of processes and threads: one snapshot shows all of them. And what tracer snapshot and tracer control say. */

const TREE = `
const { Worker, isMainThread, workerData, threadId } = require('node:worker_threads');
const { fork } = require('node:child_process');
const { writeSync } = require('node:fs');
function spin(tag) { writeSync(1, tag + ' ready\\n'); while (tag) if (tag === 7) return tag; }
function wait(tag) { writeSync(1, tag + ' ready\\n'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); return tag; }
async function sleep(tag) { await new Promise((resolve) => setTimeout(resolve, 60000)); return tag; }
function job(size) { const doubled = size * 2; return doubled; }
if (!isMainThread) {
  if (workerData === 'nest') { new Worker(__filename, { workerData: 'nested' }); sleep('nest'); writeSync(1, 'nest ready\\n'); }
  else if (workerData === 'wait') wait('wait');
  else spin(workerData);
} else if (process.argv[2] === 'child') {
  console.log('child pid ' + process.pid + ';');
  setTimeout(() => spin('child'), 100);
} else {
  new Worker(__filename, { workerData: 'wait' });
  new Worker(__filename, { workerData: 'nest' });
  fork(__filename, ['child']);
  setInterval(() => job(21), 20);
  sleep('main');
}
`;

let project: Project;
let program: LiveProgram;
let childPid: number;
beforeAll(async () => {
  project = makeProject({ 'tree.cjs': TREE });
  program = startRecorded(project.dir, ['tree.cjs']);
  for (const tag of ['wait', 'nest', 'nested', 'child']) await program.printed(`${tag} ready`);
  childPid = Number(/child pid (\d+);/.exec(program.stdout())![1]);
  // A process belongs to the tree once its recorder has joined the recording.
  for (let tries = 0; tries < 60 && (await processCount()) < 2; tries++);
});
afterAll(() => {
  program.kill();
  if (childPid && isAlive(childPid)) process.kill(childPid, 'SIGKILL');
});

async function processCount(): Promise<number> {
  const [row] = (await project.ask('sql', 'live.db', 'SELECT count(*) AS n FROM processes')) as [{ n: number }];
  return row.n;
}

const tracer = (...args: string[]) => run(process.execPath, [CLI, ...args], { cwd: project.dir });

function check(snapshot: Snapshot): void {
  expect(snapshot.processes.map(({ pid }) => pid)).toEqual([program.pid, childPid]);
  const { threads } = processOf(snapshot, program.pid);
  expect(threads.map(({ kind }) => kind)).toEqual(['main', 'worker', 'worker', 'worker']);
  const workers = threads.filter(({ kind }) => kind === 'worker');
  const tags = workers.flatMap((worker) =>
    worker.frames
      .filter(({ function: name }) => ['spin', 'wait'].includes(name))
      .map((frame) => variablesOf(frame)['tag']),
  );
  expect(tags.sort()).toEqual(['nested', 'wait']);
  expect(workers.flatMap(({ suspended }) => suspended.map(({ function: name }) => name))).toEqual(['sleep']);
  expect(variablesOf(frameOf(threadOf(snapshot, 'main', childPid), 'spin'))).toMatchObject({ tag: 'child' });
}

test('by signal to the first process', async () => {
  const snapshot = await program.snapshot();
  expect(snapshot.reason).toBe('signal');
  check(snapshot);
});

test('tracer snapshot, by pid and by recording, as JSON and for people', async () => {
  const byPid = await tracer('snapshot', String(program.pid), '--json', '--out', 'out.json');
  expect(byPid).toMatchObject({ exitCode: 0 });
  check(JSON.parse(byPid.stdout) as Snapshot);
  const text = await tracer('snapshot', 'live.db');
  expect(text).toMatchObject({ exitCode: 0 });
  expect(text.stdout).toContain(`process ${childPid}`);
  expect(text.stdout).toMatch(/#0 spin {2}tree\.cjs:5/);
  expect(text.stdout).toContain('tag = "child"');
});

test('tracer control shows and changes levels', async () => {
  const shown = await tracer('control', String(program.pid), '--json');
  const [{ levels }] = JSON.parse(shown.stdout) as [{ levels: { functions: object[] } }];
  expect(levels.functions).toContainEqual({ file: 'tree.cjs', function: 'job', level: 2, ceiling: 2 });
  const set = await tracer('control', String(program.pid), '--level', 'boundaries', '--function', 'job', '--json');
  expect(JSON.parse(set.stdout)).toMatchObject([{ set: { level: 'boundaries', changed: 1, matched: 1 } }]);
  const after = await tracer('control', String(program.pid));
  expect(after.stdout).toMatch(/boundaries +locals +1 +tree\.cjs +job/);
  const over = await tracer('control', String(program.pid), '--level', 'expressions', '--function', 'job');
  expect(over.stderr).toMatch(/job \(tree\.cjs\) reaches locals only/);
});

test('tracer control pauses, resumes and marks', async () => {
  const pid = String(program.pid);
  expect((await tracer('control', pid, '--mark', 'before', '--pause')).stdout).toMatch(
    /marked before at .+\n.*recording is paused/,
  );
  const refused = await tracer('control', pid, '--mark', 'not now');
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('recording is paused') });
  expect((await tracer('control', pid)).stdout).toMatch(/paused/);
  expect((await tracer('control', pid, '--resume')).stdout).toMatch(/goes on/);
  const notes = async () =>
    (await project.ask('sql', 'live.db', "SELECT reason FROM gaps WHERE reason = 'paused'")) as object[];
  let seen: object[] = [];
  for (let i = 0; i < 50 && seen.length === 0; i++) seen = await notes();
  expect(seen.length).toBeGreaterThan(0);
});

test('what cannot be asked is said, with what to do', async () => {
  const gone = await tracer('snapshot', '99999999');
  expect(gone).toMatchObject({ exitCode: 1, stderr: 'tracer snapshot: there is no process 99999999 (any more)\n' });
  const foreign = await tracer('control', String(process.pid));
  expect(foreign.exitCode).toBe(1);
  expect(foreign.stderr).toMatch(/is not being recorded\nStart it with: node --import tracer app\.js/);
  const wrong = await tracer('control', String(program.pid), '--level', 'everything');
  expect(wrong).toMatchObject({ exitCode: 2 });
  await project.record(['-e', '0'], 'ended.db');
  const ended = await tracer('snapshot', 'ended.db');
  expect(ended).toMatchObject({ exitCode: 1 });
  expect(ended.stderr).toMatch(/is not running any more/);
});

test('one process after another ends: the rest is still shown', async () => {
  process.kill(childPid, 'SIGKILL');
  await until(() => !isAlive(childPid), 'the child to end');
  const snapshot = await program.snapshot();
  expect(snapshot.processes.map(({ pid }) => pid)).toEqual([program.pid]);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
