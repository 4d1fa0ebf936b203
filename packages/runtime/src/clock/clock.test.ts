import { K } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { createHarness } from '../testing/harness.ts';
import { createClock } from './clock.ts';

describe('the clock', () => {
  test('counts nanoseconds from the shared origin', () => {
    const originNs = process.hrtime.bigint() - 5_000_000_000n;
    const clock = createClock(originNs);
    const before = Number(process.hrtime.bigint() - originNs);
    const time = clock.nowNs();
    const after = Number(process.hrtime.bigint() - originNs);
    expect(time).toBeGreaterThanOrEqual(before - clock.errorNs);
    expect(time).toBeLessThanOrEqual(after + clock.errorNs);
    expect(Number.isInteger(time)).toBe(true);
    expect(clock.errorNs).toBeLessThan(1_000_000);
  });

  test('is never negative, even for an origin in the future', () => {
    expect(createClock(process.hrtime.bigint() + 1_000_000_000n).nowNs()).toBe(0);
  });
});

describe('time points', () => {
  const timesOf = (clock: 'adaptive' | 'exact', body: (harness: ReturnType<typeof createHarness>) => void) => {
    const harness = createHarness({ clock });
    body(harness);
    return harness
      .take()
      .flatMap((chunk) => chunk.events)
      .map(
        (event) =>
          `${event.kind === K.WRITE ? 'write' : event.kind < K.LEAVE_VALUE ? 'enter' : 'leave'}${event.timeExact ? '!' : ''}`,
      )
      .slice(1);
  };

  test('adaptive: where the stack begins and ends, and after each tick', () => {
    const seen = timesOf('adaptive', ({ load, tick }) => {
      const { b, e0, u, w } = load();
      const f = e0(b + 5);
      const g = e0(b + 5);
      w(b + 6, 1);
      tick();
      w(b + 6, 2);
      w(b + 6, 3);
      u(g);
      u(f);
    });
    expect(seen).toEqual(['enter!', 'enter', 'write', 'write!', 'write', 'leave', 'leave!']);
  });

  test.each([
    ['no object', null, 'adaptive', ['ENTER!', 'SUSPEND', 'RESUME', 'LEAVE!']],
    ['a text', 'text', 'adaptive', ['ENTER!', 'SUSPEND', 'RESUME', 'LEAVE!']],
    ['a promise', Promise.resolve(), 'adaptive', ['ENTER!', 'SUSPEND!', 'RESUME!', 'LEAVE!']],
    ['an object', {}, 'adaptive', ['ENTER!', 'SUSPEND!', 'RESUME!', 'LEAVE!']],
    ['no object', null, 'exact', ['ENTER!', 'SUSPEND!', 'RESUME!', 'LEAVE!']],
  ] as const)(
    'at an await of %s, which may or may not let the event loop go on',
    async (_name, awaited, clock, expected) => {
      const { load, take } = createHarness({ clock });
      const { b, ea, ua, a, g } = load();
      const f = async (): Promise<void> => {
        const frame = ea(b + 5, []);
        // oxlint-disable-next-line typescript/await-thenable -- what is awaited is what is tested
        g(frame, b + 6, await a(frame, b + 6, awaited));
        return ua(frame);
      };
      await f();
      const names: Record<number, string> = {
        [K.ENTER_0]: 'ENTER',
        [K.SUSPEND]: 'SUSPEND',
        [K.RESUME]: 'RESUME',
        [K.LEAVE_UNDEFINED]: 'LEAVE',
      };
      const seen = take()
        .flatMap((chunk) => chunk.events)
        .filter((event) => names[event.kind] !== undefined)
        .map((event) => `${names[event.kind]}${event.timeExact ? '!' : ''}`);
      expect(seen).toEqual(expected);
    },
  );

  test('an await of no object counts to the stay away from the event loop, and to its longest gap', async () => {
    const { load, take } = createHarness();
    const { b, ea, ua, e0, u, w, a, g } = load();
    const waitMs = (ms: number): void => {
      const endMs = performance.now() + ms;
      while (performance.now() < endMs);
    };
    const f = async (): Promise<void> => {
      const frame = ea(b + 5, []);
      waitMs(5);
      g(frame, b + 6, await a(frame, b + 6, null));
      return ua(frame);
    };
    const promise = f();
    // Comes first: the next time point, with the stack empty.
    u(e0(b + 5));
    await promise;
    // Fills the chunk; the next one states the longest gap of this one.
    for (let count = 0; count < 20_000; count++) w(b + 6, count);
    const [, second] = take();
    expect(second!.header.clockErrorNs).toBeGreaterThan(5_000_000);
  });

  test('exact: before every entry and exit', () => {
    const seen = timesOf('exact', ({ load }) => {
      const { b, e0, e1, u, r, w } = load();
      const f = e0(b + 5);
      r(e1(b + 5, 1), 2);
      w(b + 6, 1);
      u(f);
    });
    expect(seen).toEqual(['enter!', 'enter!', 'leave!', 'write', 'leave!']);
  });

  test('grow, and long distances are kept', async () => {
    const harness = createHarness();
    const { b, e0, u } = harness.load();
    const start = harness.runtime.clock.nowNs();
    u(e0(b + 5));
    await new Promise((resolve) => setTimeout(resolve, 30));
    u(e0(b + 5));
    const times = harness.take().flatMap((chunk) => chunk.events.map((event) => event.timeNs));
    expect([...times].sort((a, c) => a - c)).toEqual(times);
    expect(times.at(-1)! - start).toBeGreaterThan(29_000_000);
    expect(times.at(-1)!).toBeLessThanOrEqual(harness.runtime.clock.nowNs());
  });
});
