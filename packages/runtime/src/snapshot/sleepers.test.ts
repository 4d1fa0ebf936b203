import { describe, expect, test } from 'vitest';
import type { Frame } from '../probes/suspendable.ts';
import { createSleepers } from './sleepers.ts';

function frame(call: number): Frame {
  return {
    o: true,
    d: 0,
    site: 1,
    call,
    scope: 0,
    correlation: 0,
    asleep: true,
    yielded: false,
    delegating: false,
    listed: false,
    at: 2,
    event: call * 10,
    sinceNs: call * 100,
    closing: false,
  } as Frame;
}

describe('createSleepers', () => {
  test('lists frames that sleep, the latest first', () => {
    const sleepers = createSleepers();
    const frames = [1, 2, 3].map(frame);
    for (const one of frames) sleepers.add(one);
    frames[1]!.asleep = false;
    expect(sleepers.list(10)).toEqual({
      sleepers: [
        { site: 1, at: 2, call: 3, event: 30, sinceNs: 300 },
        { site: 1, at: 2, call: 1, event: 10, sinceNs: 100 },
      ],
      total: 2,
    });
    expect(frames.map(({ listed }) => listed)).toEqual([true, false, true]);
    expect(sleepers.list(1).sleepers).toHaveLength(1);
  });

  test('frames that woke up, or ended, leave the list and can come back', () => {
    const sleepers = createSleepers();
    const kept = frame(0);
    sleepers.add(kept);
    for (let call = 1; call < 10_000; call++) {
      const one = frame(call);
      sleepers.add(one);
      one.asleep = false;
      one.o = call % 2 === 0;
    }
    expect(sleepers.list(10)).toMatchObject({ total: 1, sleepers: [{ call: 0 }] });
    kept.asleep = false;
    expect(sleepers.list(10).total).toBe(0);
    expect(kept.listed).toBe(false);
    kept.asleep = true;
    sleepers.add(kept);
    expect(sleepers.list(10).total).toBe(1);
  });
});
