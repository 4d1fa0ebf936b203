import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { CLI, makeProject, run, type Project } from '../support/programs.ts';

/* SIGKILL leaves no time for anything: what had happened shortly before must be in the file already. */

const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('better-sqlite3') as new (
  file: string,
  options: { readonly: true },
) => { pragma(text: string): unknown; close(): void };

/** How old an event may be and yet be lost. Commits come every 25 ms; the rest is a machine under load. */
const LOST_MS_MAX = 250;

const FILES = {
  // The side file holds: milliseconds since the epoch, number of the call that was made then.
  'busy.js': `const { writeSync, writeFileSync, openSync } = require('node:fs');
writeFileSync('busy.txt', String(process.pid));
const side = openSync('side.txt', 'a');
function work(number) { let sum = 0; for (let i = 0; i < 20; i++) sum += i * number; return sum; }
let written = 0;
for (let number = 0; ; ) {
  const now = Date.now();
  if (now === written) continue;
  written = now;
  for (const end = number + 10; number < end; number++) work(number);
  writeSync(side, now + ' ' + (number - 1) + '\\n');
}
`,
  'idle.js': `const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
function answer(request, response) { response.end('hello ' + request.url); }
const server = createServer(answer).listen(0, '127.0.0.1', async () => {
  for (let i = 0; i < 5; i++) await (await fetch('http://127.0.0.1:' + server.address().port + '/' + i)).text();
  writeFileSync('idle.txt', String(process.pid));
});
`,
};

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

interface Info {
  state: string;
  events: { produced: number; stored: number; dropped: number; pruned: number };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !condition(); i++) await sleep(50);
  expect(condition()).toBe(true);
}

test('killed in a busy loop: all but the last moments is there, and every command reads it', async () => {
  const recording = join(project.dir, 'busy.db');
  const side = join(project.dir, 'side.txt');
  const running = project.record(['busy.js'], recording);
  await until(() => existsSync(side) && readFileSync(side, 'utf8').split('\n').length > 600);
  process.kill(Number(readFileSync(join(project.dir, 'busy.txt'), 'utf8')), 'SIGKILL');
  const killedMs = Date.now();
  expect(await running).toMatchObject({ exitCode: null, signal: 'SIGKILL', stderr: '' });

  const database = new Database(recording, { readonly: true });
  expect(database.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  database.close();
  expect((await project.ask('info', recording)) as Info).toMatchObject({ state: 'cut off', events: { dropped: 0 } });

  const rows = readFileSync(side, 'utf8')
    .trim()
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ').map(Number));
  const mustBeThere = rows.findLast(([atMs]) => atMs! < killedMs - LOST_MS_MAX)![1]!;
  const found = (await project.ask(
    'sql',
    '--rec',
    recording,
    `SELECT max(CAST(value AS INTEGER)) last, count(*) calls
    FROM arguments WHERE name = 'number'`,
  )) as { last: number; calls: number }[];
  expect(found[0]!.last).toBeGreaterThanOrEqual(mustBeThere);
  expect(found[0]!.calls).toBe(found[0]!.last + 1);

  for (const args of [
    ['info', recording],
    ['ls', project.dir],
    ['tree', recording],
    ['calls', recording, '-n', '5'],
    ['events', recording, '-n', '5'],
    ['values', recording, 'work', 'sum', '--last', '5'],
    ['state', recording, '--at', 'end'],
    ['index', recording],
    ['verify', recording],
    ['dump', recording, '-n', '5'],
  ]) {
    const { exitCode, stdout, stderr } = await run(process.execPath, [CLI, ...args], { cwd: project.dir });
    expect({ args, exitCode, stderr, empty: stdout === '' }).toMatchObject({ args, exitCode: 0, empty: false });
  }
});

test('an idle server has nothing unsaved', async () => {
  const recording = join(project.dir, 'idle.db');
  const running = project.record(['idle.js'], recording);
  await until(() => existsSync(join(project.dir, 'idle.txt')));
  await sleep(500);
  const whileRunning = (await project.ask('calls', recording, '-f', 'answer')) as unknown[];
  process.kill(Number(readFileSync(join(project.dir, 'idle.txt'), 'utf8')), 'SIGKILL');
  expect((await running).signal).toBe('SIGKILL');
  const info = (await project.ask('info', recording)) as Info;
  expect(info.state).toBe('cut off');
  expect(info.events).toMatchObject({ stored: info.events.produced, dropped: 0 });
  const afterwards = (await project.ask('calls', recording, '-f', 'answer')) as unknown[];
  expect(whileRunning).toHaveLength(5);
  expect(afterwards).toHaveLength(5);
});
