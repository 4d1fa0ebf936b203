import { expect, test } from 'vitest';
import { openDatabase } from '../driver/index.ts';
import { pairRequests } from './request-pairs.ts';
import { SIDECAR_DDL } from './sidecar-schema.ts';

const THREAD = 2 ** 40;

type Socket = [client: string, server: string, before: number];
type Trace = [trace: string, parent: string];

interface Request {
  id: number;
  direction: 'in' | 'out';
  url?: string;
  ms: [start: number, end: number | null];
  /** Client's address, server's address, requests before it. */
  socket?: Socket;
  /** Trace and parent. */
  trace?: Trace;
}

/** `sent>received` of the pairs that are found; ids are `thread * THREAD + number`, shown as `thread.number`. */
function pairs(requests: readonly Request[]): string[] {
  const db = openDatabase(':memory:');
  db.exec(SIDECAR_DDL);
  for (const { id, direction, url = direction === 'out' ? 'http://host/a' : '/a', ms, socket, trace } of requests) {
    db.prepare('INSERT INTO request_rows(id, direction, method, url, start_ns, end_ns) VALUES(?, ?, ?, ?, ?, ?)').run(
      id,
      direction,
      'GET',
      url,
      ms[0] * 1e6,
      ms[1] === null ? null : ms[1] * 1e6,
    );
    if (socket) db.prepare('INSERT INTO connection_rows VALUES(?, ?, ?, ?)').run(id, socket[2], socket[0], socket[1]);
    if (trace) db.prepare('INSERT INTO trace_rows VALUES(?, ?, ?, 1)').run(id, trace[0], trace[1]);
  }
  pairRequests(db);
  const rows = db.prepare('SELECT received, sent FROM request_pairs ORDER BY received').all<{
    received: number;
    sent: number;
  }>();
  db.close();
  const shown = (id: number): string => `${Math.floor(id / THREAD)}.${id % THREAD}`;
  return rows.map(({ received, sent }) => `${shown(sent)}>${shown(received)}`);
}

const out = (number: number, rest: Omit<Request, 'id' | 'direction'>, thread = 1): Request => ({
  id: thread * THREAD + number,
  direction: 'out',
  ...rest,
});
const into = (number: number, rest: Omit<Request, 'id' | 'direction'>, thread = 2): Request => ({
  id: thread * THREAD + number,
  direction: 'in',
  ...rest,
});

test('by connection: the last request before, also one that is announced late', () => {
  const socket: Socket = ['c:1', 's:2', 0];
  expect(
    pairs([
      out(1, { ms: [0, 5], socket }),
      out(2, { ms: [20, 40], socket }),
      into(1, { ms: [1, 4], socket }),
      into(2, { ms: [19, 30], socket }),
      into(3, { ms: [1, 4], socket: ['c:1', 's:2', 1] }),
    ]),
  ).toEqual(['1.1>2.1', '1.2>2.2']);
});

test('by traceparent: of those that handed it on, the nearest', () => {
  const trace: Trace = ['t', 'p'];
  expect(
    pairs([
      out(1, { ms: [0, 50], trace }),
      // A recorded proxy got it by a connection that pairs nothing, and hands it on.
      into(1, { ms: [1, 40], trace }, 2),
      out(2, { ms: [2, 30], trace }, 2),
      into(1, { ms: [10, 20], trace }, 3),
      // Sent again by somebody who is not recorded.
      into(2, { ms: [12, 20], trace }, 3),
      into(3, { ms: [10, 20], trace: ['t', 'other'], url: '/b' }, 3),
    ]),
  ).toEqual(['1.1>2.1', '2.2>3.1', '2.2>3.2']);
});

test('by path of a pipe, and by trace alone: where there is no choice', () => {
  const pipe = (before: number): Socket => ['', '/tmp/a.sock', before];
  expect(
    pairs([
      out(1, { ms: [0, 9], socket: pipe(0) }),
      into(1, { ms: [1, 8], socket: pipe(0) }),
      // The next by the same connection.
      out(2, { ms: [10, 19], socket: pipe(1) }),
      into(2, { ms: [11, 18], socket: pipe(1) }),
      // Announced after it has arrived.
      out(3, { ms: [21, 29], socket: pipe(2) }),
      into(3, { ms: [20, 28], socket: pipe(2) }),
      // Two alike at once.
      out(4, { ms: [30, 39], socket: pipe(0) }),
      out(5, { ms: [31, 39], socket: pipe(0) }),
      into(4, { ms: [32, 38], socket: pipe(0) }),
      into(5, { ms: [33, 38], socket: pipe(0) }),
      // One was sent by somebody who is not recorded.
      out(6, { ms: [40, 49], socket: pipe(0) }),
      into(6, { ms: [41, 48], socket: pipe(0) }),
      into(7, { ms: [42, 48], socket: pipe(0) }),
      // Another path of the same pipe.
      out(8, { ms: [50, null], socket: pipe(0) }),
      into(8, { ms: [51, null], socket: pipe(0), url: '/b' }),
      out(9, { ms: [60, null], trace: ['t', 'ours'], url: 'http://proxy/prefix/c' }),
      into(9, { ms: [61, null], trace: ['t', 'of the proxy'], url: '/c' }),
    ]),
  ).toEqual(['1.1>2.1', '1.2>2.2', '1.3>2.3', '1.9>2.9']);
});
