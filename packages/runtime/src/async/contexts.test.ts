import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs';
import { createServer, get } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { inspect } from 'node:util';
import { CAUSE_CODES, K, R, type DecodedEvent } from '@execution-cinema/format';
import { afterEach, describe, expect, test } from 'vitest';
import { createHarness } from '../testing/harness.ts';

let stop: (() => void) | undefined;
afterEach(() => stop?.());

function setUp() {
  const harness = createHarness();
  stop = harness.runtime.observe();
  const probes = harness.load();
  const { b, e1, u } = probes;
  const called = new Set<string>();
  /** Waits until calls with these names were made. */
  const made = async (...names: string[]): Promise<void> => {
    for (const name of names) while (!called.has(name)) await setTimeoutPromise(2);
  };
  /** A recorded call with a name. */
  const call = <Result>(name: string, body: () => Result): Result => {
    called.add(name);
    const f = e1(b + 5, name);
    const result = body();
    u(f);
    return result;
  };
  /** Names of calls with the name of the call that caused them and that of the root of their correlation. */
  const chains = (): Record<string, string> => {
    const events: DecodedEvent[] = harness.take().flatMap((chunk) => chunk.events);
    const names = new Map<number, string>();
    const named = new Map<number, string>();
    const result: Record<string, string> = {};
    const stack: number[] = [];
    const correlations = new Map<number, number>();
    let next = 1;
    for (const event of events) {
      if (event.kind === K.CORRELATION) named.set(event.number, String(event.values[0]));
      if (event.kind === K.REQUEST_START && event.payload === 0) {
        named.set(K.NAMED_CORRELATION_FIRST + event.number, event.values.join(' '));
      }
      if (event.kind === K.ENTER_0 + 1) {
        const number = next++;
        const name = String(event.values[0]);
        names.set(number, name);
        const parent: number | undefined = stack.at(-1);
        const own: number =
          event.causeCode >= 0
            ? event.causeCorrelation || number
            : parent === undefined
              ? number
              : correlations.get(parent)!;
        correlations.set(number, own);
        stack.push(number);
        const root = named.get(own) ?? names.get(own) ?? '?';
        if (event.causeCode >= 0) {
          result[name] = `${CAUSE_CODES[event.causeCode]} ${names.get(event.causeCall) ?? '-'} in ${root}`;
        } else result[name] = parent === undefined ? 'root' : `in ${root}`;
      } else if (event.kind === K.LEAVE_UNDEFINED) stack.pop();
    }
    return result;
  };
  return { ...harness, ...probes, call, made, chains };
}

const settle = (): Promise<void> => setTimeoutPromise(20);

describe('the cause of a call', () => {
  const schedulers: readonly (readonly [string, (run: () => void) => void])[] = [
    ['timer', (run) => void setTimeout(run, 1)],
    ['immediate', (run) => void setImmediate(run)],
    ['tick', (run) => process.nextTick(run)],
    ['microtask', (run) => queueMicrotask(run)],
    ['promise', (run) => void Promise.resolve().then(run)],
    ['io', (run) => readFile('package.json', run)],
  ];
  test.each(schedulers)('is the call on top when it was scheduled: %s', async (kind, schedule) => {
    const { call, made, chains } = setUp();
    call('outer', () => call('scheduler', () => schedule(() => call('later', () => undefined))));
    call('other', () => undefined);
    await made('later');
    expect(chains()).toEqual({
      outer: 'root',
      scheduler: 'in outer',
      later: `${kind} scheduler in outer`,
      other: 'root',
    });
  });

  test('reaches through code that is not recorded', async () => {
    const { call, made, chains } = setUp();
    const library = async (run: () => void): Promise<void> => {
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([Promise.resolve(), new Promise((resolve) => setTimeout(resolve, 2))]);
      run();
    };
    call('a', () => void library(() => call('after a', () => undefined)));
    call('b', () => void library(() => call('after b', () => undefined)));
    await made('after a', 'after b');
    expect(chains()).toEqual({ a: 'root', b: 'root', 'after a': 'promise a in a', 'after b': 'promise b in b' });
  });

  test('is found for listeners and streams', async () => {
    const { call, made, chains } = setUp();
    const emitter = new EventEmitter();
    emitter.on('go', () => call('listener', () => undefined));
    call('emits', () => void setImmediate(() => emitter.emit('go')));
    call('reads', () => {
      Readable.from(['x']).on('data', () => call('data', () => undefined));
    });
    await made('listener', 'data');
    const seen = chains();
    expect(seen['listener']).toBe('immediate emits in emits');
    expect(seen['data']).toMatch(/^\w+ reads in reads$/);
  });

  test('a chain keeps the correlation of its root', async () => {
    const { call, made, chains } = setUp();
    call('first', () => {
      setTimeout(() => {
        call('second', () => process.nextTick(() => call('third', () => undefined)));
      }, 1);
    });
    await made('third');
    expect(chains()).toEqual({ first: 'root', second: 'timer first in first', third: 'tick second in first' });
  });

  test('an awaiting frame keeps its own', async () => {
    const { b, call, ea, ua, a, g, take } = setUp();
    const f = async (): Promise<void> => {
      const frame = ea(b + 6, []);
      g(frame, b + 7, await a(frame, b + 7, settle()));
      call('inside', () => undefined);
      return ua(frame);
    };
    const promise = f();
    call('between', () => undefined);
    await promise;
    const resumes = take()
      .flatMap((chunk) => chunk.events)
      .filter((event) => event.kind === K.RESUME);
    expect(resumes.map((event) => [CAUSE_CODES[event.causeCode], event.causeCorrelation])).toEqual([['await', 1]]);
  });
});

describe('promises made after an await of a recorded function', () => {
  class Derived<Value> extends Promise<Value> {}
  const throwing = Object.defineProperty(Promise.resolve(), 'constructor', {
    get: () => {
      throw new Error('no constructor');
    },
  });
  test.each([
    ['null', null],
    ['a text', 'text'],
    ['a promise', Promise.resolve()],
    ['a promise of another class', Derived.resolve(1)],
    ['an object', {}],
    // oxlint-disable-next-line unicorn/no-thenable -- what is awaited is what is tested
    ['an object with then', { then: (done: () => void) => done() }],
    ['what cannot be awaited', throwing],
  ])('keep their cause: %s', async (_name, awaited) => {
    const { b, call, made, chains, ea, ua, a, g, ca } = setUp();
    const resolved = Promise.resolve();
    const follow = (name: string): void => void resolved.then(() => call(name, () => undefined));
    const f = async (): Promise<void> => {
      const frame = ea(b + 6, ['f']);
      try {
        g(frame, b + 7, await a(frame, b + 7, awaited));
      } catch (error) {
        ca(frame, b + 8, error);
      }
      follow('after the await');
      return ua(frame);
    };
    call('caller', () => {
      void f();
      follow('of the caller');
    });
    await made('of the caller', 'after the await');
    expect(chains()).toMatchObject({
      'of the caller': 'promise caller in caller',
      'after the await': 'promise f in caller',
    });
  });
});

describe('an object with a then of its own', () => {
  test('is asked by the call that awaits it, not by the one that called that', async () => {
    const { b, call, e1, u, ea, ua, a, g, chains } = setUp();
    const thenable = {
      // oxlint-disable-next-line unicorn/no-thenable -- what is tested
      then: (resolve: () => void) => call('query', resolve),
    };
    const handler = async (): Promise<void> => {
      const frame = ea(b + 5, ['handler']);
      g(frame, b + 7, await a(frame, b + 7, thenable));
      ua(frame);
    };
    const outer = e1(b + 5, 'caller');
    const promise = handler();
    void Promise.resolve().then(() => call('of the caller', () => undefined));
    u(outer);
    await promise;
    await settle();
    expect(chains()).toEqual({
      caller: 'root',
      handler: 'in caller',
      query: 'await handler in caller',
      'of the caller': 'promise caller in caller',
    });
  });

  test('a promise is not: what the caller makes next is its own', async () => {
    const { b, call, e1, u, ea, ua, a, g, chains } = setUp();
    const awaited = settle();
    const handler = async (): Promise<void> => {
      const frame = ea(b + 5, ['handler']);
      g(frame, b + 7, await a(frame, b + 7, awaited));
      ua(frame);
    };
    const outer = e1(b + 5, 'caller');
    const promise = handler();
    void new Promise<void>((resolve) => void resolve()).then(() => call('of the caller', () => undefined));
    u(outer);
    await promise;
    expect(chains()).toMatchObject({ 'of the caller': 'promise caller in caller' });
  });
});

describe('withCorrelation', () => {
  test('holds for calls made in it and for what they schedule', async () => {
    const { runtime, call, made, chains } = setUp();
    const result = runtime.withCorrelation('job 7', () => {
      call('direct', () => void setTimeout(() => call('timer', () => undefined), 1));
      call('second', () => undefined);
      void Promise.resolve().then(() => call('reaction', () => undefined));
      return 'result';
    });
    expect(result).toBe('result');
    call('outside', () => undefined);
    await made('timer', 'reaction');
    expect(chains()).toEqual({
      direct: 'correlation - in job 7',
      second: 'correlation - in job 7',
      outside: 'root',
      reaction: 'promise - in job 7',
      timer: 'timer direct in job 7',
    });
  });

  test('inside a call leaves that call and its later callees alone', () => {
    const { runtime, call, chains } = setUp();
    call('outer', () => {
      expect(() =>
        runtime.withCorrelation('job', () => {
          call('in', () => call('deeper', () => undefined));
          throw new Error('through');
        }),
      ).toThrow('through');
      call('after', () => undefined);
    });
    expect(chains()).toEqual({
      outer: 'root',
      in: 'correlation outer in job',
      deeper: 'in job',
      after: 'in outer',
    });
  });

  test('the same id is the same correlation', () => {
    const { runtime, call, take } = setUp();
    runtime.withCorrelation('x', () => call('one', () => undefined));
    runtime.withCorrelation('y', () => call('two', () => undefined));
    runtime.withCorrelation('x', () => call('three', () => undefined));
    const events = take().flatMap((chunk) => chunk.events);
    const [one, two, three] = events
      .filter((event) => event.kind === K.ENTER_0 + 1)
      .map((event) => event.causeCorrelation);
    expect(three).toBe(one);
    expect(two).not.toBe(one);
    expect(one).toBeGreaterThanOrEqual(2 ** 52);
    expect(events.filter((event) => event.kind === K.CORRELATION)).toHaveLength(2);
  });

  test('a name is stated again in each chunk that uses it', async () => {
    const { runtime, b, call, made, w, take, tick } = setUp();
    runtime.withCorrelation('long', () => call('start', () => void setTimeout(() => call('end', () => undefined), 5)));
    for (let count = 0; count < 20_000; count++) w(b + 8, count);
    tick();
    await made('end');
    const chunks = take();
    expect(chunks.length).toBeGreaterThan(1);
    const stating = chunks.filter((chunk) => chunk.events.some((event) => event.kind === K.CORRELATION));
    expect(stating).toHaveLength(2);
  });
});

describe('incoming requests', () => {
  test('have a correlation each, whatever is interleaved', async () => {
    const { call, chains } = setUp();
    const server = createServer((request, response) => {
      call(`handle ${request.url}`, () => {
        setTimeout(() => {
          void Promise.resolve().then(() => {
            call(`answer ${request.url}`, () => response.end('ok'));
          });
        }, Math.random() * 10);
      });
    }).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await Promise.all(
      Array.from(
        { length: 20 },
        (_, i) =>
          new Promise((resolve) => get({ port, path: `/${i}` }, (response) => response.resume().on('end', resolve))),
      ),
    );
    server.close();
    const seen = chains();
    for (let i = 0; i < 20; i++) {
      expect(seen[`handle /${i}`]).toBe(`http - in GET /${i}`);
      expect(seen[`answer /${i}`]).toBe(`promise handle /${i} in GET /${i}`);
    }
  });
});

describe('requests of one connection', () => {
  test('have a correlation each, even when they arrive at once', async () => {
    const { call, chains } = setUp();
    const server = createServer((request, response) => {
      process.nextTick(() => {
        call(`handle ${request.url}`, () => {
          process.nextTick(() => call(`answer ${request.url}`, () => response.end('ok')));
        });
      });
    }).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const urls = ['/0', '/1', '/2'];
    const socket = connect(port);
    socket.end(urls.map((url) => `GET ${url} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
    await once(socket.resume(), 'end');
    server.close();
    const seen = chains();
    for (const url of urls) {
      expect(seen[`handle ${url}`]).toBe(`tick - in GET ${url}`);
      expect(seen[`answer ${url}`]).toBe(`tick handle ${url} in GET ${url}`);
    }
  });
});

describe('what the program sees', () => {
  test('promises look as they always do', async () => {
    setUp();
    const promise = Promise.resolve(1);
    await promise;
    expect(inspect(promise)).toBe('Promise { 1 }');
    expect(Object.getOwnPropertySymbols(promise)).toEqual([]);
  });

  test('AsyncLocalStorage of the program works as before', async () => {
    setUp();
    const storage = new AsyncLocalStorage<number>();
    const values = await Promise.all(
      [1, 2, 3].map((value) =>
        storage.run(value, async () => {
          await settle();
          return storage.getStore();
        }),
      ),
    );
    expect(values).toEqual([1, 2, 3]);
  });
});

describe('where the recorder does not want resources followed', () => {
  test('AsyncLocalStorage of the program works on, before, meanwhile and after', async () => {
    const { call, control, tick } = setUp();
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const work = async (): Promise<void> => {
      for (let n = 0; n < 8; n++) {
        await (n % 2 === 0 ? null : setTimeoutPromise(1));
        seen.push(storage.getStore());
        if (n % 3 === 2) {
          control[R.R_UNFOLLOWED] = control[R.R_UNFOLLOWED] === 0 ? 1 : 0;
          tick();
          call('between', () => undefined);
        }
      }
    };
    await Promise.all(['a', 'b', 'c'].map((name) => storage.run(name, work)));
    expect(seen.toSorted()).toEqual(['a', 'b', 'c'].flatMap((name) => Array.from({ length: 8 }, () => name)));
  });

  test('causes are unknown, and known again later', async () => {
    const { call, made, chains, control, tick } = setUp();
    const follow = (isFollowed: boolean): void => {
      control[R.R_UNFOLLOWED] = isFollowed ? 0 : 1;
      tick();
      call(isFollowed ? 'followed again' : 'not followed', () => undefined);
    };
    call('first', () => void setTimeout(() => call('timer of first', () => undefined)));
    await made('timer of first');
    const before = control[R.R_FOLLOWED]!;
    expect(before).toBeGreaterThan(0);

    follow(false);
    const stopped = control[R.R_FOLLOWED];
    call('second', () => {
      setTimeout(() => call('timer of second', () => undefined));
      void Promise.resolve().then(() => call('reaction of second', () => undefined));
    });
    await made('timer of second', 'reaction of second');
    expect(control[R.R_FOLLOWED]).toBe(stopped);

    follow(true);
    call('third', () => void setTimeout(() => call('timer of third', () => undefined)));
    await made('timer of third');
    expect(chains()).toMatchObject({
      'timer of first': 'timer first in first',
      'timer of second': 'root',
      'reaction of second': 'root',
      'timer of third': 'timer third in third',
    });
  });
});
