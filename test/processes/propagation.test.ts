import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/*
 * Two recorded processes with a proxy between them that is not recorded: the addresses of their connections say nothing,
 * the traceparent header does. And what there is between processes where nobody asked for headers.
 */

const FILES = {
  'client.mjs': `
import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';

const proxy = process.argv[2];
const server = fork('server.cjs');
const [{ port, pipe }] = await once(server, 'message');

const ask = (name, options, body) => new Promise((done, failed) => viaHttp(name, { options, body, done, failed }));
function viaHttp(name, { options, body, done, failed }) {
  const sent = http.request(options, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => done(text));
  });
  sent.on('error', failed);
  sent.end(body);
}
async function viaFetch(name, url, init) {
  return (await fetch(url, init)).text();
}
const at = (path) => ({ host: '127.0.0.1', port: proxy, path: '/' + port + path });
const show = (name, text) => console.log(name, text);

show('get', await ask('get', at('/get')));
show('post', await ask('post', { ...at('/post'), method: 'POST', headers: { Expect: '100-continue' } }, 'body'));
show('list', await ask('list', { ...at('/list'), headers: ['Host', '127.0.0.1:' + proxy, 'X-Mine', '1'] }));
show('own', await ask('own', { ...at('/own'), headers: { TraceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' } }));
show('fetch', await viaFetch('fetch', 'http://127.0.0.1:' + proxy + '/' + port + '/fetch', { headers: { 'x-mine': '1' } }));
show('participant', await ask('participant', at('/participant')));
show('unnamed', await ask('unnamed', { host: 'localhost', family: 4, port, path: '/unnamed' }));
show('pipe', await ask('pipe', { socketPath: pipe, host: 'pipe.local', path: '/pipe' }));
show('same', (await Promise.all(['/same', '/same'].map((path) => ask('same', { socketPath: pipe, host: 'pipe.local', path, agent: false })))).join());
server.send('end');
await once(server, 'exit');
`,
  'server.cjs': `
const http = require('node:http');
const path = process.platform === 'win32' ? '\\\\\\\\.\\\\pipe\\\\tracer-test-' + process.pid : 'server.sock';
const seen = new Map();
function answer(request, response) {
  const { traceparent, tracestate, 'x-mine': mine } = request.headers;
  const onward = { host: '127.0.0.1', port: server.address().port, path: '/onward', agent: false };
  if (request.url === '/onward') return void response.end([traceparent, tracestate].join(' '));
  http.get(onward, (reply) => {
    let text = '';
    reply.setEncoding('utf8').on('data', (part) => { text += part; });
    reply.on('end', () => response.end(JSON.stringify({ traceparent, mine, onward: text })));
  });
}
const server = http.createServer(answer).listen(0, '127.0.0.1', () => {
  pipes.listen(path, () => process.send({ port: server.address().port, pipe: path }));
});
const pipes = http.createServer(answer);
process.on('message', () => { process.disconnect(); for (const one of [server, pipes]) { one.close(); one.closeAllConnections(); } });
`,
};

interface Answer {
  traceparent?: string;
  mine?: string;
  onward: string;
}

const HEADER = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/;
const NAMES = ['get', 'post', 'list', 'own', 'fetch', 'participant', 'unnamed', 'pipe'];

let project: Project;
let proxy: Server;
beforeAll(async () => {
  project = makeProject(FILES);
  proxy = createServer((from, to) => {
    const [, port, path] = /^\/(\d+)(\/.*)$/.exec(from.url!)!;
    const headers = { ...from.headers };
    // As proxies do that take part in tracing: the trace stays, the parent is theirs.
    if (path === '/participant') {
      headers['traceparent'] = String(headers['traceparent']).replace(/-[0-9a-f]{16}-/, '-00f067aa0ba902b7-');
      headers['tracestate'] = 'vendor=1';
    }
    const onward = request({ host: '127.0.0.1', port, path, method: from.method, headers, agent: false }, (reply) => {
      to.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(to);
    });
    from.pipe(onward);
  }).listen(0, '127.0.0.1');
  await new Promise((done) => proxy.once('listening', done));
});
afterAll(() => {
  proxy.close();
  proxy.closeAllConnections();
});

const program = (): string[] => ['client.mjs', String((proxy.address() as AddressInfo).port)];

function answersOf(stdout: string): Map<string, Answer> {
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('same '));
  return new Map(
    lines.map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), JSON.parse(line.slice(space + 1)) as Answer];
    }),
  );
}

/** Names of the calls from which an incoming request of the other process came, by its path. */
async function pairsOf(recording: string): Promise<Record<string, string | null>> {
  const rows = (await project.ask(
    'sql',
    recording,
    `SELECT i.url, count(*) AS n, (SELECT json_extract(a.value, '$') FROM edges e JOIN arguments a ON a.call_id = e.from_call AND a.position = 0
       WHERE e.kind = 'http' AND e.time_ns = i.start_ns AND e.from_thread <> e.to_thread) AS sender
     FROM requests i WHERE i.direction = 'in' AND i.url <> '/onward' GROUP BY i.url`,
  )) as { url: string; n: number; sender: string | null }[];
  return Object.fromEntries(rows.map(({ url, sender }) => [url, sender]));
}

test('without named hosts no header is added; what the sockets do not tell stays unpaired', async () => {
  const recording = join(project.dir, 'off.db');
  const plain = await project.plain(program());
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  const recorded = await project.record(program(), recording);
  const strip = (text: string): string => text.replaceAll(/"onward":"[^"]*"/g, '');
  expect(strip(recorded.stdout)).toBe(strip(plain.stdout));
  const answers = answersOf(recorded.stdout);
  expect([...answers.keys()]).toEqual(NAMES);
  for (const [name, { traceparent, onward }] of answers) {
    expect([traceparent === undefined, onward]).toEqual([name !== 'own' && name !== 'participant', ' ']);
  }
  expect(await pairsOf(recording)).toEqual({
    '/get': null,
    '/post': null,
    '/list': null,
    '/own': null,
    '/fetch': null,
    '/participant': null,
    '/unnamed': 'unnamed',
    '/pipe': 'pipe',
    // Two alike at the same time by the same path: which is which nobody can tell.
    '/same': null,
  });
}, 120_000);

test('requests to named hosts carry a traceparent by which they are found behind a proxy', async () => {
  const recording = join(project.dir, 'on.db');
  const recorded = await project.record(program(), recording, { TRACER_PROPAGATE: '127.0.0.1, elsewhere.example' });
  expect(recorded).toMatchObject({ exitCode: 0, stderr: '' });
  const answers = answersOf(recorded.stdout);
  expect([...answers.keys()]).toEqual(NAMES);
  const traces = new Set<string | undefined>();
  for (const name of ['get', 'post', 'list', 'fetch']) {
    const { traceparent = '', mine, onward } = answers.get(name)!;
    const [, trace, parent] = HEADER.exec(traceparent) ?? [];
    traces.add(trace);
    expect(mine).toBe(name === 'list' || name === 'fetch' ? '1' : undefined);
    // What is sent for a request goes on with its trace, under a parent of its own.
    const [, trace2, parent2] = HEADER.exec(onward.trim()) ?? [];
    expect([trace2, parent2 === parent]).toEqual([trace, false]);
  }
  expect([traces.size, traces.has(undefined)]).toEqual([1, false]);
  expect(answers.get('own')!.traceparent).toBe('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00');
  expect(answers.get('own')!.onward).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00 $/);
  expect(answers.get('participant')!.onward).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01 vendor=1$/);
  expect([answers.get('unnamed')!.traceparent, answers.get('pipe')!.traceparent]).toEqual([undefined, undefined]);
  expect(await pairsOf(recording)).toEqual({
    ...Object.fromEntries(NAMES.map((name) => [`/${name}`, name])),
    '/same': null,
  });
  const headers = (await project.ask(
    'sql',
    recording,
    "SELECT url, traceparent FROM requests WHERE direction = 'in' AND url IN ('/get', '/own') ORDER BY url",
  )) as { traceparent: string }[];
  expect(headers.map(({ traceparent }) => traceparent)).toEqual(
    ['get', 'own'].map((name) => answers.get(name)!.traceparent),
  );
  await project.print('verify', recording);
  // One chain: what the server did for a request belongs to the request that the client sent.
  const chains = (await project.ask(
    'sql',
    recording,
    `SELECT count(DISTINCT c.correlation_id) AS n FROM calls c JOIN calls p ON p.id = c.async_parent_id
     WHERE c.function = 'answer' AND p.function IN ('viaHttp', 'viaFetch')`,
  )) as { n: number }[];
  expect(chains[0]!.n).toBeGreaterThanOrEqual(NAMES.length);
}, 120_000);
