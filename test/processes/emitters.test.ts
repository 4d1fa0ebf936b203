import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/*
 * Who made a listener run: whoever emitted is its caller, since listeners run inside `emit`; where the event loop emitted,
 * the cause is whoever set that going.
 */

const PROGRAM = `
const { EventEmitter, once } = require('node:events');
const { Readable, PassThrough } = require('node:stream');
const net = require('node:net');
const bus = new EventEmitter();
const target = new EventTarget();

bus.on('sync', function onSync() { return 1; });
bus.once('sync', function onceSync() { nested(); });
function nested() { bus.emit('deeper'); }
bus.prependListener('deeper', function onDeeper() {});
target.addEventListener('plain', function onPlain() {});
process.on('ours', function onOurs() {});
function emits() {
  bus.emit('sync');
  target.dispatchEvent(new Event('plain'));
  process.emit('ours');
}
emits();

bus.on('later', function onLater() {});
function schedules() { setTimeout(bus.emit.bind(bus, 'later'), 1); }
schedules();
bus.on('woken', function onWoken() {});
function schedulesCall() { setTimeout(() => wakes(), 1); }
function wakes() { bus.emit('woken'); }
schedulesCall();

async function waits() { await once(bus, 'awaited'); afterAwait(); }
function afterAwait() {}
function ends() { bus.emit('awaited'); }
waits();
setTimeout(ends, 5);

function pipes() {
  const pass = new PassThrough();
  pass.on('data', function onData() {}).on('end', function onEnd() { serves(); });
  writes(pass);
}
function writes(pass) { pass.end('text'); }
pipes();
function serves() {
  const server = net.createServer(function onConnection(socket) { answers(socket); });
  server.listen(0, '127.0.0.1', () => connects(server));
}
function answers(socket) { socket.end('bye'); }
function connects(server) {
  net.connect(server.address().port, '127.0.0.1').on('data', function onSocket() {}).on('close', function onClose() { server.close(); });
}
`;

let project: Project;
beforeAll(() => {
  project = makeProject({ 'main.cjs': PROGRAM });
});

test('listeners lead to who emitted', async () => {
  const recording = join(project.dir, 'emitters.db');
  const recorded = await project.record(['main.cjs'], recording);
  expect(recorded).toEqual(await project.plain(['main.cjs']));
  const rows = (await project.ask(
    'sql',
    recording,
    `SELECT c.function, p.function AS caller, a.function AS cause, (SELECT group_concat(e.kind) FROM edges e WHERE e.to_call = c.id) AS edges
     FROM calls c LEFT JOIN calls p ON p.id = c.parent_id LEFT JOIN calls a ON a.id = c.async_parent_id
     WHERE c.function GLOB '*on[A-Zc]*' OR c.function = 'afterAwait'`,
  )) as { function: string; caller: string | null; cause: string | null; edges: string | null }[];
  const leads = Object.fromEntries(
    rows.map(({ function: name, caller, cause }) => [name.split('.').at(-1), caller === null ? `~${cause}` : caller]),
  );
  expect(leads).toEqual({
    onSync: 'emits',
    onceSync: 'emits',
    onDeeper: 'nested',
    onPlain: 'emits',
    onOurs: 'emits',
    // Nobody's call was under way: what follows ~ scheduled it, or made what emitted.
    onLater: '~schedules',
    onWoken: 'wakes',
    afterAwait: 'waits',
    // A stream that flows already emits at once.
    onData: expect.stringMatching(/^~?writes$/),
    onEnd: '~writes',
    onConnection: '~serves',
    onSocket: '~connects',
    onClose: '~connects',
  });
  expect(rows.filter(({ edges }) => edges?.includes('emitter'))).toEqual([]);
});
