import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { CLI, makeProject, run, type Project } from '../support/programs.ts';

/* Every way to start a process: the program prints what it prints alone, and the recording has every Node process. */

const NODE = process.execPath;

/** What a child shows of itself, and one call of `work`, by which it is found in the recording. */
const CHILD = `
function work(name) { return name; }
work(process.argv[2] ?? 'none');
const own = Object.keys(process.env).filter((key) => key === 'TRACER_TREE' || key === 'NODE_OPTIONS').map((key) => key + '=' + process.env[key]);
console.log('child', process.argv[2], process.execArgv.join(), own.join(), Object.keys(process.env).length < 9 ? Object.keys(process.env).filter((key) => !key.startsWith('TRACER_')).sort().join() : 'many');
if (process.send) process.send(process.argv[2]);
`;

/** The child disconnects at its first message, which Node cannot bear when it comes in a tick. */
const EARLY = `
const { fork } = require('node:child_process');
if (process.argv[2] === undefined) {
  const child = fork(__filename, ['child'], { silent: false });
  child.send('hello');
  let text = '';
  child.on('message', (message) => { text = message; console.log(message.at(-1)); });
  child.on('exit', (code) => console.log(text.join(), code));
} else {
  const order = ['script'];
  process.on('message', (message) => {
    process.send([...order, message]);
    process.disconnect();
  });
  process.nextTick(() => order.push('tick'));
}
`;

/** `name` of the form is the child's argument; all run one after the other. */
const PROGRAM = `
import { fork, spawn, exec, execFile, spawnSync, execSync, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { writeFileSync } from 'node:fs';
const node = process.execPath;
const path = process.env.PATH;
async function collect(child) {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part) => { text += part; });
  const [code, signal] = await once(child, 'close');
  return text.trim() + ' ' + code + ' ' + signal;
}
const forms = {
  'fork': (name) => collect(fork('child.js', [name], { silent: true })),
  'fork-elsewhere': (name) => collect(fork(process.cwd() + '/child.js', [name], { silent: true, cwd: '/' })),
  'fork-bare': (name) => collect(fork('child.js', [name], { silent: true, env: {}, execArgv: [] })),
  'fork-options': (name) => collect(fork('child.js', [name], { silent: true, env: { NODE_OPTIONS: '--no-warnings' } })),
  'spawn': (name) => collect(spawn(node, ['child.js', name])),
  'spawn-bare': (name) => collect(spawn(node, ['child.js', name], { env: {} })),
  'spawn-path': (name) => collect(spawn('node', ['child.js', name], { env: { PATH: path } })),
  'spawn-options': (name) => collect(spawn(node, ['child.js', name], { env: { PATH: path, NODE_OPTIONS: '--stack-trace-limit=5' } })),
  'spawn-shell': (name) => collect(spawn('"' + node + '" child.js ' + name, { shell: true })),
  'spawn-argv0': (name) => collect(spawn(node, ['child.js', name], { argv0: 'something' })),
  'spawn-module': (name) => collect(spawn(node, ['child.mjs', name])),
  'spawn-space': (name) => collect(spawn(node, ['child.js', name], { cwd: 'a folder' })),
  'exec': async (name) => (await promisify(exec)('"' + node + '" child.js ' + name)).stdout,
  'execFile': async (name) => (await promisify(execFile)(node, ['child.js', name], { env: {} })).stdout,
  'spawnSync': (name) => spawnSync(node, ['child.js', name], { encoding: 'utf8', env: {} }).stdout,
  'execSync': (name) => execSync('"' + node + '" child.js ' + name, { encoding: 'utf8' }),
  'execFileSync': (name) => execFileSync(node, ['child.js', name], { encoding: 'utf8', env: {} }),
  'execFileSync-short': () => String(execFileSync(node)),
  'grandchild': (name) => collect(spawn(node, ['outer.js', name], { env: {} })),
  'script': (name) => { writeFileSync('run.sh', 'exec node child.js script\\n'); return collect(spawn('sh', ['run.sh'])); },
  'npx': (name) => collect(spawn('npx', ['--no-install', 'tool', name], { env: { PATH: path, HOME: process.env.HOME } })),
  'other': () => collect(spawn('sh', ['-c', 'echo $FOO'], { env: { FOO: 'only mine' } })),
  'missing': async () => { const [error] = await once(spawn('no-such-program'), 'error'); return error.message; },
  'env-i': (name) => collect(spawn('env', ['-i', node, 'child.js', name])),
};
for (const [name, start] of Object.entries(forms)) {
  if (name === 'execFileSync-short') continue;
  console.log(name + ': ' + String(await start(name)).trim());
}
console.log([fork, spawn, exec, execFile, spawnSync, execSync, execFileSync].map((f) => f.name + f.length).join());
`;

/** Forms whose child cannot be reached (\`env -i\`) or is none of Node's. */
const UNRECORDED = ['env-i', 'other', 'missing', 'execFileSync-short'];

const OUTLIVES = `
const { spawn } = require('node:child_process');
spawn(process.execPath, ['late.js'], { detached: true, stdio: 'ignore', env: {} }).unref();
console.log('parent ends');
`;
const LATE = `
const { writeFileSync, renameSync } = require('node:fs');
function work(name) { return name; }
setTimeout(function later() { work('late'); process.on('exit', () => { writeFileSync('late.tmp', String(process.pid)); renameSync('late.tmp', 'late.txt'); }); }, 700);
`;

/** What lies in `node_modules` is not recorded itself. */
const TOOL = `#!${NODE}\nrequire('../../child.js');`;

let project: Project;
beforeAll(async () => {
  project = makeProject({
    'package.json': JSON.stringify({
      scripts: { test: 'node child.js npm-script && npm run -s deeper', deeper: 'node "a folder/child.js" deeper' },
    }),
    'main.mjs': PROGRAM,
    'child.js': CHILD,
    'child.mjs': `import { createRequire } from 'node:module';\n${CHILD}`,
    'a folder/child.js': CHILD,
    'outer.js': `require('node:child_process').spawn(process.execPath, ['child.js', process.argv[2]], { stdio: 'inherit', env: {} });`,
    'node_modules/.bin/tool': TOOL,
    'early.js': EARLY,
    'outlives.js': OUTLIVES,
    'late.js': LATE,
  });
  await run('chmod', ['755', 'node_modules/.bin/tool'], { cwd: project.dir });
});

async function namesOf(recording: string): Promise<string[]> {
  const rows = (await project.ask(
    'sql',
    '--rec',
    recording,
    "SELECT json_extract(a.value, '$') AS name FROM arguments a JOIN calls c ON c.id = a.call_id WHERE c.function = 'work' AND a.name = 'name' ORDER BY a.call_id",
  )) as { name: string }[];
  return rows.map(({ name }) => name);
}

test('however a process is started, it prints the same and is recorded', async () => {
  const recording = join(project.dir, 'recordings', 'forms of children.db');
  const plain = await project.plain(['main.mjs']);
  const recorded = await project.record(['main.mjs'], recording);
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(recorded).toEqual(plain);
  const forms = [...PROGRAM.matchAll(/^ {2}'([\w-]+)': /gm)].map(([, name]) => name!);
  expect(await namesOf(recording)).toEqual(forms.filter((name) => !UNRECORDED.includes(name)));
  const info = (await project.ask('info', recording)) as { state: string; notes: { kind: string; text: string }[] };
  expect(info.state).toBe('complete');
  expect(info.notes).toContainEqual(
    expect.objectContaining({ kind: 'not recorded', text: expect.stringContaining('env -i') }),
  );
  // Every child has the call that started it, and its first call; npx itself runs nothing that is recorded.
  const starts = (await project.ask(
    'sql',
    recording,
    `SELECT count(*) AS n, count(DISTINCT to_thread) AS children, count(from_call) AS callers, count(to_call) AS calls
     FROM edges WHERE kind = 'process'`,
  )) as { n: number; children: number; callers: number; calls: number }[];
  const [{ processes }] = (await project.ask('sql', recording, 'SELECT count(*) AS processes FROM processes')) as [
    { processes: number },
  ];
  expect(starts).toEqual([{ n: processes - 1, children: processes - 1, callers: processes - 2, calls: processes - 2 }]);
  await project.print('verify', recording);
}, 120_000);

test('what a parent sends at once is delivered after the script of the child has run, as without us', async () => {
  const recording = join(project.dir, 'recordings/early.db');
  const plain = await project.plain(['early.js']);
  expect(plain).toMatchObject({ stdout: 'hello\nscript,tick,hello 0\n', stderr: '', exitCode: 0 });
  expect(await project.record(['early.js'], recording)).toEqual(plain);
});

test('a child that outlives its parent goes on recording', async () => {
  const recording = join(project.dir, 'recordings/outlives.db');
  expect(await project.record(['outlives.js'], recording)).toMatchObject({ stdout: 'parent ends\n', exitCode: 0 });
  const file = join(project.dir, 'late.txt');
  for (let i = 0; i < 400 && !existsSync(file); i++) await sleep(50);
  const pid = Number(readFileSync(file, 'utf8'));
  for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(20);
  expect(await namesOf(recording)).toEqual(['late']);
  const info = (await project.ask('info', recording)) as { state: string; processes: { parentId: number | null }[] };
  expect(info.state).toBe('complete');
  expect(info.processes.map(({ parentId }) => parentId)).toEqual([null, 1]);
});

test('tracer run -- npm test records every Node process below it', async () => {
  const recording = join(project.dir, 'recordings/npm.db');
  const { stdout, exitCode } = await run(
    NODE,
    [CLI, 'run', '--quiet', '-o', recording, '--', 'npm', 'test', '--silent'],
    {
      cwd: project.dir,
    },
  );
  expect(exitCode).toBe(0);
  expect(stdout.match(/^child \S+/gm)).toEqual(['child npm-script', 'child deeper']);
  expect(await namesOf(recording)).toEqual(['npm-script', 'deeper']);
  await project.print('verify', recording);
}, 120_000);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
