import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import fs, { closeSync, openSync } from 'node:fs';
import { createServer, get, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { K, type DecodedEvent } from '@execution-cinema/format';
import { createRedactor } from '@execution-cinema/format/redaction';
import { afterEach, describe, expect, test } from 'vitest';
import { createHarness, show } from '../testing/harness.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function setUp() {
  const harness = createHarness({ redactor: createRedactor({ key: '0123456789abcdef' }) });
  stops.push(harness.runtime.observe());
  const events = (...kinds: number[]): DecodedEvent[] =>
    harness
      .take()
      .flatMap((chunk) => chunk.events)
      .filter((event) => kinds.includes(event.kind));
  return { ...harness, ...harness.load(), events };
}

describe('output', () => {
  /** Runs `body` while what goes to a stream ends here instead. */
  function silently(name: 'stdout' | 'stderr', body: (stream: NodeJS.WriteStream) => void): unknown[] {
    const stream = process[name];
    const written: unknown[] = [];
    const original = (stream as unknown as { _write: unknown })._write;
    const fake = {
      _write: (chunk: Buffer, _encoding: string, done: () => void) => (written.push(String(chunk)), done()),
    };
    Object.assign(stream, fake, { _writev: null });
    try {
      body(stream);
    } finally {
      Object.assign(stream, { _write: original });
      delete (stream as unknown as { _writev?: unknown })._writev;
    }
    return written;
  }

  test('is recorded with its stream and without secrets, and written unchanged', () => {
    const { b, e0, u, events } = setUp();
    const f = e0(b + 5);
    const out = silently('stdout', (stream) => {
      stream.write('hello\n');
      stream.write(Buffer.from('bytes é\n'));
    });
    const err = silently('stderr', (stream) => stream.write('password=hunter2hunter2\n'));
    u(f);
    expect(out).toEqual(['hello\n', 'bytes é\n']);
    expect(err).toEqual(['password=hunter2hunter2\n']);
    expect(events(K.LOG).map(show)).toEqual([
      'LOG @1 "hello\\n"',
      'LOG @1 "bytes é\\n"',
      expect.stringMatching(/^LOG @2 "password=<redacted password [0-9a-f]{4}>\\n"$/),
    ]);
  });

  test('past the streams is recorded: text, and of bytes what was written', () => {
    const { events } = setUp();
    const nothing = openSync('/dev/null', 'w');
    const { writeSync } = fs;
    expect([writeSync.name, writeSync.length]).toEqual(['writeSync', 5]);
    // The descriptor is checked by number, so nothing needs to appear on the terminal.
    expect(fs.writeSync(2, '')).toBe(0);
    expect(fs.writeSync(nothing, 'elsewhere')).toBe(9);
    closeSync(nothing);
    expect(events(K.LOG).map(show)).toEqual(['LOG @2 ""']);
  });

  test('past the streams with places that do not exist fails as Node says', () => {
    const { events } = setUp();
    const bytes = Buffer.from('text');
    for (const [offset, length] of [
      [-1, 2],
      [9, 1],
      [1, -2],
      [Number.NaN, 1],
    ] as const) {
      const attempt = (): void => fs.write(1, bytes, offset, length, null, () => undefined);
      expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    }
    expect(events(K.LOG)).toEqual([]);
  });

  test('leaves the streams as they were', () => {
    const before = Object.getOwnPropertyDescriptor(process, 'stdout');
    const { name, length } = process.stdout.write;
    const harness = createHarness();
    const stop = harness.runtime.observe();
    const stream = process.stdout;
    expect(Object.hasOwn(stream, 'write')).toBe(false);
    const { prototype } = stream.constructor;
    expect(stream.write === prototype.write).toBe(true);
    expect(Object.keys(prototype)).not.toContain('write');
    expect([stream.write.name, stream.write.length]).toEqual([name, length]);
    stop();
    expect(Object.hasOwn(prototype, 'write')).toBe(false);
    expect(Object.getOwnPropertyDescriptor(process, 'stdout')).toEqual(before);
  });
});

describe('uncaught errors', () => {
  test('are recorded with their origin', () => {
    const { runtime, events } = setUp();
    runtime.uncaught(new Error('lost'), 'uncaughtException');
    runtime.uncaught(new Error('rejected'), 'unhandledRejection');
    const seen = events(K.UNCAUGHT);
    expect(seen.map((event) => event.payload)).toEqual([0, 1]);
    expect(seen[0]!.values[0]).toMatchObject({ type: 'error', message: 'lost' });
  });

  test('are recorded with their stack, also when they were seen before', () => {
    const { runtime, events, b, t } = setUp();
    const error = new Error('lost');
    t(b + 1, error);
    runtime.uncaught(error, 'uncaughtException');
    expect(events(K.UNCAUGHT)[0]!.values[0]).toMatchObject({ type: 'error', stack: error.stack });
  });
});

describe('requests', () => {
  test('in and out are recorded with method, url and status', async () => {
    const { b, e0, u, events } = setUp();
    const server = createServer((_request, response) => {
      response.statusCode = 418;
      response.end();
    }).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const f = e0(b + 5);
    const sent = get(`http://localhost:${port}/tea?token=f3Kq9ZxLw7Rt2VbN8mYc4`);
    u(f);
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
    response.resume();
    await once(response, 'end');
    const fetched = await fetch(`http://localhost:${port}/fetched`, { method: 'POST' });
    await fetched.text();
    server.close();
    server.closeAllConnections();
    const seen = events(K.REQUEST_START, K.REQUEST_END);
    const starts = seen.filter((event) => event.kind === K.REQUEST_START);
    const described = starts.map((event) => {
      const end = seen.find(({ kind, number }) => kind === K.REQUEST_END && number === event.number);
      return [event.payload === 0 ? 'in' : 'out', ...event.values, end?.values[0]].join(' ').replace(`${port}`, 'PORT');
    });
    expect(described.map((line) => line.replace(/<redacted token [0-9a-f]{4}>/, 'REDACTED')).sort()).toEqual([
      'in GET /tea?token=REDACTED 418',
      'in POST /fetched 418',
      'out GET http://localhost:PORT/tea?token=REDACTED 418',
      'out POST http://localhost:PORT/fetched 418',
    ]);
  });

  test('that come in state their connection at the time at which they begin', async () => {
    const { events } = setUp();
    const server = createServer((_request, response) => void response.end()).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://localhost:${port}/`);
    await response.text();
    server.close();
    server.closeAllConnections();
    const seen = events(K.REQUEST_START, K.REQUEST_SOCKET);
    const start = seen.findIndex(({ kind, payload }) => kind === K.REQUEST_START && payload === 0);
    const [begun, connection] = seen.slice(start);
    expect(begun).toMatchObject({ timeExact: true });
    expect(connection).toMatchObject({ kind: K.REQUEST_SOCKET, number: begun!.number, timeExact: false });
  });

  test('that fail end with the error', async () => {
    const { events } = setUp();
    const sent = httpRequest('http://127.0.0.1:1/none');
    sent.end();
    await once(sent, 'error');
    const seen = events(K.REQUEST_START, K.REQUEST_END).map(show);
    expect(seen[0]).toBe('REQUEST_START @1 #1 "GET" "http://127.0.0.1:1/none"');
    // Node 20 does not announce the failure.
    expect(seen.slice(1).filter((line) => !line.startsWith('REQUEST_END @0 #1 error:'))).toEqual([]);
  });

  test('a message of another shape does no harm', () => {
    const { events } = setUp();
    channel('http.server.request.start').publish({});
    channel('http.server.response.finish').publish({ request: new Proxy({}, {}) });
    channel('undici:request:headers').publish({ request: {} });
    expect(events(K.REQUEST_END)).toEqual([]);
  });
});

describe('marks', () => {
  test('are events with name and data', () => {
    const { runtime, events } = setUp();
    runtime.mark('checkout', { step: 2 });
    expect(events(K.MARK).map(show)).toEqual(['MARK @0 "checkout" object:Object']);
  });
});

describe('samples', () => {
  test('are sent while the thread records, once a second', async () => {
    const { b, w, e0, u, messages, tick } = setUp();
    const busyUntil = performance.now() + 1100;
    const f = e0(b + 5);
    while (performance.now() < busyUntil) {
      tick();
      w(b + 6, 1);
    }
    u(f);
    tick();
    w(b + 6, 1);
    const samples = messages.filter((message) => message.type === 'sample');
    expect(samples).toHaveLength(1);
    expect(samples[0]!.heapBytes).toBeGreaterThan(1e6);
    expect(samples[0]!.cpuMs).toBeGreaterThan(100);
  });
});
