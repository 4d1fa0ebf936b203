import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { constants, runInNewContext, runInThisContext } from 'node:vm';
import { ChunkTables, R, T, ValueDecoder, valueToJson } from '@execution-cinema/format';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCore, NEXT_OBJECT } from '../core.ts';
import { node, setUp } from '../testing/capture.ts';
import { createEncoder } from './encoder.ts';

describe('primitives', () => {
  test.each([
    undefined,
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    8388607,
    -8388608,
    8388608,
    2147483647,
    -2147483648,
    2147483648,
    0.1,
    NaN,
    Infinity,
    -Infinity,
    2 ** 53,
    5e-324,
    0n,
    -1n,
    2n ** 200n,
    -(2n ** 200n),
    '',
    'a',
    'abc',
    'abcd',
    'abcde',
    'ünïcödé',
    '日本語',
    '𝒳',
    '\ud800',
    '\u0000',
    'x'.repeat(63),
    'x'.repeat(64),
    'x'.repeat(65),
    'ÿ'.repeat(64),
    '日'.repeat(65),
    'x'.repeat(256),
  ])('come back as they are: %s', (value) => {
    const { capture } = setUp();
    const [first, second] = capture(value, value);
    expect(first).toBe(value);
    expect(second).toBe(value);
  });

  test('a long text that comes again is the same, across others and chunks', () => {
    const { capture, runtime } = setUp();
    const text = 'ünï'.repeat(200);
    const other = 'a'.repeat(70);
    const [first, second, between, third] = capture(text, text, other, text);
    expect([second, between, third]).toEqual([first, other, first]);
    runtime.pause();
    runtime.resume();
    expect(capture(text, text)).toEqual([first, first]);
  });

  test('long strings are cut and say how long they were', () => {
    const { capture } = setUp();
    const [value] = capture('é'.repeat(1000));
    expect(node(value)).toMatchObject({ type: 'cut string', name: 'é'.repeat(256), length: 1000, cut: 'string' });
  });

  test('a bigint too large to write out is named', () => {
    const { json } = setUp();
    expect(json(1n << 5000n)).toMatchObject({ $class: 'BigInt', $cut: 'budget' });
  });

  test('symbols show their description', () => {
    const { json } = setUp();
    expect(json(Symbol('s'))).toEqual({ $type: 'symbol', $value: 's' });
    expect(json(Symbol())).toEqual({ $type: 'symbol', $value: '' });
  });

  test('a symbol that is seen again takes two words, in each chunk anew', () => {
    const { b, v, p, take, cut, capture } = setUp();
    const symbols = [
      Symbol('app.reply.headers'),
      Symbol.for('app.reply.headers'),
      Symbol('app.reply.sent'),
      Symbol('x'),
    ];
    const shown = symbols.map(({ description }) => ({ type: 'symbol', name: description }));
    expect(capture(...symbols)).toMatchObject(shown);
    const before = take().at(-1)!.words.length;
    p(b + 5, symbols[0], symbols[1]);
    expect(take().at(-1)!.words.length - before).toBe(1 + 2 + 2);
    cut();
    for (const symbol of [...symbols, ...symbols]) v(b + 5, symbol);
    const { events } = take().at(-1)!;
    expect(events.map(({ values }) => values[0])).toMatchObject([...shown, ...shown]);
  });

  test('appending to a long text does not read all of it at every step', () => {
    const { b, w, take } = setUp({ slots: 64 });
    let text = 'x'.repeat(1_000_000);
    for (let i = 0; i < 20; i++) {
      text += 'y';
      w(b + 5, text);
    }
    const values = take()
      .flatMap((chunk) => chunk.events)
      .slice(1)
      .map((event) => node(event.values[0]!));
    expect(values.map((value) => value.length)).toEqual(Array.from({ length: 20 }, (_, i) => 1_000_001 + i));
    expect(values.at(0)!.name).toHaveLength(256);
    expect(values.at(-1)!.name).toBe('');
  });
});

describe('objects', () => {
  test('show own properties, classes and nesting up to the depth', () => {
    const { json } = setUp();
    class Cart {
      items = [{ id: 1, deep: { er: 1 } }];
      total = 1.5;
    }
    expect(json(new Cart())).toEqual({
      $class: 'Cart',
      items: [{ $type: 'object', $class: 'Object', $id: 3, $cut: 'depth' }],
      total: 1.5,
    });
    expect(json({ a: { b: 1 } })).toEqual({ a: { b: 1 } });
    expect(json(Object.create(null, { a: { value: 1, enumerable: true } }))).toEqual({ $class: 'null', a: 1 });
  });

  test('are referred to once their content was taken', () => {
    const { b, v, take } = setUp();
    const value = { a: 'a text', list: [1, 2, 3] };
    v(b + 5, value);
    const before = take()[0]!.words.length;
    v(b + 5, value);
    const [chunk] = take();
    expect(chunk!.words.length - before).toBe(2);
    expect(node(chunk!.events.at(-1)!.values[0]!)).toBe(node(chunk!.events.at(-2)!.values[0]!));
  });

  test('are referred to however many there were before', () => {
    const core = createCore(R.allocateRing(2, R.SLOT_WORDS_MIN), new Uint8Array(64));
    const { encode } = createEncoder(core, { depth: 2, properties: 20, items: 20, string: 256 }, undefined);
    const [early, late] = [{ a: 1 }, { b: 2 }];
    let end = encode(early, 0, null);
    core.registers[NEXT_OBJECT] = T.SHORT_ID_MAX + 1;
    end = encode(late, end, null);
    const [short, long] = [encode(early, end, null), encode(late, end + 1, null)];
    expect([short, long]).toEqual([end + 1, end + 3]);
    const decoder = new ValueDecoder(core.words, 0, new ChunkTables());
    const [first, second, third, fourth] = [1, 2, 3, 4].map(() => node(decoder.read()));
    expect([third, fourth]).toEqual([first, second]);
    expect(fourth!.id).toBe(T.SHORT_ID_MAX + 1);
  });

  test('may be cyclic', () => {
    const { capture } = setUp();
    const cyclic: { self?: unknown; list: unknown[] } = { list: [] };
    cyclic.self = cyclic;
    cyclic.list.push(cyclic);
    const value = node(capture(cyclic)[0]!);
    expect(value.items[0]).toMatchObject({ keys: [] });
    expect(value.items[1]).toBe(value);
  });

  test('have the same identity wherever they appear', () => {
    const { capture } = setUp();
    const shared = { x: 1 };
    const [a, c] = capture({ shared }, [shared]).map(node);
    expect(node(a!.items[0]!).id).toBe(node(c!.items[0]!).id);
    expect(node(a!.items[0]!).id).toBeGreaterThan(0);
  });

  test('show their content again after it was seen from further away', () => {
    const { capture } = setUp();
    const inner = { deep: { deeper: { value: 1 } } };
    const [, direct] = capture({ inner }, inner).map(node);
    expect(valueToJson(direct!)).toMatchObject({ deep: { deeper: { $cut: 'depth' } } });
  });

  test('that were whole when they were seen from further away are referred to from nearby, others shown', () => {
    const { b, v, take } = setUp();
    const leaf = { text: 'a', call: (): number => 1 };
    const pair = { leaf, again: leaf };
    const ring: { self?: unknown } = {};
    ring.self = ring;
    const deeper = { list: ['far'] };
    v(b + 5, [leaf, pair, ring, deeper]);
    const wordsOf = (value: unknown): number => {
      const before = take()[0]!.words.length;
      v(b + 5, value);
      return take()[0]!.words.length - before;
    };
    expect([leaf, pair, ring].map(wordsOf)).toEqual([2, 2, 2]);
    expect(wordsOf(deeper)).toBeGreaterThan(2);
    const [first, ...direct] = take()[0]!
      .events.slice(1)
      .map((event) => node(event.values[0]!));
    expect(direct.slice(0, 3)).toEqual(first!.items.slice(0, 3));
    expect(valueToJson(first!.items[3]!)).toMatchObject({ list: { $cut: 'depth' } });
    expect(valueToJson(direct[3]!)).toEqual({ list: ['far'] });
  });

  test('in whose middle the budget of the event ended are shown again', () => {
    const { capture } = setUp({ slots: 16, values: { depth: 3, properties: 200, items: 200, string: 4096 } });
    const last = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, `${i}`.repeat(300)]));
    const seen = capture({ last }, last).map((value) => node(value));
    expect(node(seen[0]!.items[0]!).cut).toBe('properties');
    expect(seen[1]!.items.length).toBeGreaterThan(0);
    expect(seen[1]).not.toBe(seen[0]!.items[0]);
  });

  test('of Node show what the program may know, not what Node keeps in them for itself', () => {
    const { json } = setUp({ values: { depth: 2, properties: 40, items: 5, string: 100 } });
    const request = Object.assign(new IncomingMessage(new net.Socket()), { method: 'GET', _startTime: 7 });
    const seen = json(request) as Record<string, unknown>;
    expect(seen).toMatchObject({ $class: 'IncomingMessage', method: 'GET', _startTime: 7, $cut: 'properties' });
    expect(Object.keys(seen).filter((name) => name.startsWith('_'))).toEqual(['_startTime']);
    class Upload extends Transform {
      _parts = 3;
      _paused = true;
    }
    const upload = json(new Upload()) as Record<string, unknown>;
    expect(upload).toMatchObject({ $class: 'Upload', _parts: 3, _paused: true });
    expect(Object.keys(upload)).not.toContain('_readableState');
    expect(Object.keys(upload)).not.toContain('_writableState');
    class Game extends EventEmitter {
      _workers = 2;
    }
    expect(json(new Game())).toEqual({ $class: 'Game', _workers: 2, $cut: 'properties' });
  });

  test('of a class that is only called as one of Node show all that they have', () => {
    const { json } = setUp();
    class Socket extends EventEmitter {
      _paused = true;
    }
    expect(json(new Socket())).toMatchObject({ _paused: true });
  });

  test('that are no emitters of Node show all that they have, whatever its name', () => {
    const { json } = setUp();
    expect(json({ _events: 1, _readableState: 2 })).toEqual({ _events: 1, _readableState: 2 });
  });

  test('with many properties are cut', () => {
    const { json } = setUp();
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, i]));
    const seen = json(many) as Record<string, unknown>;
    expect(Object.keys(seen)).toHaveLength(21);
    expect(seen['$cut']).toBe('properties');
  });

  test('arrays and maps show content again when their size changed', () => {
    const { b, v, take } = setUp();
    const list = [1];
    const map = new Map([['a', 1]]);
    const set = new Set([1]);
    for (let i = 0; i < 2; i++) {
      for (const value of [list, map, set]) v(b + 5, value);
      list.push(2);
      map.set('b', 2);
      set.add(2);
    }
    const seen = take()
      .flatMap((chunk) => chunk.events)
      .slice(1)
      .map((event) => node(event.values[0]!).length);
    expect(seen).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test('show content again after a while', async () => {
    const { b, v, take, tick } = setUp();
    const value = { n: 1 };
    v(b + 5, value);
    value.n = 2;
    v(b + 5, value);
    await new Promise((resolve) => setTimeout(resolve, 20));
    tick();
    v(b + 5, value);
    const seen = take()
      .flatMap((chunk) => chunk.events)
      .slice(1)
      .map((event) => node(event.values[0]!).items[0]);
    expect(seen).toEqual([1, 1, 2]);
  });
});

describe('collections', () => {
  test('arrays show holes, and stop at the limit', () => {
    const { json } = setUp();
    // oxlint-disable-next-line no-sparse-arrays -- that is the point
    expect(json([1, , undefined, 3])).toEqual([1, { $type: 'hole' }, { $type: 'undefined' }, 3]);
    expect((json(Array.from({ length: 30 }, (_, i) => i)) as unknown[]).slice(-2)).toEqual([
      19,
      { $cut: 'items', $length: 30 },
    ]);
    expect((json(Object.assign([], { length: 4_000_000_000 })) as unknown[]).at(-1)).toEqual({
      $cut: 'items',
      $length: 4_000_000_000,
    });
  });

  test('maps, sets and their entries', () => {
    const { json } = setUp();
    expect(
      json(
        new Map<unknown, unknown>([
          ['a', 1],
          [{ k: 1 }, [2]],
        ]),
      ),
    ).toMatchObject({
      $type: 'Map',
      $size: 2,
      $entries: [
        ['a', 1],
        [{ k: 1 }, [2]],
      ],
    });
    expect(json(new Set([1, 'b']))).toMatchObject({ $type: 'Set', $size: 2, $items: [1, 'b'] });
    expect(json(new Set(Array.from({ length: 30 }, (_, i) => i)))).toMatchObject({ $size: 30, $cut: 'items' });
  });

  test('buffers, typed arrays and views', () => {
    const { json } = setUp();
    expect(json(Buffer.from('ab'))).toMatchObject({ $type: 'Buffer', $length: 2, $items: [97, 98] });
    expect(json(new Float32Array([1.5]))).toMatchObject({ $type: 'Float32Array', $items: [1.5] });
    expect(json(new BigInt64Array([2n]))).toMatchObject({
      $type: 'BigInt64Array',
      $items: [{ $type: 'bigint', $value: '2' }],
    });
    expect(json(new Uint8Array([7]).buffer)).toMatchObject({ $type: 'ArrayBuffer', $items: [7] });
    expect(json(new DataView(new ArrayBuffer(3), 1))).toMatchObject({ $type: 'DataView', $length: 2 });
    expect(json(new SharedArrayBuffer(2))).toMatchObject({ $type: 'SharedArrayBuffer', $length: 2 });
    const detached = new Uint8Array([1, 2]);
    const view = new DataView(detached.buffer);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    expect(json(detached)).toMatchObject({ $type: 'Uint8Array', $length: 0 });
    expect(json(view)).toMatchObject({ $type: 'DataView', $length: 0 });
    expect(json(detached.buffer)).toMatchObject({ $type: 'ArrayBuffer', $length: 0 });
  });
});

describe('built-in classes', () => {
  test.each([
    [new Date(0), { $type: 'Date', $value: '1970-01-01T00:00:00.000Z' }],
    [new Date(NaN), { $type: 'Date', $value: 'Invalid Date' }],
    [/a\/b/giu, { $type: 'RegExp', $value: '/a\\/b/giu' }],
    [Object(1), { $class: 'Number', '[[value]]': 1 }],
    [Object('s'), { $class: 'String', '[[value]]': 's' }],
    [Object(true), { $class: 'Boolean', '[[value]]': true }],
    [Object(2n), { $class: 'BigInt', '[[value]]': { $type: 'bigint', $value: '2' } }],
    [Object(Symbol('y')), { $class: 'Symbol', '[[value]]': { $type: 'symbol', $value: 'y' } }],
    [Promise.resolve(1), { $class: 'Promise' }],
    [new WeakMap(), { $class: 'WeakMap' }],
    [new WeakRef({}), { $class: 'WeakRef' }],
    [function named() {}, { $type: 'function', $name: 'named' }],
    [
      class Shop {
        open = true;
      },
      { $type: 'function', $name: 'class Shop' },
    ],
    [() => 1, { $type: 'function', $name: '' }],
    [{ *class() {} }.class, { $type: 'function', $name: 'class' }],
    [
      Object.defineProperty(
        function cell() {
          return [1];
        },
        'prototype',
        { value: [] },
      ),
      { $name: 'cell' },
    ],
    [Map, { $type: 'function', $name: 'class Map' }],
    [parseInt, { $type: 'function', $name: 'parseInt' }],
    [globalThis, { $class: 'global', $cut: 'depth' }],
  ])('case %#', (value, expected) => {
    const { json } = setUp();
    expect(json(value)).toMatchObject(expected);
  });

  test('errors show message, stack and own properties', () => {
    const { json } = setUp();
    class HttpError extends Error {
      status = 404;
    }
    const seen = json(new HttpError('gone')) as Record<string, unknown>;
    expect(seen).toMatchObject({ $type: 'Error', $class: 'HttpError', message: 'gone', status: 404 });
    expect(seen['$stack']).toMatch(/^Error: gone\n {4}at /);
  });

  test('instances of subclasses and impostors are told apart', () => {
    const { json } = setUp();
    class Registry extends Map<number, number> {}
    expect(json(new Registry([[1, 2]]))).toMatchObject({ $type: 'Map', $entries: [[1, 2]] });
    expect(json(Object.create(Map.prototype))).toMatchObject({ $class: 'Map' });
    expect(json(Object.create(Registry.prototype))).toMatchObject({ $class: 'Registry' });
    expect(json(new Registry([[1, 2]]))).toMatchObject({ $type: 'Map' });
    expect(json(Object.create(Date.prototype))).toMatchObject({ $class: 'Date' });
  });

  test('objects of another realm', () => {
    const { json } = setUp();
    expect(json(runInNewContext('new Map([[1, { a: 1 }]])'))).toMatchObject({
      $type: 'Map',
      $entries: [[1, { a: 1 }]],
    });
    expect(json(runInNewContext('[1, , 2]'))).toEqual([1, { $type: 'hole' }, 2]);
    expect(json(runInNewContext('new Error("x")'))).toMatchObject({ $type: 'Error', message: 'x' });
  });

  test('arguments objects keep their fast hidden class and have no identity', () => {
    const { capture } = setUp();
    const list = (function (..._values: unknown[]) {
      // oxlint-disable-next-line prefer-rest-params -- that is the point
      return arguments;
    })(1, 'b');
    const value = node(capture(list)[0]!);
    expect(value).toMatchObject({ id: 0, name: 'Arguments', items: [1, 'b'] });
  });

  test('module namespaces show bindings that are not initialised yet', async () => {
    const { json } = setUp();
    const folder = mkdtempSync(join(tmpdir(), 'namespace-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'self.mjs');
    writeFileSync(
      file,
      `import * as self from ${JSON.stringify(pathToFileURL(file).href)};
       export const early = 1;
       globalThis.seeNamespace(self);
       export let late = 2;`,
    );
    const seen: unknown[] = [];
    (globalThis as Record<string, unknown>)['seeNamespace'] = (namespace: unknown) => seen.push(json(namespace));
    // The test runner replaces modules by objects of its own; this is Node's import.
    await runInThisContext(`import(${JSON.stringify(pathToFileURL(file).href)})`, {
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    delete (globalThis as Record<string, unknown>)['seeNamespace'];
    expect(seen).toEqual([{ $class: 'Module', early: 1, late: { $type: 'uninitialized' } }]);
  });
});
