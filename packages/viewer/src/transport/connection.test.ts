import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encodeFrame, PROTOCOL_VERSION } from '@execution-cinema/server/protocol';
import { Connection } from './connection.ts';
import { Latest } from './latest.ts';
import { AnswerError, isCancelled } from './source.ts';

/** The other end, as a list of what was sent; a test speaks for it. */
class FakeSocket extends EventTarget {
  static last: FakeSocket;
  sent: { id?: number; cancel?: number; method?: string }[] = [];
  binaryType = '';
  constructor() {
    super();
    FakeSocket.last = this;
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as { id: number });
  }
  says(message: unknown): void {
    const frame = encodeFrame(message);
    const data = typeof frame === 'string' ? frame : frame.buffer;
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
  greets(): void {
    this.says({ hello: { version: PROTOCOL_VERSION, tool: 'x', rec: null, at: null, idleMs: 1 } });
  }
}

beforeEach(() => {
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function connect(): { connection: Connection; states: string[] } {
  const connection = new Connection('ws://x/ws');
  const states: string[] = [];
  connection.onConnection = (state) => states.push(state);
  connection.start();
  return { connection, states };
}

test('questions wait for the greeting, answers find their question', async () => {
  const { connection } = connect();
  const first = connection.ask('recordings', {});
  const second = connection.ask('open', {});
  expect(FakeSocket.last.sent).toEqual([]);
  FakeSocket.last.greets();
  const [a, b] = FakeSocket.last.sent;
  FakeSocket.last.says({ id: b!.id, result: { films: new Float64Array([1, 2]) } });
  FakeSocket.last.says({ id: a!.id, error: { code: 'BUSY', message: 'busy', remedy: 'wait' } });
  expect(await second).toEqual({ films: new Float64Array([1, 2]) });
  await expect(first).rejects.toMatchObject({ code: 'BUSY', remedy: 'wait' });
});

test('a cancelled question is taken back, its answer ignored', async () => {
  const { connection } = connect();
  FakeSocket.last.greets();
  const controller = new AbortController();
  const answer = connection.ask('recordings', {}, { signal: controller.signal });
  const { id } = FakeSocket.last.sent[0]!;
  controller.abort();
  expect(FakeSocket.last.sent.at(-1)).toEqual({ cancel: id });
  FakeSocket.last.says({ id, result: {} });
  await expect(answer).rejects.toSatisfy(isCancelled);
});

test('no more questions are under way than the server takes', () => {
  const { connection } = connect();
  FakeSocket.last.greets();
  for (let i = 0; i < 100; i++) connection.ask('recordings', {}).catch(() => undefined);
  expect(FakeSocket.last.sent).toHaveLength(32);
  FakeSocket.last.says({ id: FakeSocket.last.sent[0]!.id, result: {} });
  expect(FakeSocket.last.sent).toHaveLength(33);
});

test('after a loss it connects again and asks again what was unanswered', async () => {
  const { connection, states } = connect();
  const before = FakeSocket.last;
  before.greets();
  const answer = connection.ask('recordings', {});
  before.dispatchEvent(new Event('close'));
  vi.advanceTimersByTime(300);
  expect(FakeSocket.last).not.toBe(before);
  FakeSocket.last.greets();
  expect(FakeSocket.last.sent.map(({ method }) => method)).toEqual(['recordings']);
  FakeSocket.last.says({ id: FakeSocket.last.sent[0]!.id, result: { folder: '/x' } });
  expect(await answer).toEqual({ folder: '/x' });
  expect(states).toEqual(['connecting', 'open', 'lost', 'lost', 'open']);
});

test('a server of another version is said, not used', () => {
  const { connection, states } = connect();
  connection.ask('recordings', {}).catch(() => undefined);
  FakeSocket.last.says({ hello: { version: PROTOCOL_VERSION + 1, tool: 'x', rec: null, at: null, idleMs: 1 } });
  expect(states.at(-1)).toBe('old page');
  expect(FakeSocket.last.sent).toEqual([]);
});

test('only the newest question of one purpose has an answer', async () => {
  const latest = new Latest();
  const first = latest.run(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
  );
  expect(await latest.run(() => Promise.resolve(2))).toBe(2);
  expect(await first).toBeUndefined();
  const failing = latest.run(() => Promise.reject(new AnswerError({ code: 'X', message: 'x', remedy: '' })));
  await expect(failing).rejects.toBeInstanceOf(AnswerError);
});
