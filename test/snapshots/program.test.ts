import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { frameOf, startRecorded, threadOf, variablesOf, type LiveProgram } from '../support/live.ts';
import { makeProject, PRELOAD, type Project } from '../support/programs.ts';

/*
 * What snapshots leave alone: the program's own listeners, its output, its getters and proxies, its secrets. And what is
 * asked of the main thread besides: marks.
 */

let project: Project;
let program: LiveProgram | undefined;
beforeAll(() => {
  project = makeProject({
    'listener.cjs': `
process.on('SIGUSR1', function first() { console.log('heard'); });
process.on('message', () => {});
setInterval(() => {}, 1000);
setTimeout(() => console.log('ready'), 100);
process.on('SIGUSR2', () => { process.removeAllListeners('SIGUSR1'); console.log('removed ' + process.listenerCount('SIGUSR1')); });
`,
    'late.cjs': `
console.log(process.listenerCount('SIGUSR1'), process.eventNames().includes('SIGUSR1'));
const wait = setInterval(() => {}, 1000);
process.on('SIGUSR2', () => {
  process.once('SIGUSR1', () => { console.log('once'); });
  process.prependListener('SIGUSR1', function gone() {});
  process.off('SIGUSR1', process.listeners('SIGUSR1')[0]);
  console.log('added');
});
setTimeout(() => console.log('ready'), 100);
`,
    'values.cjs': `
class Account { constructor() { this.password = 'hunter2-very-secret'; this.owner = 'amy'; } }
const trap = { get() { process.stdout.write('TRAP'); }, ownKeys() { process.stdout.write('TRAP'); return []; }, getOwnPropertyDescriptor() { process.stdout.write('TRAP'); } };
function work(account, apiKey) {
  const proxy = new Proxy({ a: 1 }, trap);
  const withGetter = { get lazy() { process.stdout.write('GETTER'); return 1; }, plain: 2 };
  const text = 'token sk_live_4eC39HqLyjWDarjtT1zdp7dc in a text';
  const same = 'hunter2-very-secret';
  const cycle = { name: 'ring' };
  cycle.self = cycle;
  const map = new Map([['k', 1n]]);
  const keep = () => [proxy, withGetter, text, same, cycle, map, later];
  console.log('ready');
  while (account) if (keep === 1) return;
  const later = 1;
}
setTimeout(() => work(new Account(), 'key-0123456789abcdef'), 20);
`,
    'count.mjs': `
let sum = 0;
const started = Date.now();
console.log('ready');
while (Date.now() - started < 1500) { for (let i = 0; i < 100; i++) sum += i; await null; }
console.log(sum > 0, process.getActiveResourcesInfo().includes('MessagePort'));
`,
    'marks.cjs': `
const { existsSync, writeSync } = require('node:fs');
const cell = new Int32Array(new SharedArrayBuffer(4));
function goesOn() { return !existsSync('wait'); }
function loop() { writeSync(1, 'looping'); while (goesOn()); }
// Nothing in it is an event.
function wait() { writeSync(1, 'waiting'); while (!existsSync('end')) Atomics.wait(cell, 0, 0, 20); }
const alive = setInterval(() => undefined, 60000);
process.on('SIGUSR2', () => { loop(); wait(); setTimeout(() => clearInterval(alive), 50); process.removeAllListeners('SIGUSR2'); });
writeSync(1, 'ready');
`,
    'api.mjs': `
import { snapshot } from ${JSON.stringify(new URL('api.mjs', PRELOAD).href)};
function outer(name) { const inside = name + '!'; snapshot(); return inside; }
outer('here');
console.log('ready');
`,
  });
});
afterEach(() => program?.kill());

let runs = 0;

async function start(file: string, env: NodeJS.ProcessEnv = {}): Promise<LiveProgram> {
  program = startRecorded(project.dir, [file], { recording: `${++runs}.db`, env });
  await program.printed('ready');
  return program;
}

test('a listener of the program hears the signal, and no snapshot is taken until it is removed', async () => {
  const running = await start('listener.cjs');
  process.kill(running.pid, 'SIGUSR1');
  await running.printed('heard');
  process.kill(running.pid, 'SIGUSR2');
  await running.printed('removed 0');
  expect(running.snapshotCount()).toBe(0);
  expect(threadOf(await running.snapshot()).state).toBe('idle');
  expect(running.stdout()).toBe('ready\nheard\nremoved 0\n');
});

test('a listener that comes later, once, takes the signal once', async () => {
  const running = await start('late.cjs');
  expect(threadOf(await running.snapshot()).state).toBe('idle');
  process.kill(running.pid, 'SIGUSR2');
  await running.printed('added');
  process.kill(running.pid, 'SIGUSR1');
  await running.printed('once');
  expect(running.snapshotCount()).toBe(1);
  await running.snapshot();
  expect(running.stdout()).toBe('0 false\nready\nadded\nonce\n');
});

test('values: secrets replaced, getters and proxies untouched', async () => {
  const running = await start('values.cjs');
  const snapshot = await running.snapshot();
  const variables = variablesOf(frameOf(threadOf(snapshot), 'work'));
  expect(variables).toMatchObject({
    account: { $class: 'Account', password: expect.stringMatching(/^<redacted password [0-9a-f]{4}>$/), owner: 'amy' },
    apiKey: expect.stringMatching(/^<redacted /),
    proxy: { $type: 'proxy' },
    withGetter: { lazy: { $type: 'getter' }, plain: 2 },
    text: expect.stringMatching(/^token <redacted .*> in a text$/),
    same: expect.stringMatching(/^<redacted password /),
    cycle: { name: 'ring', self: { $ref: expect.any(Number) } },
    map: { $type: 'Map', $size: 1, $entries: [['k', { $type: 'bigint', $value: '1' }]] },
  });
  const text = readFileSync(`${running.recording}.snapshots/1.json`, 'utf8');
  expect(text).not.toMatch(/hunter2|sk_live|key-0123/);
  expect(running.stdout()).toBe('ready\n');
  expect(Object.keys(snapshot.variable_examples)).toEqual(expect.arrayContaining(['account', 'cycle', 'text']));
  expect(snapshot.variable_examples['account']!.functions).toContain('work');
});

test('the file is for its owner alone, and the recording has the same snapshot', async () => {
  const running = await start('late.cjs');
  const snapshot = await running.snapshot();
  expect(statSync(`${running.recording}.snapshots/1.json`).mode & 0o777).toBe(0o600);
  expect(statSync(`${running.recording}.snapshots`).mode & 0o777).toBe(0o700);
  const rows = (await project.ask('sql', running.recording, 'SELECT id, reason, json FROM snapshots')) as {
    id: number;
    reason: string;
    json: string;
  }[];
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ id: 1, reason: 'signal' });
  expect(JSON.parse(rows[0]!.json)).toEqual(snapshot);
  expect(snapshot).toMatchObject({ version: 1, reason: 'signal', timeNs: expect.any(Number) });
});

test('a program goes on and ends as it would have', async () => {
  const running = await start('count.mjs');
  await running.snapshot();
  await running.snapshot();
  expect(await running.ended()).toEqual({ exitCode: 0, signal: null });
  expect(running.stdout()).toBe('ready\ntrue false\n');
  expect(running.stderr()).toBe('');
});

test('TRACER_SIGNAL chooses the signal, or none', async () => {
  const second = await start('count.mjs', { TRACER_SIGNAL: 'USR2' });
  expect((await second.snapshot('SIGUSR2')).reason).toBe('signal');
  second.kill();
  const none = await start('count.mjs', { TRACER_SIGNAL: 'off' });
  process.kill(none.pid, 'SIGUSR2');
  expect(await none.ended()).toEqual({ exitCode: null, signal: 'SIGUSR2' });
});

test('the program asks for a snapshot where it stands', async () => {
  const running = await start('api.mjs');
  expect(await running.ended()).toEqual({ exitCode: 0, signal: null });
  expect(existsSync(`${running.recording}.snapshots/1.json`)).toBe(true);
  const snapshot = await running.snapshotFile(1);
  expect(snapshot.reason).toBe('api');
  expect(variablesOf(frameOf(threadOf(snapshot), 'outer'))).toMatchObject({ name: 'here', inside: 'here!' });
});

test('a mark from outside is an event of the main thread, idle or busy; one that cannot be had yet comes later', async () => {
  const running = await start('marks.cjs');
  const put = async (name: string): Promise<number | null> => {
    const answer = await project.ask('control', String(running.pid), '--mark', name);
    return (answer as [{ mark: { timeNs: number | null } }])[0].mark.timeNs;
  };
  expect(await put('idle')).toEqual(expect.any(Number));
  process.kill(running.pid, 'SIGUSR2');
  await running.printed('looping');
  expect(await put('busy')).toEqual(expect.any(Number));
  writeFileSync(join(project.dir, 'wait'), '');
  await running.printed('waiting');
  expect(await put('late')).toBe(null);
  writeFileSync(join(project.dir, 'end'), '');
  expect(await running.ended()).toEqual({ exitCode: 0, signal: null });
  const marks = (await project.ask(
    'sql',
    running.recording,
    'SELECT m.name, c.function FROM marks m LEFT JOIN calls c ON c.id = m.call_id ORDER BY m.time_ns',
  )) as { name: string; function: string | null }[];
  expect(marks.map(({ name }) => name)).toEqual(['idle', 'busy', 'late']);
  expect(marks[0]!.function).toBe(null);
  expect(['loop', 'goesOn']).toContain(marks[1]!.function);
});
