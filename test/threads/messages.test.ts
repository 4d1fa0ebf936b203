import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/*
 * Messages between threads: the program sees what it sees alone, and every message leads from the call that sent it to
 * the one that took it. Each message is sent by `send(…, id)` and taken by `take(id)`.
 */

const COMMON = `
exports.send = function send(target, id, extra, list) { target.postMessage({ id, ...extra }, list); };
exports.take = function take(id) { return id; };
`;

const FILES = {
  'common.js': COMMON,
  'main.js': `
const { Worker, MessageChannel, MessagePort, BroadcastChannel, receiveMessageOnPort } = require('node:worker_threads');
const { once } = require('node:events');
const { send, take } = require('./common.js');
const lines = [];
const say = (line) => lines.push(line);

async function main() {
  const given = new MessageChannel();
  const worker = new Worker('./worker.js', { workerData: { deep: [{ port: given.port2 }] }, transferList: [given.port2] });
  const topic = new BroadcastChannel('news');
  const heard = [];
  topic.onmessage = function onNews({ data }) { take(data.id); heard.push(data.id); };
  await once(worker, 'message');

  // Both ways, several at once, in order.
  const answers = [];
  worker.on('message', function onAnswer({ id }) { take(id); answers.push(id); });
  for (const id of ['a', 'b', 'c']) send(worker, id);
  while (answers.length < 3) await new Promise((done) => setTimeout(done, 2));
  say(answers.join());

  // A port in workerData, and ports that travel on: two at once, in another order than in the list.
  const left = new MessageChannel();
  const right = new MessageChannel();
  const got = [];
  for (const [name, port] of Object.entries({ given: given.port1, left: left.port1, right: right.port1 })) {
    port.on('message', function onPort({ id }) { take(id); got.push(name + id); });
  }
  send(left.port1, 'early');
  send(worker, 'ports', { second: right.port2, map: new Map([['first', left.port2]]) }, [left.port2, right.port2]);
  send(given.port1, 'given');
  while (got.length < 4) await new Promise((done) => setTimeout(done, 2));
  say(got.sort().join());

  // Taken without an event.
  const still = new MessageChannel();
  send(still.port1, 'x');
  send(still.port1, 'y');
  (function poll() { for (let m; (m = receiveMessageOnPort(still.port2)); ) take(m.message.id); })();
  say(String(receiveMessageOnPort(still.port2)));

  // To everybody: the other channel of this thread, and two threads.
  const twin = new BroadcastChannel('news');
  twin.onmessage = function onTwin({ data }) { take(data.id); heard.push(data.id); };
  send(topic, 'n1');
  send(twin, 'n2');
  while (heard.length < 4) await new Promise((done) => setTimeout(done, 2));
  say(heard.sort().join());

  // What is refused has not been sent.
  try { send(worker, 'no', { s: Symbol('s') }); } catch (error) { say(error.name + ': ' + error.message); }
  const kept = new MessageChannel();
  try { send(worker, 'no', { s: Symbol('s'), port: kept.port1 }, [kept.port1]); } catch (error) { say(error.name); }
  kept.port2.on('message', function onKept({ id }) { take(id); });
  send(kept.port1, 'kept');
  send(worker, 'last');
  const [{ id }] = await once(worker, 'message');
  say(id);
  say([worker.listenerCount('message'), given.port1.listenerCount('message'), topic instanceof BroadcastChannel,
    given.port1 instanceof MessagePort, given instanceof MessageChannel, MessageChannel.name, MessageChannel.length,
    MessagePort.prototype.postMessage.name, Object.keys(given).join(), topic.name].join(' '));
  for (const port of [given.port1, left.port1, right.port1, still.port1, kept.port1, topic, twin]) port.close();
  send(worker, 'end');
  console.log(lines.join('\\n'));
}
main();
`,
  'worker.js': `
const { parentPort, workerData, BroadcastChannel } = require('node:worker_threads');
const { send, take } = require('./common.js');
const topic = new BroadcastChannel('news');
topic.onmessage = function onNews({ data }) { take(data.id); if (data.id === 'n1') send(topic, 'from worker'); };
const { port } = workerData.deep[0];
port.on('message', function onGiven({ id }) { take(id); send(port, id); });
parentPort.on('message', function onMessage({ id, second, map }) {
  take(id);
  if (id === 'end') { for (const open of [parentPort, port, topic]) open.close(); return; }
  if (id !== 'ports') return send(parentPort, id);
  const first = map.get('first');
  first.on('message', function onFirst({ id: early }) { take(early); send(first, 'back'); first.close(); });
  send(second, 's1');
  send(second, 's2');
  second.close();
});
parentPort.postMessage('ready');
`,
};

/** Ids that are taken, as often as they are: a broadcast reaches everybody but its sender. */
const TAKEN = [
  ...['a', 'b', 'c', 'given', 'last', 'n1', 'n2', 'from worker'].flatMap((id) => [id, id]),
  'ports',
  'early',
  'back',
  's1',
  's2',
  'x',
  'y',
  'kept',
  'end',
].sort();

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

test('every message leads from the call that sent it to the one that took it', async () => {
  const recording = join(project.dir, 'messages.db');
  const [plain, recorded] = await Promise.all([project.plain(['main.js']), project.record(['main.js'], recording)]);
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(recorded).toEqual(plain);
  // `to_call` is the listener or what polled; it, or a call below it, is \`take\`.
  const edges = (await project.ask(
    'sql',
    recording,
    `SELECT json_extract(sent.value, '$') AS sent, json_extract(took.value, '$') AS taken, e.time_ns >= e.from_ns AS forward
     FROM edges e JOIN arguments sent ON sent.call_id = e.from_call AND sent.name = 'id'
     JOIN calls t ON t.parent_id = e.to_call AND t.function = 'take' AND t.start_ns >= e.time_ns
     JOIN arguments took ON took.call_id = t.id AND took.name = 'id'
     WHERE e.kind = 'message' GROUP BY e.time_ns, e.from_call, e.to_call HAVING t.start_ns = min(t.start_ns)`,
  )) as { sent: string; taken: string; forward: number }[];
  expect(edges.filter(({ sent, taken, forward }) => sent !== taken || forward !== 1)).toEqual([]);
  expect(edges.map(({ sent }) => sent).sort()).toEqual(TAKEN);
  // And the start of the worker, and the message `ready`, which only wakes `main`.
  const [unconnected] = (await project.ask(
    'sql',
    recording,
    `SELECT (SELECT count(*) FROM receipt_rows) AS received, (SELECT count(*) FROM edges WHERE kind IN ('message', 'worker')) AS edges,
       (SELECT count(*) FROM edges WHERE kind = 'message' AND (from_call IS NULL OR to_call IS NULL)) AS halves`,
  )) as { received: number; edges: number; halves: number }[];
  expect(unconnected).toEqual({ received: unconnected!.edges, edges: TAKEN.length + 2, halves: 0 });
}, 120_000);
