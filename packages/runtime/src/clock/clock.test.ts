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
