import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/* However a program ends, it ends as without the tracer, and its last call is in the recording. */

const LAST = 'function lastCall(word) { return word; }\n';

const FILES = {
  'natural.js': `${LAST}setTimeout(() => { console.log('end'); lastCall('natural'); }, 5);`,
  'exit-nested.js': `${LAST}
function three() { try { lastCall('nested'); process.exit(3); } finally { console.log('never'); } }
function two() { three(); }
function one() { two(); }
process.on('exit', (code) => console.log('exit listener', code));
one();`,
  'exit-listener.js': `${LAST}process.on('exit', () => { lastCall('in listener'); process.exitCode = 9; });`,
  'exit-async.mjs': `${LAST}await null; setImmediate(() => { lastCall('immediate'); process.exit(); }); process.exitCode = 4;`,
  'uncaught.js': `${LAST}function fail() { throw new TypeError('no ' + lastCall('luck')); }\nfail();`,
  'uncaught.mjs': `${LAST}function fail() { throw new TypeError('no ' + lastCall('luck')); }\nfail();`,
  'uncaught-value.js': `${LAST}lastCall('value'); throw { code: 1 };`,
  'uncaught-late.js': `${LAST}setTimeout(function late() { lastCall('late'); null.property; }, 5);`,
  'uncaught-handled.js': `${LAST}process.on('uncaughtException', (e) => { console.log('caught', e.message); lastCall('handled'); });
setTimeout(() => { throw new Error('once'); }, 1); setTimeout(() => console.log('still here'), 10);`,
  'rejection.js': `${LAST}async function refuse() { await null; lastCall('rejected'); throw new RangeError('too far'); }\nrefuse();`,
  'rejection-value.mjs': `${LAST}lastCall('42'); Promise.reject(42);`,
  'unsettled.mjs': `${LAST}lastCall('before');\nawait new Promise(() => {});`,
  'exit-code.js': `${LAST}process.exitCode = 5; lastCall('code');`,
  'bad-syntax.js': 'function (',
  'missing.js': `${LAST}lastCall('missing'); require('./no-such-file.js');`,
  // The recorder opens its file while the program starts; a process that is killed before that leaves nothing.
  'terminated.js': `${LAST}setTimeout(() => { lastCall('signal'); setTimeout(() => process.kill(process.pid, 'SIGTERM'), 500); }, 1000);`,
  'overflow.js': `${LAST}function down(n) { return down(n + 1) + 1; }\ntry { down(0); } catch (e) { console.log(e.name, lastCall('deep')); }`,
  'strict-rejections.js': `${LAST}process.on('unhandledRejection', (e) => { console.log(lastCall('seen'), e.message); });\nPromise.reject(new Error('left alone'));`,
};

/** What a process is told by, and ends with, when another one watches: `ends.js` starts each of these, all recorded. */
const WATCHED = `
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const LAST = 'function lastCall(word) { return word; } ';
const ready = "process.send?.('ready'); console.log('ready'); setTimeout(() => {}, 20000);";
const programs = {
  ...Object.fromEntries([0, 1, 2, 13, 42, 127, 128, 255].map((code) => ['code ' + code, LAST + 'lastCall(); process.exit(' + code + ');'])),
  'exitCode 255': LAST + 'lastCall(); process.exitCode = 255;',
  SIGINT: LAST + 'lastCall(); ' + ready,
  SIGTERM: LAST + 'lastCall(); ' + ready,
  SIGHUP: LAST + 'lastCall(); ' + ready,
  'SIGINT heard': LAST + "process.on('SIGINT', (signal, number) => { lastCall(); console.log(signal, number); process.exit(3); });" + ready,
  'SIGTERM heard': LAST + "process.once('SIGTERM', () => { lastCall(); process.exitCode = 4; clearTimeout(timer); });" + ready.replace('setTimeout', 'var timer = setTimeout'),
  'SIGTERM not minded': LAST + "let n = 0; process.on('SIGTERM', () => { lastCall(); if (++n === 2) process.exit(n); console.log('again'); });" + ready,
  'broken pipe': LAST + "lastCall(); setInterval(() => console.log('x'.repeat(1000)), 1);",
  'broken pipe heard': LAST + "process.stdout.on('error', (e) => { lastCall(); process.exit(e.code === 'EPIPE' ? 5 : 6); }); setInterval(() => console.log('x'.repeat(1000)), 1);",
};
async function watch(name) {
  const child = spawn(process.execPath, ['-e', 'require("./' + name.replaceAll(' ', '-') + '.js")'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const signal = /^SIG\\w+/.exec(name)?.[0];
  child.stderr.on('data', (part) => { err += part; });
  if (name.startsWith('broken')) child.stdout.destroy();
  else child.stdout.on('data', (part) => { out += part; if (signal) child.kill(signal); });
  const [code, by] = await once(child, 'close');
  return [name, code, by, out.trim().split('\\n').join(), err.split('\\n').filter((line) => /Error|EPIPE/.test(line))[0] ?? ''].join(' | ');
}
async function all() {
  const { writeFileSync } = require('node:fs');
  for (const [name, text] of Object.entries(programs)) writeFileSync(name.replaceAll(' ', '-') + '.js', text);
  const names = Object.keys(programs);
  // A few at a time: they end in any order.
  for (let i = 0; i < names.length; i += 6) console.log((await Promise.all(names.slice(i, i + 6).map(watch))).join('\\n'));
}
all();
`;

/** Programs that never get to their last call. */
const WITHOUT_CALL = new Set(['bad-syntax.js']);

let project: Project;
beforeAll(() => {
  project = makeProject({ ...FILES, 'ends.js': WATCHED });
});

describe.each(Object.keys(FILES))('%s', (script) => {
  test('ends as without the tracer, nothing missing', async () => {
    const recording = join(project.dir, `${script}.db`);
    const plain = await project.plain([script]);
    const recorded = await project.record([script], recording);
    expect(recorded).toEqual(plain);
    if (WITHOUT_CALL.has(script)) return;
    expect(await project.ask('calls', recording, '--function', 'lastCall')).toHaveLength(1);
    const info = (await project.ask('info', recording)) as {
      events: { produced: number; stored: number; dropped: number };
      processes: { exitCode: number | null }[];
      state: string;
    };
    if (plain.signal !== null) return;
    expect(info.state).toBe('complete');
    expect(info.processes[0]!.exitCode).toBe(plain.exitCode);
    expect(info.events).toMatchObject({ stored: info.events.produced, dropped: 0 });
  });
});

test('exit codes, signals and broken pipes look the same from outside', async () => {
  const recording = join(project.dir, 'ends.db');
  const plain = await project.plain(['ends.js']);
  const recorded = await project.record(['ends.js'], recording);
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(recorded).toEqual(plain);
  expect(plain.stdout.trim().split('\n')).toHaveLength(17);
  // Signals that nobody hears end a process at once; all others, and this one, are complete.
  const info = (await project.ask('info', recording)) as { processes: { complete: boolean }[] };
  expect(info.processes.filter(({ complete }) => complete)).toHaveLength(17 - 3 + 1);
  await project.print('verify', recording);
}, 120_000);
