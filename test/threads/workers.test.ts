import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/* Every way to start a worker thread: the program prints what it prints alone, and the recording has every thread. */

/** Calls `work` three times, and shows what a worker can see of itself. */
const LIB = `
const { threadId, isMainThread, workerData } = require('node:worker_threads');
function work(number) { return number * 2; }
exports.run = function run(where) {
  let sum = 0;
  for (let i = 0; i < 3; i++) sum += work(i);
  const own = Object.keys(process.env).filter((name) => name === 'TRACER_TREE' || name === 'NODE_OPTIONS');
  console.log(JSON.stringify({ where, sum, threadId, isMainThread, workerData, flags: process.execArgv, own, argv: process.argv.slice(2) }));
};
`;
const RUN = "require('./lib.js').run(process.env.WHERE ?? 'worker');";
const DATA_URL = `data:text/javascript,${encodeURIComponent(
  "import { createRequire } from 'node:module'; createRequire(process.cwd() + '/x.js')('./lib.js').run('data url');",
)}`;

/** Ways to start a worker that runs `lib.js` once (`nested` twice). */
const FORMS: Readonly<Record<string, string>> = {
  file: `new Worker('./worker.js')`,
  'module file': `new Worker(new URL('file://' + __dirname + '/worker.mjs'))`,
  'text of its own': `new Worker(${JSON.stringify(RUN)}, { eval: true })`,
  'text without flags': `new Worker(${JSON.stringify(RUN)}, { eval: true, execArgv: [] })`,
  'text without environment': `new Worker(${JSON.stringify(RUN)}, { eval: true, env: {} })`,
  'data url': `new Worker(new URL(${JSON.stringify(DATA_URL)}))`,
  'no flags': `new Worker('./worker.js', { execArgv: [] })`,
  'flags of its own': `new Worker('./worker.js', { execArgv: ['--no-warnings'], argv: ['a', 'b'] })`,
  'no environment': `new Worker('./worker.js', { env: {} })`,
  'neither environment nor flags': `new Worker('./worker.js', { env: {}, execArgv: [] })`,
  'environment shared': `new Worker('./worker.js', { env: require('worker_threads').SHARE_ENV })`,
  'environment of its own': `new Worker('./worker.js', { env: { WHERE: 'here', NODE_OPTIONS: '--no-warnings' } })`,
  'streams and data': `new Worker('./worker.js', { stdin: true, workerData: { a: [1, 2] } })`,
  'a class of its own': `new (class Pooled extends Worker { constructor() { super('./worker.js'); } })()`,
  nested: `new Worker('./outer.js', { execArgv: [], env: {} })`,
};
const THREADS = Object.keys(FORMS).length + 1;

/** One after the other, since output of workers that run at the same time mixes. */
const FORMS_PROGRAM = `
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
process.on('worker', (worker) => console.log('announced', worker.threadId));
const forms = {
  ${Object.entries(FORMS)
    .map(([name, start]) => `${JSON.stringify(name)}: () => ${start},`)
    .join('\n  ')}
};
async function startAll() {
  for (const [name, start] of Object.entries(forms)) {
    const worker = start();
    console.log(name, worker.threadId, worker instanceof Worker, worker.constructor.name, Worker.name, Worker.length);
    worker.on('online', () => console.log('online'));
    const [code] = await once(worker, 'exit');
    console.log('exit', code, worker.threadId);
  }
}
startAll();
`;

const OTHER = {
  'refused.js': `
const { Worker } = require('node:worker_threads');
for (const options of [{ execArgv: ['--title=x'] }, { execArgv: 'x' }, { env: 5 }, { eval: true, execArgv: ['--nonsense'] }]) {
  try { new Worker('./worker.js', options); } catch (error) { console.log(error.code, error.message); }
}
try { Worker('./worker.js'); } catch (error) { console.log(error.name, error.message); }
try { new Worker(5); } catch (error) { console.log(error.code); }
`,
  'terminated.js': `
const { Worker } = require('node:worker_threads');
const worker = new Worker('./endless.js');
worker.on('message', async () => { console.log('code', await worker.terminate()); });
`,
  'endless.js': `
const { parentPort } = require('node:worker_threads');
function turn(number) { return number; }
for (let i = 0; i < 1000; i++) turn(i);
parentPort.postMessage('busy');
for (let i = 0; ; i++) turn(i);
`,
  'throws.js': `
const { Worker } = require('node:worker_threads');
const worker = new Worker('./thrower.js');
worker.on('error', (error) => console.log(error instanceof RangeError, error.message, error.stack.split('\\n')[1].trim().split('(')[0]));
worker.on('exit', (code) => console.log('exit', code));
`,
  'thrower.js': `
function fail() { throw new RangeError('too far'); }
setTimeout(function late() { fail(); }, 5);
`,
};

let project: Project;
beforeAll(() => {
  project = makeProject({
    'lib.js': LIB,
    'worker.js': RUN,
    'worker.mjs':
      "import { createRequire } from 'node:module'; createRequire(import.meta.url)('./lib.js').run('module');",
    'outer.js': `${RUN}; new (require('node:worker_threads').Worker)('./worker.js');`,
    'forms.js': FORMS_PROGRAM,
    'named.js': `
      const { Worker } = require('node:worker_threads');
      class Pooled extends Worker {}
      const plain = new Worker('', { eval: true });
      const pooled = new Pooled('', { eval: true });
    `,
    ...OTHER,
  });
});

test('however a worker is started, it prints the same and is recorded', async () => {
  const recording = join(project.dir, 'recordings/forms.db');
  const [plain, recorded] = await Promise.all([project.plain(['forms.js']), project.record(['forms.js'], recording)]);
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(recorded).toEqual(plain);
  const rows = await project.ask(
    'sql',
    recording,
    `SELECT t.name, t.kind, count(*) AS calls FROM threads t JOIN calls c ON c.thread_id = t.id AND c.function = 'work'
     GROUP BY t.id ORDER BY t.id`,
  );
  expect(rows).toEqual(
    // By the number that their moments and calls are written with.
    Array.from({ length: THREADS }, (_, i) => ({ name: `worker ${i + 2}`, kind: 'worker', calls: 3 })),
  );
  const starts = (await project.ask(
    'sql',
    recording,
    `SELECT e.to_thread AS thread, f.function AS starter, e.to_call % 1099511627776 AS call FROM edges e
     LEFT JOIN calls f ON f.id = e.from_call WHERE e.kind = 'worker' ORDER BY e.to_thread`,
  )) as { thread: number; starter: string; call: number }[];
  expect(starts.map(({ thread, call }) => ({ thread, call }))).toEqual(
    Array.from({ length: THREADS }, (_, i) => ({ thread: i + 2, call: 1 })),
  );
  expect(starts.filter(({ starter }) => typeof starter !== 'string')).toEqual([]);
  // The nested one is started by the other worker's module.
  expect(starts.at(-1)!.starter).toBe('(module)');
}, 120_000);

test('what Node refuses is refused in the same words', async () => {
  const recorded = await project.record(['refused.js'], join(project.dir, 'recordings/refused.db'));
  expect(recorded).toEqual(await project.plain(['refused.js']));
});

test('a worker that throws ends as before', async () => {
  const recorded = await project.record(['throws.js'], join(project.dir, 'recordings/throws.db'));
  expect(recorded).toEqual(await project.plain(['throws.js']));
});

test('a worker that is terminated in the middle: what it did is there, and the accounts hold', async () => {
  const recording = join(project.dir, 'recordings/terminated.db');
  const recorded = await project.record(['terminated.js'], recording);
  expect(recorded).toEqual(await project.plain(['terminated.js']));
  const [row] = (await project.ask('sql', recording, "SELECT count(*) AS n FROM calls WHERE function = 'turn'")) as {
    n: number;
  }[];
  expect(row!.n).toBeGreaterThanOrEqual(1000);
  await project.print('verify', recording);
});

test('a worker is called after its class', async () => {
  const recording = join(project.dir, 'recordings/named.db');
  await project.record(['named.js'], recording);
  const rows = await project.ask(
    'sql',
    recording,
    `SELECT w.name, o.class FROM writes w JOIN objects o ON o.id = w.object_id WHERE w.name IN ('plain', 'pooled') ORDER BY w.name`,
  );
  expect(rows).toEqual([
    { name: 'plain', class: 'Worker' },
    { name: 'pooled', class: 'Pooled' },
  ]);
});
