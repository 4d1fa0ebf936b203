import { H, typeOfValue, valueToJson } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { never, node, setUp, withHole } from '../testing/capture.ts';
import { createHarness } from '../testing/harness.ts';

describe('code of the program never runs', () => {
  test.each([
    [
      'getters',
      Object.defineProperties({ a: 1 }, { g: { get: never, enumerable: true }, h: { set: never, enumerable: true } }),
      { a: 1, g: { $type: 'getter' }, h: { $type: 'getter' } },
    ],
    ['element getters', Object.defineProperty([1, 2], 0, { get: never }), [{ $type: 'getter' }, 2]],
    ['proxies', new Proxy({}, new Proxy({}, { get: never })), { $type: 'proxy' }],
    ['proxies of arrays', new Proxy([], new Proxy({}, { get: never })), { $type: 'proxy' }],
    ['proxies of functions', new Proxy(never, new Proxy({}, { get: never })), { $type: 'proxy' }],
    [
      'revoked proxies',
      (() => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      })(),
      { $type: 'proxy' },
    ],
    [
      'proxies as prototypes',
      Object.create(new Proxy({}, new Proxy({}, { get: never })), { a: { value: 1, enumerable: true } }),
      { a: 1 },
    ],
    [
      'arrays over a proxy',
      Object.setPrototypeOf(withHole(), new Proxy({}, new Proxy({}, { get: never }))),
      [1, { $type: 'hole' }, 3],
    ],
    [
      'toStringTag',
      {
        get [Symbol.toStringTag]() {
          return never();
        },
      },
      {},
    ],
    [
      'constructor getters',
      Object.create({
        get constructor() {
          return never();
        },
      }),
      {},
    ],
    [
      'constructors with a name getter',
      new (Object.defineProperty(
        class Named {
          own = 1;
        },
        'name',
        { get: never },
      ))(),
      {},
    ],
    ['toJSON and valueOf', { toJSON: never, valueOf: never, toString: never, [Symbol.toPrimitive]: never }, {}],
    ['errors with getters', Object.defineProperty(new Error('m'), 'message', { get: never }), { $type: 'Error' }],
    [
      'error classes with a name getter',
      new (class extends Error {
        override get name(): string {
          return never();
        }
      })('m'),
      { $type: 'Error', message: 'm' },
    ],
    ['iterators', Object.assign([1], { [Symbol.iterator]: never }), [1]],
    [
      'map overrides',
      Object.assign(new Map([[1, 2]]), { entries: never, forEach: never, get: never, [Symbol.iterator]: never }),
      { $entries: [[1, 2]] },
    ],
    ['size overrides', Object.defineProperty(new Map([[1, 2]]), 'size', { get: never }), { $size: 1 }],
    [
      'regexp overrides',
      Object.defineProperties(/x/g, { source: { get: never }, flags: { get: never }, global: { get: never } }),
      { $value: '/x/g' },
    ],
    ['date overrides', Object.assign(new Date(0), { getTime: never, toISOString: never }), { $type: 'Date' }],
    ['typed array overrides', Object.defineProperty(new Uint8Array(2), 'length', { get: never }), { $length: 2 }],
  ])('%s', (_name, value, expected) => {
    const { json } = setUp();
    expect(json(value)).toMatchObject(expected as object);
  });

  test('stacks are left alone while the program formats them', () => {
    const { json } = setUp();
    const before = Error.prepareStackTrace;
    try {
      Error.prepareStackTrace = never;
      expect(json(new Error('x'))).not.toHaveProperty('$stack');
    } finally {
      Error.prepareStackTrace = before as NonNullable<typeof before>;
    }
  });

  test('stacks are read with a formatter of the tracer while the program leaves it in place', () => {
    const { json, runtime } = setUp();
    const descriptor = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
    const ours = (error: unknown): string => `formatted ${String(error)}`;
    let assigned: unknown = ours;
    try {
      Object.defineProperty(Error, 'prepareStackTrace', { configurable: true, get: () => assigned });
      expect(json(new Error('x'))).not.toHaveProperty('$stack');
      runtime.trustStackFormatter();
      expect(json(new Error('x'))).toHaveProperty('$stack', 'formatted Error: x');
      assigned = never;
      expect(json(new Error('x'))).not.toHaveProperty('$stack');
      Object.defineProperty(Error, 'prepareStackTrace', { configurable: true, get: never });
      expect(json(new Error('x'))).not.toHaveProperty('$stack');
    } finally {
      if (descriptor === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
      else Object.defineProperty(Error, 'prepareStackTrace', descriptor);
    }
  });

  test('a limited number of stacks per second', () => {
    const { capture } = setUp({ slots: 64 });
    const stacks = capture(...Array.from({ length: 150 }, () => new Error('e'))).map((value) => node(value).stack);
    expect(stacks.filter((stack) => stack !== undefined)).toHaveLength(100);
  });

  test('patched built-ins change nothing', () => {
    const { json } = setUp();
    const saved = [
      [Map.prototype, 'get'],
      [Map.prototype, 'set'],
      [Map.prototype, 'entries'],
      [Object, 'keys'],
      [Object, 'getOwnPropertyDescriptor'],
      [Object.prototype, 'hasOwnProperty'],
      [String.prototype, 'charCodeAt'],
      [WeakMap.prototype, 'get'],
      [Array, 'isArray'],
    ].map(([target, key]) => [target, key, Object.getOwnPropertyDescriptor(target, key as string)!] as const);
    let seen: unknown;
    const value = { text: 'some text', map: new Map([['k', 1]]) };
    try {
      for (const [target, key, descriptor] of saved)
        Object.defineProperty(target, key as string, { ...descriptor, value: never });
      const { b, v } = harnessOf;
      v(b + 5, value);
    } finally {
      for (const [target, key, descriptor] of saved) Object.defineProperty(target, key as string, descriptor);
    }
    seen = valueToJson(harnessOf.take().at(-1)!.events.at(-1)!.values[0]!);
    expect(seen).toMatchObject({ text: 'some text', map: { $entries: [['k', 1]] } });
    expect(json(1)).toBe(1);
  });
});

test('what descriptors inherit is not taken for theirs', () => {
  const { b, v, take } = harnessOf;
  const withGetter = Object.defineProperty({ a: 1 }, 'g', { get: never, enumerable: true });
  const withoutName = Object.defineProperty(() => 1, 'name', { get: never });
  const everything = Object.prototype;
  const inherited = Object.assign(Object.create(null) as PropertyDescriptor, { get: never, configurable: true });
  try {
    for (const key of ['writable', 'value']) Object.defineProperty(everything, key, inherited);
    v(b + 5, withGetter);
    v(b + 5, withoutName);
  } finally {
    for (const key of ['writable', 'value']) Reflect.deleteProperty(everything, key);
  }
  const seen = take().at(-1)!.events.slice(-2);
  expect(seen.map(({ values }) => valueToJson(values[0]!))).toMatchObject([
    { a: 1, g: { $type: 'getter' } },
    { $type: 'function', $name: '' },
  ]);
});

const harnessOf = (() => {
  const harness = createHarness();
  return { ...harness, ...harness.load() };
})();

describe('the budget', () => {
  test('one event always fits, and says what is missing', () => {
    const { capture } = setUp({ slots: 16, values: { depth: 8, properties: 1000, items: 1000, string: 4096 } });
    const leaf = (): unknown => Array.from({ length: 50 }, (_, i) => `${i}`.repeat(2000));
    const value = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`key${i}`.repeat(40), { leaf: leaf(), more: [leaf()] }]),
    );
    const [seen] = capture(value);
    expect(node(seen!).cut).toBe('properties');
    expect(typeOfValue(seen!)).toBe('object');
  });

  test('is shared by the values of one event', () => {
    const { b, en, u, take } = setUp({ slots: 16, values: { depth: 3, properties: 1000, items: 1000, string: 4096 } });
    const big = (): unknown => Array.from({ length: 100 }, (_, i) => ({ text: `${i}`.repeat(1000) }));
    u(en(b + 5, Array.from({ length: 256 }, big)));
    const [, enter] = take().flatMap((chunk) => chunk.events);
    expect(enter!.values).toHaveLength(256);
    expect(node(enter!.values[255]!).cut).toBe('budget');
  });

  test.each([
    ['functions', (i: number) => Object.defineProperty(() => i, 'name', { value: `${i}`.padStart(64, '名') })],
    ['long names', (i: number) => Object.defineProperty(() => i, 'name', { value: `${i}`.padStart(300, '名') })],
    ['bigints', (i: number) => 2n ** 4000n + BigInt(i)],
    ['strings', (i: number) => `${i}`.padStart(5000, '字')],
    ['errors', (i: number) => new Error(`${i}`.padStart(5000, '字'))],
    ['objects', (i: number) => ({ [`${i}`.padStart(300, '字')]: new Map([[`${i}`.padStart(5000, '字'), i]]) })],
  ])('holds for the worst of %s', (_name, make) => {
    const { b, en, u, take } = setUp({ slots: 16, values: { depth: 8, properties: 1000, items: 1000, string: 4096 } });
    const before = take()[0]!.words.length;
    u(
      en(
        b + 5,
        Array.from({ length: 256 }, (_, i) => make(i)),
      ),
    );
    const [chunk] = take();
    expect(chunk!.words.length - before).toBeLessThan(H.EVENT_WORDS_MAX);
    expect(chunk!.events[1]!.values).toHaveLength(256);
  });
});

describe('objects of the program', () => {
  test('frozen, sealed and unextensible ones have an identity and stay as they are', () => {
    const { capture } = setUp();
    for (const value of [Object.freeze({ a: 1 }), Object.seal([1]), Object.preventExtensions(() => 1)]) {
      expect(node(capture(value)[0]!).id).toBeGreaterThan(0);
      expect(Reflect.ownKeys(value).filter((key) => typeof key === 'symbol')).toEqual([]);
    }
  });

  test('show no trace of having been captured', () => {
    const { capture } = setUp();
    const value = { a: [1], m: new Map() };
    capture(value);
    expect(structuredClone(value)).toEqual({ a: [1], m: new Map() });
    expect(JSON.stringify(value)).toBe('{"a":[1],"m":{}}');
    expect(Reflect.ownKeys(value)).toEqual(['a', 'm']);
    expect({ ...value }).toEqual(value);
  });
});
