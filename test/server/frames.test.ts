import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { CLIENT_FRAME_BYTES_MAX, REQUESTS_IN_FLIGHT_MAX } from '../../packages/server/src/protocol.ts';
import { Project } from '../cli/tracer-command.ts';
import { AnsweredError, ViewerServer } from './viewer-server.ts';

let project: Project;
let server: ViewerServer;

beforeAll(async () => {
  project = new Project();
  server = await ViewerServer.start(project.folder, project.record('shop.db'));
});

afterAll(async () => {
  await server?.stop();
});

/** Code with which the server closes a connection after a frame. */
async function closeCodeAfter(send: (socket: WebSocket) => void): Promise<number> {
  const socket = await server.socket();
  send(socket);
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

async function codeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'answered';
  } catch (error) {
    return error instanceof AnsweredError ? error.code : String(error);
  }
}

describe('frames that are no messages end their connection, and no other', () => {
  test.each<[string, number, (socket: WebSocket) => void]>([
    ['larger than allowed', 1009, (socket) => socket.send(`"${'x'.repeat(CLIENT_FRAME_BYTES_MAX)}"`)],
    ['binary', 1003, (socket) => socket.send(Buffer.from([1, 2, 3]))],
    ['not JSON', 1008, (socket) => socket.send('{"id":1,')],
    ['not an object', 1008, (socket) => socket.send('null')],
    ['without an id', 1008, (socket) => socket.send('{"method":"code","params":{}}')],
    ['with a negative id', 1008, (socket) => socket.send('{"id":-1,"method":"code"}')],
    ['not UTF-8', 1007, (socket) => socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false })],
  ])('%s', async (_what, code, send) => {
    const witness = await server.page();
    expect(await closeCodeAfter(send)).toBe(code);
    expect((await witness.ask('open', {})).overview.rec).toBe('shop.db');
    witness.close();
  });

  test('the same id twice at once', async () => {
    // A statement takes longer than the way of the second frame.
    const request = '{"id":7,"method":"sql","rec":"shop.db","params":{"query":"SELECT 1"}}';
    const code = await closeCodeAfter((socket) => {
      socket.send(request);
      socket.send(request);
    });
    expect(code).toBe(1008);
  });
});

describe('requests that ask for something else are refused by an answer', () => {
  const REFUSED: [string, object][] = [
    ['UNKNOWN_METHOD', { method: 'constructor' }],
    ['UNKNOWN_METHOD', { method: '__proto__' }],
    ['UNKNOWN_METHOD', { method: 5 }],
    ['BAD_REQUEST', { method: 'state', params: {} }],
    ['BAD_REQUEST', { method: 'state', params: { moment: { thread: '1', event: 1 } } }],
    ['BAD_REQUEST', { method: 'state', params: { moment: { thread: 1, event: 1e99 } } }],
    ['BAD_REQUEST', { method: 'film', params: { span: { fromNs: 0, toNs: 1 }, columns: 1e9 } }],
    ['BAD_REQUEST', { method: 'calls', params: { limit: 1e6 } }],
    ['BAD_REQUEST', { method: 'steps', params: { call: '1:1; DROP TABLE x' } }],
    ['BAD_REQUEST', { method: 'move', params: { from: { thread: 1, event: 1 }, kind: 'sideways', direction: 'back' } }],
    ['BAD_REQUEST', { method: 'history', params: { of: { kind: 'toString' } } }],
    ['BAD_REQUEST', { method: 'code', rec: undefined }],
    ['BAD_REQUEST', { method: 'code', rec: ['shop.db'] }],
    ['NO_SUCH_RECORDING', { method: 'code', rec: '../../../../etc/passwd' }],
    ['NO_SUCH_RECORDING', { method: 'code', rec: '.tracer/shop.db' }],
    ['NO_SUCH_RECORDING', { method: 'code', rec: 'shop.db.index.db' }],
    ['NO_SUCH_RECORDING', { method: 'diff', params: { other: '/etc/passwd' } }],
  ];

  test.each(REFUSED)('%s: %j', async (code, request) => {
    const page = await server.page();
    const { id, answer } = page.begin('recordings', {});
    await answer;
    const next = page.begin('recordings', {});
    await next.answer;
    page.socket.send(JSON.stringify({ rec: 'shop.db', ...request, id: id + 100 }));
    const [data] = (await once(page.socket, 'message')) as [Buffer];
    expect(JSON.parse(String(data))).toMatchObject({ id: id + 100, error: { code } });
    page.close();
  });
});

test('more questions at once than allowed are refused, the others answered', async () => {
  const page = await server.page();
  await page.ask('open', {});
  const answers = Array.from({ length: REQUESTS_IN_FLIGHT_MAX + 6 }, () => codeOf(page.ask('tree', {})));
  const codes = await Promise.all(answers);
  expect(codes.filter((code) => code === 'BUSY').length).toBeGreaterThan(0);
  expect(codes.filter((code) => code === 'answered').length).toBeGreaterThanOrEqual(REQUESTS_IN_FLIGHT_MAX);
  page.close();
});

test('a page that does not read holds up nobody, and gets everything when it reads again', async () => {
  const [slow, other] = [await server.page(), await server.page()];
  slow.socket.pause();
  const query =
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) SELECT i, hex(zeroblob(9000)) FROM n';
  const answers = Array.from({ length: 6 }, () => slow.ask('sql', { query }));
  expect((await other.ask('open', {})).overview.rec).toBe('shop.db');
  expect((await other.ask('logs', {})).total).toBeGreaterThan(0);
  slow.socket.resume();
  for (const { rows } of await Promise.all(answers)) expect(rows.length).toBe(400);
  slow.close();
  other.close();
});

describe('SQL of a page', () => {
  test.each([
    ['SQL_REFUSED', 'DELETE FROM call_rows'],
    ['SQL_REFUSED', "UPDATE call_rows SET outcome = 'threw'"],
    ['SQL_REFUSED', 'CREATE TABLE x(a)'],
    ['SQL_REFUSED', "ATTACH DATABASE '/tmp/evil.db' AS evil"],
    ['SQL_REFUSED', 'PRAGMA writable_schema = 1'],
    ['SQL_REFUSED', 'VACUUM'],
    ['SQL_REFUSED', 'SELECT 1; DELETE FROM call_rows'],
    ['SQL_FAILED', 'WITH x AS (SELECT 1) INSERT INTO logs SELECT * FROM x'],
    ['SQL_FAILED', "SELECT load_extension('/tmp/evil.so')"],
    ['SQL_FAILED', "SELECT writefile('/tmp/evil', 'x')"],
    ['SQL_FAILED', 'SELECT hex(zeroblob(900000000))'],
    ['SQL_FAILED', 'SELECT nonsense FROM calls'],
  ])('%s: %s', async (code, query) => {
    const page = await server.page();
    expect(await codeOf(page.ask('sql', { query }))).toBe(code);
    page.close();
  });

  test('after all that everything is still there', async () => {
    const page = await server.page();
    const query = 'SELECT (SELECT count(*) FROM calls) AS calls, (SELECT count(*) FROM logs) AS logs';
    const { rows } = await page.ask('sql', { query });
    expect(rows[0]!.every((count) => Number(count) > 0)).toBe(true);
    page.close();
  });

  const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

  test('that never ends is ended, and nobody waits for it meanwhile', async () => {
    const page = await server.page();
    const endless = codeOf(page.ask('sql', { query: ENDLESS }));
    expect((await page.ask('sql', { query: 'SELECT 1 AS one' })).rows).toEqual([[1]]);
    expect((await page.ask('open', {})).overview.rec).toBe('shop.db');
    expect(await endless).toBe('SQL_TIMEOUT');
    page.close();
  });

  test('ends when it is cancelled, and when the page is closed', async () => {
    const page = await server.page();
    const asked = page.begin('sql', { query: ENDLESS });
    const code = codeOf(asked.answer);
    page.cancel(asked.id);
    expect(await code).toBe('CANCELLED');
    // As many as may run at once, given up by closing the page: the next ones find room.
    for (let i = 0; i < 5; i++) void codeOf(page.ask('sql', { query: ENDLESS }));
    page.close();
    const next = await server.page();
    expect((await next.ask('sql', { query: 'SELECT 2 AS two' })).rows).toEqual([[2]]);
    next.close();
  });
});

test('a recording that is deleted while it is looked at', async () => {
  const file = project.record('gone.db');
  const page = await server.page();
  await page.ask('open', { rec: 'gone.db' });
  expect(await page.ask('watch', { on: true }, 'gone.db')).toEqual({ running: false });
  rmSync(file);
  expect(await page.notice('gone')).toMatchObject({ rec: 'gone.db', reason: 'deleted' });
  expect(await codeOf(page.ask('overview', {}, 'gone.db'))).toMatch(/RECORDING_GONE|NO_SUCH_RECORDING/);
  expect((await page.ask('open', {})).overview.rec).toBe('shop.db');
  page.close();
});

test('the start page hears of new recordings', async () => {
  const page = await server.page();
  const before = await page.ask('recordings', {});
  expect(before.recordings.map(({ rec }) => rec)).toContain('shop.db');
  expect(before.advice.length).toBeGreaterThan(0);
  project.record('later.db');
  await page.notice('recordings');
  expect((await page.ask('recordings', {})).recordings.map(({ rec }) => rec)).toContain('later.db');
  page.close();
});
