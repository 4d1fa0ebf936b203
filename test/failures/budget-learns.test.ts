import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/* What a run under a budget shows, the next run of the same program knows from the start. */

/** A function that is called all the time, one that is called once, and the end of it after a while. */
const spinning = (name: string, type = ''): string => `function ${name}(n${type}) { const next = n + 1; return next; }
function ${name}Once(n${type}) { return n; }
function ${name}Spin() {
  const end = Date.now() + 700;
  let n = ${name}Once(0);
  while (Date.now() < end) for (let i = 0; i < 1000; i++) n = ${name}(n) % 1000;
}
`;

const FILES = {
  'main.mjs': `import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { typedSpin } from './typed.ts';
import { moduleSpin } from './module.mjs';
createRequire(import.meta.url)('./common.cjs').commonSpin();
moduleSpin();
typedSpin();
const worker = new Worker(new URL('./worker.mjs', import.meta.url));
await once(worker, 'exit');
const child = fork(new URL('./child.cjs', import.meta.url));
console.log((await once(child, 'exit'))[0]);
`,
  'tsconfig.json': '{}',
  'common.cjs': `${spinning('common')}exports.commonSpin = commonSpin;\n`,
  'module.mjs': `${spinning('module')}export { moduleSpin };\n`,
  'typed.ts': `${spinning('typed', ': number')}export { typedSpin };\n`,
  'worker.mjs': `${spinning('worker')}workerSpin();\n`,
  'child.cjs': `${spinning('child')}childSpin();\n`,
  'alone.cjs': `${spinning('alone')}aloneSpin();\nconsole.log('done', alone.toString().length);\n`,
  'plan.json': JSON.stringify({ rules: [{ function: 'alone', level: 'locals' }] }),
};

interface Info {
  skipped: { file: string; function?: string; reason: string }[];
  notes: { kind: string; text: string }[];
  functions: { eligible: number; instrumented: number };
}

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

let runs = 0;
async function infoOf(script: string, env: NodeJS.ProcessEnv): Promise<Info & { stdout: string }> {
  const recording = join(project.dir, `run${++runs}.db`);
  const outcome = await project.record([script], recording, env);
  expect(outcome).toMatchObject({ stderr: '', exitCode: 0 });
  await project.print('verify', recording);
  return { ...((await project.ask('info', recording)) as Info), stdout: outcome.stdout };
}

const REASON = 'left out: earlier runs showed that it exceeds the budget of 20%';
const leftOut = ({ skipped }: Info): string[] =>
  skipped
    .filter(({ reason }) => reason === REASON)
    .map((entry) => entry.function!)
    .sort();
const memories = (): string[] =>
  readdirSync(join(project.dir, '.tracer/cache')).filter((name) => name.startsWith('budget-'));

const RUNS_MAX = 5;
/** Runs until these are left out: how much one run teaches depends on how much of the processor it got. */
async function infoOnceLearned(script: string, wanted: readonly string[]): Promise<Info & { stdout: string }> {
  for (let run = 1; ; run++) {
    const info = await infoOf(script, { TRACER_BUDGET: '20%' });
    if (run === RUNS_MAX || wanted.every((name) => leftOut(info).includes(name))) return info;
  }
}

test('every way to load code leaves out what the first run found too hot', async () => {
  const budget = { TRACER_BUDGET: '20%' };
  const first = await infoOf('main.mjs', budget);
  expect(leftOut(first)).toEqual([]);
  const hot = ['child', 'common', 'module', 'typed', 'worker'];
  const second = await infoOnceLearned('main.mjs', hot);
  expect(leftOut(second)).toEqual(expect.arrayContaining(hot));
  expect(leftOut(second).filter((name) => name.endsWith('Once'))).toEqual([]);
  expect(second.stdout).toBe('0\n');
  expect(second.functions.eligible).toBe(first.functions.eligible);
  expect(second.functions.instrumented).toBe(first.functions.instrumented - leftOut(second).length);
  // One note for each file, and each says what and why.
  for (const file of ['common.cjs', 'module.mjs', 'typed.ts', 'worker.mjs', 'child.cjs']) {
    const notes = second.notes.filter(
      ({ kind, text }) => kind === 'budget' && text.startsWith(`${file}: earlier runs`),
    );
    expect(notes.map(({ text }) => text)).toEqual([
      expect.stringMatching(new RegExp(`left out \\(\\d\\): .*\\b${file.split('.')[0]!}\\b`)),
    ]);
  }
  // One for each program: the child is one of its own.
  expect(memories()).toHaveLength(2);
});

describe('a program that has learned', () => {
  beforeAll(async () => {
    await infoOnceLearned('alone.cjs', ['alone']);
  });

  test('behaves as before', async () => {
    const second = await infoOf('alone.cjs', { TRACER_BUDGET: '20%' });
    expect(leftOut(second)).toContain('alone');
    const { stdout } = await project.plain(['alone.cjs']);
    expect(second.stdout).toBe(stdout);
  });

  test('is recorded whole without a budget, and writes nothing', async () => {
    const before = memories();
    const info = await infoOf('alone.cjs', {});
    expect([leftOut(info), info.notes.filter(({ kind }) => kind === 'budget')]).toEqual([[], []]);
    expect(memories()).toEqual(before);
  });

  test('is recorded where its user names it', async () => {
    const named = { TRACER_BUDGET: '20%', TRACER_PLAN: join(project.dir, 'plan.json') };
    await infoOf('alone.cjs', named);
    expect(leftOut(await infoOf('alone.cjs', named))).not.toContain('alone');
  });

  test('begins anew when its source changes', async () => {
    writeFileSync(join(project.dir, 'alone.cjs'), `${FILES['alone.cjs']}// changed\n`);
    expect(leftOut(await infoOf('alone.cjs', { TRACER_BUDGET: '20%' }))).toEqual([]);
    expect(leftOut(await infoOnceLearned('alone.cjs', ['alone']))).toContain('alone');
  });

  test('begins anew when the cache is taken away, or what is in it is damaged', async () => {
    for (const name of memories()) writeFileSync(join(project.dir, '.tracer/cache', name), 'nonsense');
    expect(leftOut(await infoOf('alone.cjs', { TRACER_BUDGET: '20%' }))).toEqual([]);
    rmSync(join(project.dir, '.tracer/cache'), { recursive: true });
    expect(leftOut(await infoOf('alone.cjs', { TRACER_BUDGET: '20%' }))).toEqual([]);
  });
});
