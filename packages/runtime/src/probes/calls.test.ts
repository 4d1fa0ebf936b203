import { K } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { OFF } from '../core.ts';
import { createHarness, show } from '../testing/harness.ts';

function setUp(options: Parameters<typeof createHarness>[0] = {}) {
  const harness = createHarness(options);
  const probes = harness.load();
  const seen = (): string[] =>
    harness
      .take()
      .flatMap((chunk) => chunk.events.map(show))
      .slice(1); // without SCOPE_OPEN
  return { ...harness, ...probes, seen };
}

describe('a synchronous call', () => {
  test('shows its arguments, its writes and its result', () => {
    const { b, e2, w, r, seen } = setUp();
    const f = e2(b + 5, 1, 'two');
    expect(w(b + 6, 3)).toBe(3);
    expect(r(f, { total: 3 })).toEqual({ total: 3 });
    expect(seen()).toEqual(['ENTER @5 1 "two"', 'WRITE @6 3', 'LEAVE_VALUE @0 object:Object']);
  });

  test.each([
    ['e0', [], 'ENTER @5'],
    ['e1', [1], 'ENTER @5 1'],
    ['e1', ['a'], 'ENTER @5 "a"'],
    ['e2', [1, null], 'ENTER @5 1 null'],
    ['e3', [1, true, undefined], 'ENTER @5 1 true undefined'],
    ['e4', [1, 2.5, -0, 1n], 'ENTER @5 1 2.5 -0 1n'],
  ] as const)('%s enters, case %#', (name, values, expected) => {
    const { b, seen, [name]: enter, r } = setUp();
    r((enter as (site: number, ...rest: unknown[]) => number)(b + 5, ...values), 0);
    expect(seen()).toEqual([expected, 'LEAVE_SMI 0']);
  });

  test('enters with more values than a header can count, and with no more than a header may count', () => {
    const { b, en, u, take } = setUp();
    u(
      en(
        b + 5,
        Array.from({ length: 20 }, (_, i) => i),
      ),
    );
    u(
      en(
        b + 5,
        Array.from({ length: 1000 }, (_, i) => i),
      ),
    );
    const [, many, , most] = take()[0]!.events;
    expect(many!.values).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most!.values).toHaveLength(256);
  });

  test('returns in one word what takes one word', () => {
    const { b, e0, r, seen, take, runtime } = setUp();
    const known = { total: 3 };
    const results = [true, false, null, 'a result', known];
    for (const value of results) r(e0(b + 5), value);
    const before = take()[0]!.words.length;
    for (const value of results) r(e0(b + 5), value);
    // Calls from the event loop: a time point, the entry, a time point, the exit.
    expect(take()[0]!.words.length - before).toBe(4 * results.length);
    expect(seen().filter((line) => line.startsWith('LEAVE'))).toEqual(
      [...results, ...results].map(
        (value) => `LEAVE_VALUE @0 ${value === known ? 'object:Object' : JSON.stringify(value)}`,
      ),
    );
    expect(runtime.counts().dropped).toBe(0);
  });

  test('returns numbers that are no small integers as values', () => {
    const { b, e0, r, seen } = setUp();
    for (const value of [-8388608, 8388607, 8388608, -8388609, -0, 0.5, NaN, 2 ** 40]) r(e0(b + 5), value);
    const leaves = seen().filter((line) => line.startsWith('LEAVE'));
    expect(leaves).toEqual([
      'LEAVE_SMI -8388608',
      'LEAVE_SMI 8388607',
      'LEAVE_VALUE @0 8388608',
      'LEAVE_VALUE @0 -8388609',
      'LEAVE_VALUE @0 -0',
      'LEAVE_VALUE @0 0.5',
      'LEAVE_VALUE @0 null', // NaN in JSON
      'LEAVE_VALUE @0 1099511627776',
    ]);
  });

  test('numbers calls from 1 in the order of their entries', () => {
    const { b, e0, u, take } = setUp();
    const outer = e0(b + 5);
    u(e0(b + 6));
    u(outer);
    u(e0(b + 7));
    const enters = take()[0]!.events.filter((event) => event.kind === K.ENTER_0);
    expect(enters.map((event) => event.payload)).toEqual([5, 6, 7]);
  });
});

describe('a call that ends by exception', () => {
  test('is left through the finally block', () => {
    const { b, e0, x, s, seen } = setUp();
    const f = e0(b + 5);
    expect(s.d > f).toBe(true);
    x(f, undefined);
    expect(s.d).toBe(0);
    expect(seen()).toEqual(['ENTER @5', 'LEAVE_THROW @0']);
  });

  test('shows the thrown value where it is thrown and where it is caught', () => {
    const { b, e0, t, c, x, u, seen } = setUp();
    const outer = e0(b + 5);
    const inner = e0(b + 6);
    expect(t(b + 7, 'oh')).toBe('oh');
    x(inner, 0);
    c(outer, b + 8, 'oh');
    u(outer);
    expect(seen().slice(2)).toEqual(['THROW @7 "oh"', 'LEAVE_THROW @0', 'CATCH @8 "oh"', 'LEAVE_UNDEFINED @0']);
  });

  test('keeps a pending return apart from a throw', () => {
    const { b, e0, q, x, seen } = setUp();
    const f = e0(b + 5);
    expect(q(f, 7)).toBe(7);
    x(f, 1);
    expect(seen()).toEqual(['ENTER @5', 'RETURN_VALUE @0 7', 'LEAVE_PENDING @0']);
  });

  test('catch without a binding has no value', () => {
    const { b, e0, c0, u, seen } = setUp();
    const f = e0(b + 5);
    c0(f, b + 6);
    u(f);
    expect(seen()[1]).toBe('CATCH @6 unreadable:');
  });
});

describe('frames that skip their end', () => {
  test.each(['c', 'z', 'r', 'u', 'q', 'x'] as const)('are unwound by %s of an outer frame', (name) => {
    const { b, e0, s, seen, ...probes } = setUp();
    const outer = e0(b + 5);
    e0(b + 6);
    e0(b + 7);
    if (name === 'c') probes.c(outer, b + 8, 1);
    else if (name === 'z') probes.z(outer);
    else (probes[name] as (f: number, value?: unknown) => unknown)(outer, 1);
    expect(seen()[3]).toBe('UNWIND @2');
    expect(s.d).toBe(name === 'c' || name === 'z' || name === 'q' ? 1 : 0);
  });

  test('a token whose frame has ended does nothing', () => {
    const { b, e0, r, u, x, q, s, seen } = setUp();
    const outer = e0(b + 5);
    const inner = e0(b + 6);
    u(inner);
    u(outer);
    expect(r(inner, 1)).toBe(1);
    expect(q(inner, 2)).toBe(2);
    u(inner);
    x(inner, 0);
    expect(s.d).toBe(0);
    expect(seen()).toHaveLength(4);
  });

  test('the stack of an overflow begins with the function that found no room', () => {
    const { b, e1, x, c } = setUp({ slots: 32 });
    const recurse = (n: number): number => {
      const f = e1(b + 5, n);
      try {
        return recurse(n + 1) + 1;
      } finally {
        x(f, 0);
      }
    };
    const outer = e1(b + 6, 0);
    const tops = [0, 1, 2].map(() => {
      try {
        return recurse(0);
      } catch (error) {
        c(outer, b + 7, error);
        return (error as Error).stack!.split('\n')[1];
      }
    });
    // By the second one, every function on the way out has been compiled.
    expect(tops.slice(1)).toEqual([expect.stringContaining('recurse'), expect.stringContaining('recurse')]);
  });

  test('a stack overflow leaves a consistent stream', () => {
    const { b, e1, r, x, c, s, take } = setUp({ slots: 32 });
    const recurse = (n: number): number => {
      const f = e1(b + 5, { n });
      try {
        return r(f, recurse(n + 1) + 1) as number;
      } finally {
        if (s.d > f) x(f, 0);
      }
    };
    const outer = e1(b + 6, 0);
    for (let i = 0; i < 3; i++) {
      try {
        recurse(0);
      } catch (error) {
        c(outer, b + 7, error);
      }
    }
    r(outer, 1);
    expect(s.d).toBe(0);
    let depth = 0;
    for (const { events, header } of take()) {
      expect(header.frames.length + header.framesOmitted).toBe(depth);
      for (const { kind, payload } of events) {
        if (kind >= K.ENTER_0 && kind <= K.ENTER_MANY) depth++;
        else if (kind >= K.LEAVE_VALUE && kind <= K.LEAVE_PENDING) depth--;
        else if (kind === K.UNWIND) depth -= payload;
        expect(depth).toBeGreaterThanOrEqual(0);
      }
    }
    expect(depth).toBe(0);
  });
});

describe('levels', () => {
  test('a call that is off has the token OFF, and its probes do nothing', () => {
    const { b, levels, e1, r, u, q, x, c, z, s, seen } = setUp();
    levels[b + 5] = 0;
    const f = e1(b + 5, 1);
    expect(f).toBe(OFF);
    expect(s.d > f).toBe(false);
    expect(r(f, 5)).toBe(5);
    expect(q(f, 6)).toBe(6);
    u(f);
    x(f, 0);
    z(f);
    levels[b + 6] = 0;
    c(f, b + 6, 'e');
    expect(seen()).toEqual([]);
  });

  test('sites behind the table are off', () => {
    const { levels, e1, w, seen } = setUp();
    expect(e1(levels.length + 3, 1)).toBe(OFF);
    expect(w(levels.length + 3, 1)).toBe(1);
    expect(seen()).toEqual([]);
  });
});
