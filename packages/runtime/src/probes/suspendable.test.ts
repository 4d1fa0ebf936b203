import { describe, expect, test } from 'vitest';
import type { Frame } from './suspendable.ts';
import { createHarness, show } from '../testing/harness.ts';

function setUp() {
  const harness = createHarness();
  const probes = harness.load();
  const seen = (): string[] =>
    harness
      .take()
      .flatMap((chunk) => chunk.events.map(show))
      .slice(1);
  return { ...harness, ...probes, seen };
}

describe('an async function', () => {
  test('leaves the stack at an await and comes back', async () => {
    const { b, ea, ra, a, g, xa, s, seen } = setUp();
    const f = async (value: number): Promise<number> => {
      const frame = ea(b + 5, [value]);
      try {
        const got = g(frame, b + 6, await a(frame, b + 6, Promise.resolve(value + 1))) as number;
        return ra(frame, got) as number;
      } finally {
        if (frame.o) xa(frame, 0);
      }
    };
    const promise = f(1);
    expect(s.d).toBe(0);
    expect(await promise).toBe(2);
    expect(seen()).toEqual(['ENTER @5 1', 'SUSPEND @6', 'RESUME @5 #1', 'RESUME_VALUE @6 2', 'LEAVE_SMI 2']);
  });

  test('interleaves with another one', async () => {
    const { b, ea, ua, a, g, w, levels, seen } = setUp();
    levels[b + 6] = 0; // no values of awaits
    const f = async (value: number): Promise<void> => {
      const frame = ea(b + 5, [value]);
      g(frame, b + 6, await a(frame, b + 6, undefined));
      w(b + 7, value);
      return ua(frame);
    };
    await Promise.all([f(1), f(2)]);
    expect(seen()).toEqual([
      'ENTER @5 1',
      'SUSPEND @6',
      'ENTER @5 2',
      'SUSPEND @6',
      'RESUME @5 #1',
      'WRITE @7 1',
      'LEAVE_UNDEFINED @0',
      'RESUME @5 #2',
      'WRITE @7 2',
      'LEAVE_UNDEFINED @0',
    ]);
  });

  test.each(['catch', 'finally', 'none'] as const)('wakes up when the await throws (%s)', async (kind) => {
    const { b, ea, ua, a, g, ca, za, xa, seen } = setUp();
    const fail = (): Promise<void> => Promise.reject(new Error('no'));
    const f = async (): Promise<void> => {
      const frame = ea(b + 5, []);
      try {
        try {
          g(frame, b + 6, await a(frame, b + 6, fail()));
        } catch (error) {
          if (kind !== 'catch') throw error;
          ca(frame, b + 7, (error as Error).message);
        } finally {
          if (kind === 'finally') za(frame);
        }
        return ua(frame);
      } finally {
        if (frame.o) xa(frame, 0);
      }
    };
    await f().catch(() => undefined);
    const end = kind === 'catch' ? ['CATCH @7 "no"', 'LEAVE_UNDEFINED @0'] : ['LEAVE_THROW @0'];
    expect(seen()).toEqual(['ENTER @5', 'SUSPEND @6', 'RESUME @5 #1', ...end]);
  });

  test('that is off stays off', async () => {
    const { b, ea, ra, qa, a, g, h, ca, ca0, za, xa, y, levels, seen } = setUp();
    levels[b + 5] = 0;
    levels[b + 7] = 0;
    const frame = ea(b + 5, [1]);
    expect(frame.o).toBe(false);
    expect(g(frame, b + 7, a(frame, b + 7, 1))).toBe(1);
    expect(y(frame, b + 7, 2)).toBe(2);
    expect(qa(frame, 3)).toBe(3);
    h(frame);
    ca(frame, b + 7, 1);
    ca0(frame, b + 7);
    za(frame);
    xa(frame, 0);
    expect(ra(frame, 4)).toBe(4);
    expect(seen()).toEqual([]);
  });
});

describe('a generator', () => {
  function numbers(setup: ReturnType<typeof setUp>) {
    const { b, ea, ua, y, g, xa, za } = setup;
    return function* (): Generator<number, void, unknown> {
      const frame: Frame = ea(b + 5, []);
      try {
        try {
          g(frame, b + 6, yield y(frame, b + 6, 1) as number);
          g(frame, b + 6, yield y(frame, b + 6, 2) as number);
        } finally {
          za(frame);
        }
        return ua(frame);
      } finally {
        if (frame.o) xa(frame, 0);
      }
    };
  }

  test('hands out values and gets some', () => {
    const setup = setUp();
    const { b, e0, u, seen } = setup;
    const outer = e0(b + 8);
    const iterator = numbers(setup)();
    iterator.next();
    iterator.next('a');
    iterator.next('b');
    u(outer);
    expect(seen()).toEqual([
      'ENTER @8',
      'ENTER @5',
      'SUSPEND_VALUE @6 1',
      'RESUME @5 #2',
      'RESUME_VALUE @6 "a"',
      'SUSPEND_VALUE @6 2',
      'RESUME @5 #2',
      'RESUME_VALUE @6 "b"',
      'LEAVE_UNDEFINED @0',
      'LEAVE_UNDEFINED @0',
    ]);
  });

  test('that is closed early shows so', () => {
    const setup = setUp();
    for (const value of numbers(setup)()) if (value === 1) break;
    expect(setup.seen()).toEqual(['ENTER @5', 'SUSPEND_VALUE @6 1', 'RESUME @5 #1', 'LEAVE_CLOSED @0']);
  });

  test('that delegates is closed with the one it delegates to, and throws with it', () => {
    const setup = setUp();
    const { b, ea, a, y, g, xa, ua } = setup;
    const outer = function* (inner: Iterable<number>): Generator<number> {
      const frame = ea(b + 8, []);
      try {
        g(frame, b + 9, yield* a(frame, b + 9, inner, 1) as Iterable<number>);
        return ua(frame);
      } finally {
        if (frame.o) xa(frame, 0);
      }
    };
    for (const value of outer(outer(numbers(setup)()))) if (value === 1) break;
    for (const value of outer([1, 2])) if (value === 1) break;
    expect(setup.seen().filter((line) => line.startsWith('LEAVE'))).toEqual(Array(4).fill('LEAVE_CLOSED @0'));
    const failing = function* (): Generator<number> {
      const frame = ea(b + 5, []);
      try {
        g(frame, b + 6, yield y(frame, b + 6, 1) as number);
        throw new Error('inner');
      } finally {
        if (frame.o) xa(frame, 0);
      }
    };
    expect(() => [...outer(failing())]).toThrow('inner');
    expect(setup.seen().slice(-2)).toEqual(['RESUME @8 #5', 'LEAVE_THROW @0']);
  });

  test('that throws by itself is not closed', () => {
    const setup = setUp();
    const { b, ea, y, g, xa } = setup;
    const failing = function* (): Generator<number> {
      const frame = ea(b + 5, []);
      try {
        g(frame, b + 6, yield y(frame, b + 6, 1) as number);
        throw new Error('later');
      } finally {
        if (frame.o) xa(frame, 0);
      }
    };
    const iterator = failing();
    iterator.next();
    expect(() => iterator.next()).toThrow('later');
    expect(setup.seen().at(-1)).toBe('LEAVE_THROW @0');
  });

  test('that catches what was thrown into it goes on', () => {
    const setup = setUp();
    const { b, ea, y, g, ca, ra, xa } = setup;
    const catching = function* (): Generator<number, unknown> {
      const frame = ea(b + 5, []);
      try {
        try {
          g(frame, b + 6, yield y(frame, b + 6, 1) as number);
        } catch (error) {
          ca(frame, b + 7, error);
        }
        return ra(frame, 3);
      } finally {
        if (frame.o) xa(frame, 0);
      }
    };
    const iterator = catching();
    iterator.next();
    iterator.throw('stop');
    expect(setup.seen().slice(2)).toEqual(['RESUME @5 #1', 'CATCH @7 "stop"', 'LEAVE_SMI 3']);
  });

  test('keeps its linked scope while it sleeps', () => {
    const { b, i, n, l, ea, y, g, w, take, tick } = setUp();
    const linked = function* (): Generator<number> {
      const frame = ea(b + 5, []);
      l(frame, n(b + 7, i));
      g(frame, b + 6, yield y(frame, b + 6, 1) as number);
      for (let count = 0; count < 20_000; count++) w(b + 8, count);
    };
    const iterator = linked();
    iterator.next();
    tick();
    iterator.next();
    expect(take().at(-1)!.header.frames).toEqual([{ site: b + 5, call: 1, scope: 2 }]);
  });
});
