import { EventScanner, isCaptured, type Captured, type Value } from '@execution-cinema/format';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHarness } from '../testing/harness.ts';

/** Fixed, so that a failure is the same everywhere. */
const SEED = 20_250_701;
/** The tables of a chunk are shared by this many runs; longer chunks would be decoded again and again. */
const RUNS_PER_CHUNK = 10;
const LIMITS = { depth: 4, properties: 6, items: 6, string: 40 };

let ranProgram = false;
const trap = (): never => {
  ranProgram = true;
  throw new Error('code of the program ran');
};
const trapAll = new Proxy(
  {},
  { get: trap, has: trap, ownKeys: trap, getOwnPropertyDescriptor: trap, getPrototypeOf: trap },
);

const text = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('', 'id', 'same', 'x'.repeat(200), '__proto__', 'constructor', '\ud800'),
);

const primitive = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  text,
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, 0, NaN, Infinity, 2 ** 31, -(2 ** 31), 2 ** 23, -(2 ** 23) - 1),
);

/** Ordinary data: what is read back can be compared with it. */
const { plain } = fc.letrec<{ plain: unknown }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 4 },
    primitive,
    fc.array(tie('plain'), { maxLength: 9 }),
    fc.dictionary(text, tie('plain'), { maxKeys: 9 }),
    fc.array(tie('plain'), { maxLength: 9 }).map((list) => new Set(list)),
    fc.array(fc.tuple(tie('plain'), tie('plain')), { maxLength: 9 }).map((list) => new Map(list)),
    fc.date({ noInvalidDate: false }),
  ),
}));

const exotic: readonly unknown[] = [
  globalThis,
  process,
  Math,
  JSON,
  Reflect,
  new WeakSet(),
  new WeakMap(),
  Promise.resolve(),
  new Map().entries(),
  [][Symbol.iterator](),
  Object.create(Date.prototype),
  Object.create(RegExp.prototype),
  Object.create(Error.prototype),
  Object.create(Promise.prototype),
  Object.create(Uint8Array.prototype),
  Function.prototype,
  Object.prototype,
  Array.prototype,
  async () => 1,
  function* () {},
  (function* () {})(),
  new Intl.NumberFormat('en'),
  new URL('http://a/b'),
  new AbortController(),
  Object(Symbol('boxed')),
];

type Make = () => unknown;

/**
 * Whatever a program may hold, as functions that make it (the generator itself would run the traps). Of this only that it
 * can be read back, and that no code of it ran.
 */
const { hostile } = fc.letrec<{ hostile: Make }>((tie) => {
  const from = (build: (value: unknown) => unknown): fc.Arbitrary<Make> =>
    tie('hostile').map((make) => () => build(make()));
  return {
    hostile: fc.oneof(
      { maxDepth: 4 },
      primitive.map((value) => () => value),
      fc.array(tie('hostile'), { maxLength: 9 }).map((list) => () => list.map((make) => make())),
      fc.dictionary(text, tie('hostile'), { maxKeys: 9 }).map((fields) => () => mapFields(fields)),
      fc.tuple(tie('hostile'), text).map(
        ([make, key]) =>
          () =>
            withAccessor({ value: make() }, key),
      ),
      from((value) => new Proxy([value], trapAll)),
      from((value) => Object.create(new Proxy({ value }, trapAll))),
      from((value) => Object.assign(Object.create(null), { value })),
      from((value) => Object.freeze(withHole(value))),
      from((value) => Object.defineProperty([value, value], 1, { get: trap })),
      from((value) => Object.setPrototypeOf(withHole(value), new Proxy([], trapAll))),
      from((value) =>
        Object.defineProperties(new Error('e'), { stack: { get: trap }, message: { value }, name: { get: trap } }),
      ),
      from((value) =>
        Object.defineProperties(new Map([[value, value]]), { entries: { get: trap }, size: { value: 1 } }),
      ),
      from((value) => {
        const cyclic: Record<string, unknown> = { value };
        cyclic['self'] = cyclic;
        return cyclic;
      }),
      text.map((name) => () => Object.defineProperty(() => 1, 'name', { value: name })),
      text.map((name) => () => withAccessor(() => 1, 'name') && Symbol(name)),
      fc.uint8Array({ maxLength: 30 }).map((bytes) => () => bytes),
      fc.uint8Array({ maxLength: 30 }).map((bytes) => () => new DataView(bytes.buffer)),
      fc.constantFrom(...exotic).map((value) => () => value),
    ),
  };
});

function mapFields(fields: Record<string, Make>): object {
  return Object.fromEntries(Object.entries(fields).map(([key, make]) => [key, make()]));
}

function withAccessor(target: object, key: string): object {
  return Object.defineProperty(target, key, { get: trap, set: trap, enumerable: true, configurable: true });
}

function withHole(value: unknown): unknown[] {
  const list = [value, value, value];
  delete list[1];
  return list;
}

test('plain values come back, as far as the limits go', () => {
  const harness = createHarness({ values: LIMITS });
  let runs = 0;
  const { b, en, u } = harness.load();
  fc.assert(
    fc.property(fc.array(plain, { minLength: 1, maxLength: 4 }), (values) => {
      if (++runs % RUNS_PER_CHUNK === 0) harness.cut();
      u(en(b + 5, values));
      const event = harness
        .take()
        .flatMap((chunk) => chunk.events)
        .at(-2);
      expect(values.flatMap((value, i) => differences(value, event!.values[i], LIMITS.depth))).toEqual([]);
    }),
    { seed: SEED, numRuns: 150, endOnFailure: true },
  );
});

test('hostile values are encoded without running their code, and whatever follows is read back', () => {
  const harness = createHarness({ values: LIMITS });
  let runs = 0;
  const { b, e1, r, w, p, t, x } = harness.load();
  fc.assert(
    fc.property(fc.array(fc.tuple(hostile, fc.nat(3)), { minLength: 1, maxLength: 8 }), (steps) => {
      ranProgram = false;
      if (++runs % RUNS_PER_CHUNK === 0) harness.cut();
      for (const [make, how] of steps) {
        const value = make();
        const f = e1(b + 5, value);
        if (how === 0) w(b + 6, value);
        if (how === 1) p(b + 7, value, value);
        if (how === 2) t(b + 8, value);
        if (how === 3) x(f, 0);
        else r(f, value);
      }
      w(b + 9, 'the end');
      expect(ranProgram).toBe(false);
      const chunks = harness.take();
      expect(chunks.at(-1)!.events.at(-1)!.values).toEqual(['the end']);
      for (const { events, header, words } of chunks) {
        const scanner = new EventScanner(words, header);
        let scanned = 0;
        while (scanner.next()) scanned++;
        expect(scanned).toBe(events.length);
      }
    }),
    { seed: SEED, numRuns: 150, endOnFailure: true },
  );
});

/** What of a value is not as it was read back; `depth` levels below it should be there. */
function differences(value: unknown, seen: Value, depth: number, path = '$'): string[] {
  if (typeof value === 'string' && value.length > LIMITS.string) {
    return isLike(seen, { type: 'cut string', name: value.slice(0, LIMITS.string), length: value.length }, path);
  }
  if (typeof value !== 'object' || value === null) return Object.is(value, seen) ? [] : [`${path}: ${String(value)}`];
  if (depth === 0) return isLike(seen, { type: 'shallow', cut: 'depth' }, path);
  if (value instanceof Date) return isLike(seen, { type: 'date', time: value.getTime() }, path);
  if (value instanceof Map) {
    const entries = [...value].slice(0, LIMITS.items);
    return [
      ...isLike(seen, { type: 'map', length: value.size }, path),
      ...membersDiffer(
        entries.map(([key]) => key),
        (seen as Captured).keys,
        depth,
        `${path}.keys`,
      ),
      ...membersDiffer(
        entries.map(([, content]) => content),
        (seen as Captured).items,
        depth,
        path,
      ),
    ];
  }
  if (Array.isArray(value) || value instanceof Set) {
    const items: unknown[] = [...value];
    return [
      ...isLike(seen, { type: Array.isArray(value) ? 'array' : 'set', length: items.length }, path),
      ...membersDiffer(items.slice(0, LIMITS.items), (seen as Captured).items, depth, path),
    ];
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, LIMITS.properties);
  return [
    ...isLike(seen, { type: 'object', cut: entries.length > kept.length ? 'properties' : 'none' }, path),
    ...membersDiffer(
      kept.map(([key]) => key.slice(0, 256)),
      (seen as Captured).keys,
      2,
      `${path}.keys`,
      true,
    ),
    ...membersDiffer(
      kept.map(([, content]) => content),
      (seen as Captured).items,
      depth,
      path,
    ),
  ];
}

function membersDiffer(values: unknown[], seen: Value[], depth: number, path: string, whole = false): string[] {
  if (values.length !== seen.length) return [`${path}: ${values.length} members, read ${seen.length}`];
  return values.flatMap((value, i) => {
    if (whole) return value === seen[i] ? [] : [`${path}[${i}]: ${String(value)}`];
    return differences(value, seen[i], depth - 1, `${path}[${i}]`);
  });
}

function isLike(seen: Value, expected: Partial<Captured>, path: string): string[] {
  if (!isCaptured(seen)) return [`${path}: read ${String(seen)}`];
  return Object.entries(expected)
    .filter(([key, value]) => !Object.is(seen[key as keyof Captured], value))
    .map(([key, value]) => `${path}.${key}: expected ${String(value)}, read ${String(seen[key as keyof Captured])}`);
}
