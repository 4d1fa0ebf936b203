import { appendFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/* What is left out on purpose is counted to the last event, and said. */

const FILES = {
  // A call takes long enough by itself that counting it fits the budget, and recording its object does not.
  'hot.js': `const goods = Array.from({ length: 40 }, (_, i) => i);
function hot(order) { return JSON.stringify(goods).length + order.n; }
function outer(n) { let sum = 0; for (let i = 0; i < 1000; i++) sum += hot({ n: i + n, text: 'order' }); return sum; }
let total = 0;
const end = Date.now() + 2000;
while (Date.now() < end) total += outer(1);
console.log(typeof total);
`,
  'much.js': `function step(n) { const text = 'step ' + n; return text + 'y'.repeat(100); }
let length = 0;
for (let n = 0; n < 120_000; n++) length += step(n).length;
console.log(length);
`,
  // Goes on until the file 'stop' appears; the plan is edited meanwhile.
  'live.js': `const { existsSync, appendFileSync } = require('node:fs');
function counted(n) { const local = n * 2; return local; }
let n = 0;
appendFileSync('live.txt', 'up');
const timer = setInterval(() => { counted(n++); if (existsSync('stop')) clearInterval(timer); }, 5);
`,
  'plan.json': JSON.stringify({ level: 'boundaries' }),
};

const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('better-sqlite3') as new (
  file: string,
  options: { readonly: true },
) => { prepare(sql: string): { all(): { json: string; note: string }[] }; close(): void };

interface Info {
  events: { produced: number; stored: number; dropped: number; pruned: number };
  gaps: { dropped: number; reason: string }[];
  notes: { kind: string; text: string; timeNs: number }[];
}

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

async function infoOf(recording: string): Promise<Info> {
  const info = (await project.ask('info', recording)) as Info;
  const { produced, stored, dropped, pruned } = info.events;
  expect(stored + dropped + pruned).toBe(produced);
  await project.print('verify', recording);
  return info;
}

test('a budget: what is too hot is counted instead, and each change is noted', async () => {
  const recording = join(project.dir, 'budget.db');
  const outcome = await project.record(['hot.js'], recording, { TRACER_BUDGET: '20%' });
  expect(outcome).toMatchObject({ stdout: 'number\n', stderr: '', exitCode: 0 });
  const info = await infoOf(recording);
  const counted = info.notes.find(
    ({ kind, text }) => kind === 'budget' && text.startsWith('hot (hot.js:') && text.includes(' is counted'),
  );
  expect(counted).toBeDefined();
  // From then on little is recorded, so that all of it can be listed.
  const from = `${Math.ceil(counted!.timeNs / 1e6) + 200}ms`;
  const listed = await project.print('events', recording, '--range', `${from}..`, '-n', '20000', '--json');
  const aggregates = (JSON.parse(listed) as { kind: string; timeNs: number; function: string }[]).filter(
    ({ kind }) => kind === 'aggregate',
  );
  // They are written while the program runs, not only at its end.
  const spanNs = aggregates.at(-1)!.timeNs - aggregates[0]!.timeNs;
  expect(spanNs).toBeGreaterThan(300e6);
});

test('a small flight recorder keeps the newest', async () => {
  const recording = join(project.dir, 'keep.db');
  const keepBytes = 4 * 1024 * 1024;
  const outcome = await project.record(['much.js'], recording, { TRACER_KEEP: '4MB', TRACER_CHUNK: '64KB' });
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  const info = await infoOf(recording);
  expect(info.events.pruned).toBeGreaterThan(0);
  expect(info.events.dropped).toBe(0);
  expect(statSync(recording).size).toBeLessThan(keepBytes * 1.25);
  const steps = (await project.ask(
    'sql',
    '--rec',
    recording,
    `SELECT min(CAST(value AS INTEGER)) first, max(CAST(value AS INTEGER)) last
    FROM arguments WHERE name = 'n'`,
  )) as { first: number; last: number }[];
  expect(steps[0]!.last).toBe(119_999);
  expect(steps[0]!.first).toBeGreaterThan(0);
});

test('a full ring with drop: every lost event is counted and every gap marked', async () => {
  const recording = join(project.dir, 'drop.db');
  const outcome = await project.record(['much.js'], recording, {
    TRACER_BACKPRESSURE: 'drop',
    TRACER_BUFFER: '256KB',
  });
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  const info = await infoOf(recording);
  expect(info.events.dropped).toBeGreaterThan(0);
  expect(info.gaps.length).toBeGreaterThan(0);
  expect(info.gaps.reduce((sum, gap) => sum + gap.dropped, 0)).toBe(info.events.dropped);
  expect(new Set(info.gaps.map(({ reason }) => reason))).toEqual(new Set(['ring full']));
});

test('an edit of the plan takes effect while the program runs; a wrong one keeps the old', async () => {
  const recording = join(project.dir, 'live.db');
  const plan = join(project.dir, 'plan.json');
  const running = project.record(['live.js'], recording, { TRACER_PLAN: plan });
  const edited = async (text: string): Promise<void> => {
    writeFileSync(plan, text);
    await sleep(2500);
  };
  for (let i = 0; i < 200 && !existsSync(join(project.dir, 'live.txt')); i++) await sleep(50);
  await sleep(1000);
  await edited(JSON.stringify({ level: 'boundaries', rules: [{ function: 'counted', level: 'locals' }] }));
  await edited('{ "level": "bound');
  await edited(JSON.stringify({ level: 'boundaries' }));
  appendFileSync(join(project.dir, 'stop'), '');
  expect(await running).toMatchObject({ exitCode: 0, stderr: '' });
  const calls = (await project.ask('calls', recording, '-f', 'counted', '-n', '0')) as unknown[];
  const written = (await project.ask('values', recording, 'counted', 'local', '-n', '0')) as { value: number }[];
  const turns = written.map(({ value }) => value / 2);
  // One stretch of calls, which began after the first edit and ended with the last.
  expect(turns.length).toBeGreaterThan(50);
  expect(turns).toEqual(turns.map((_, index) => turns[0]! + index));
  expect(turns[0]!).toBeGreaterThan(50);
  expect(turns.at(-1)!).toBeLessThan(calls.length - 20);

  const database = new Database(recording, { readonly: true });
  const plans = database.prepare('SELECT json, note FROM plans ORDER BY time_ns').all();
  database.close();
  expect(plans.map(({ note }) => note.replace(/^the edited plan is refused.*/s, 'refused'))).toEqual([
    expect.any(String),
    expect.stringMatching(/^the plan has changed: 1 function/),
    'refused',
    expect.stringMatching(/^the plan has changed: 1 function/),
  ]);
  expect(plans[2]!.json).toBe(plans[1]!.json);
});
