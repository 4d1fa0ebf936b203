import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/*
 * One request goes through everything that a program can be made of: timer, promise, emitter, stream, worker thread, IPC,
 * HTTP both ways, cluster. Its correlation follows; each step leads from the call that caused it.
 */

const FILES = {
  'main.mjs': `
import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';

const server = fork('server.js', { execArgv: [] });
const [{ port }] = await once(server, 'message');
const agent = new http.Agent({ keepAlive: true });

function viaHttp(name, done) {
  http.get({ host: '127.0.0.1', port, path: '/' + name, agent }, function onResponse(response) {
    let text = '';
    response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => done(text));
  });
}
const get = (name) => new Promise((done) => viaHttp(name, done));
async function viaFetch(name) {
  const response = await fetch('http://127.0.0.1:' + port + '/' + name);
  return response.text();
}
for (const name of ['one', 'two']) console.log(await get('get-' + name), await viaFetch('fetch-' + name));
console.log((await Promise.all(['x', 'y', 'z'].map((name) => viaFetch('at-once-' + name)))).join());
agent.destroy();
server.send('end');
const [code] = await once(server, 'exit');
console.log('server', code);
`,
  'server.js': `
const http = require('node:http');
const { EventEmitter, once } = require('node:events');
const { fork } = require('node:child_process');
const { Readable, Transform } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { Worker } = require('node:worker_threads');
const worker = new Worker('./worker.js');
const helper = fork('./helper.js', { env: {} });
const waiting = new Map();
const bus = new EventEmitter();

function settle(name) { waiting.get(name)(name); waiting.delete(name); }
worker.on('message', function onWorker(name) { afterWorker(name); });
function afterWorker(name) { helper.send(name); }
helper.on('message', function onHelper(name) { afterHelper(name); });
function afterHelper(name) { bus.emit('helped', name); }
bus.on('helped', function onHelped(name) { afterEvent(name); });
function afterEvent(name) { setTimeout(function late() { afterTimer(name); }, 1); }
function afterTimer(name) { Promise.resolve(name).then(afterPromise); }
function afterPromise(name) {
  const upper = new Transform({ objectMode: true, transform(chunk, _encoding, done) { afterStream(name); done(null, chunk); } });
  pipeline(Readable.from([name]), upper.resume()).then(function piped() { settle(name); });
}
function afterStream(name) { return name; }

function ask(name) { return new Promise((done) => { waiting.set(name, done); worker.postMessage(name); }); }
async function answer(request, response) {
  const name = request.url.slice(1);
  await ask(name);
  response.end(lastStep(name));
}
function lastStep(name) { return name.toUpperCase(); }
const server = http.createServer(answer).listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', function onEnd() { server.close(); server.closeAllConnections(); worker.terminate(); helper.disconnect(); process.disconnect(); });
`,
  'worker.js': `
const { parentPort } = require('node:worker_threads');
function inWorker(name) { parentPort.postMessage(name); }
parentPort.on('message', function onMessage(name) { setImmediate(() => inWorker(name)); });
`,
  'helper.js': `
function inHelper(name) { process.send(name); }
process.on('message', function onMessage(name) { queueMicrotask(() => inHelper(name)); });
`,
  'cluster.js': `
const cluster = require('node:cluster');
const http = require('node:http');
if (cluster.isPrimary) {
  let open = 2;
  const answers = [];
  for (let i = 0; i < 2; i++) {
    const worker = cluster.fork();
    worker.on('message', function onMessage(text) { answers.push(text); if (answers.length === 4) finish(); });
    worker.on('listening', function onListening({ port }) { if (--open === 0) askAll(port); });
  }
  function askAll(port) {
    for (let i = 0; i < 4; i++) http.get({ host: '127.0.0.1', port, path: '/' + i, agent: false }, (response) => response.resume());
  }
  function finish() {
    console.log(answers.sort().join());
    for (const worker of Object.values(cluster.workers)) { tell(worker); worker.disconnect(); }
  }
  function tell(worker) { worker.send('bye'); }
} else {
  function answer(request, response) { response.end('ok'); process.send(request.url); }
  http.createServer(answer).listen(0, '127.0.0.1');
  process.on('message', function onBye(text) { console.log(text); });
}
`,
};

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

const NAMES = ['get-one', 'fetch-one', 'get-two', 'fetch-two', 'at-once-x', 'at-once-y', 'at-once-z'];
const STEPS = [
  'inWorker',
  'afterWorker',
  'inHelper',
  'afterHelper',
  'afterEvent',
  'afterTimer',
  'afterStream',
  'lastStep',
];

test('a correlation follows its request through threads and processes', async () => {
  const recording = join(project.dir, 'request.db');
  const [plain, recorded] = await Promise.all([project.plain(['main.mjs']), project.record(['main.mjs'], recording)]);
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(recorded).toEqual(plain);
  const http = (await project.ask(
    'sql',
    recording,
    `SELECT f.function AS sent, json_extract(a.value, '$') AS name, t.function AS answered, r.url, e.from_thread <> e.to_thread AS across
     FROM edges e JOIN calls f ON f.id = e.from_call JOIN calls t ON t.id = e.to_call AND t.function = 'answer'
     JOIN arguments a ON a.call_id = f.id AND a.name = 'name' JOIN requests r ON r.direction = 'in' AND r.start_ns = e.time_ns
     WHERE e.kind = 'http' ORDER BY e.time_ns`,
  )) as { sent: string; name: string; answered: string; url: string; across: number }[];
  expect(http.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
  expect(http.filter(({ name, url, across }) => url !== `/${name}` || across !== 1)).toEqual([]);
  expect(http.filter(({ sent }) => sent !== 'viaHttp' && sent !== 'viaFetch')).toEqual([]);

  const steps = (await project.ask(
    'sql',
    recording,
    `SELECT c.function, c.correlation_id AS correlation, json_extract(a.value, '$') AS name FROM calls c
     JOIN arguments a ON a.call_id = c.id AND a.name = 'name' WHERE c.function IN (${STEPS.map((name) => `'${name}'`).join()})`,
  )) as { function: string; correlation: number; name: string }[];
  expect(steps).toHaveLength(STEPS.length * NAMES.length);
  const asked = (await project.ask(
    'sql',
    recording,
    `SELECT c.correlation_id AS correlation FROM calls c WHERE c.function IN ('viaHttp', 'viaFetch')`,
  )) as { correlation: number }[];
  // All seven are asked by one module, which is a chain, and each begins one: over four threads, in three processes.
  const chains = NAMES.map(
    (name) => new Set(steps.filter((step) => step.name === name).map((step) => step.correlation)),
  );
  expect(chains.map(({ size }) => size)).toEqual(NAMES.map(() => 1));
  expect(new Set(steps.map(({ correlation }) => correlation)).size).toBe(NAMES.length);
  expect(new Set(asked.map(({ correlation }) => correlation)).size).toBe(1);

  for (const name of ['get-two', 'at-once-y']) {
    const [request] = (await project.ask(
      'sql',
      recording,
      `SELECT id FROM requests WHERE direction = 'in' AND url = '/${name}'`,
    )) as { id: number }[];
    const calls = (await project.ask('calls', recording, '--request', String(request!.id))) as {
      function: string;
      arguments: { name: string; value: unknown }[];
    }[];
    const named = calls.filter(({ function: called }) => STEPS.includes(called));
    expect(named.map(({ function: called }) => called).sort()).toEqual([...STEPS].sort());
    expect(new Set(named.map((call) => call.arguments.find((argument) => argument.name === 'name')!.value))).toEqual(
      new Set([name]),
    );
  }
  await project.print('verify', recording);
}, 120_000);

test('cluster: connections, messages and processes', async () => {
  const recording = join(project.dir, 'cluster.db');
  const [plain, recorded] = await Promise.all([
    project.plain(['cluster.js']),
    project.record(['cluster.js'], recording),
  ]);
  expect(plain).toMatchObject({ stdout: '/0,/1,/2,/3\nbye\nbye\n', exitCode: 0, stderr: '' });
  expect(recorded).toEqual(plain);
  const edges = await project.ask(
    'sql',
    recording,
    `SELECT e.kind, f.function AS source, t.function AS target, count(*) AS n FROM edges e LEFT JOIN calls f ON f.id = e.from_call
     LEFT JOIN calls t ON t.id = e.to_call WHERE e.from_thread <> e.to_thread GROUP BY 1, 2, 3 ORDER BY 1, 2`,
  );
  expect(edges).toEqual([
    { kind: 'http', source: 'askAll', target: 'answer', n: 4 },
    { kind: 'message', source: 'answer', target: 'onMessage', n: 4 },
    { kind: 'message', source: 'tell', target: 'onBye', n: 2 },
    { kind: 'process', source: '(module)', target: '(module)', n: 2 },
  ]);
}, 120_000);
