import { K, R } from '@execution-cinema/format';
import { afterEach, expect, test, vi } from 'vitest';
import { atomics } from '../primordials.ts';
import { createHarness } from '../testing/harness.ts';

/*
 * V8 ends code where a function is entered, `Atomics.store` as well as one of ours. So each call by which the ring speaks to
 * the recorder is struck once: whatever came before it has happened, it and what would follow have not.
 */

const SLOTS = 3;
const STRUCK = new Error('terminated');
const CALLS = ['load', 'store', 'add', 'notify'] as const;

afterEach(() => void vi.restoreAllMocks());

/** From here on call number `n` does not happen. Returns whether it has been reached. */
function strikeAt(n: number): () => boolean {
  let left = n;
  for (const name of CALLS) {
    const call = atomics[name] as (...args: unknown[]) => number;
    vi.spyOn(atomics, name).mockImplementation((...args: unknown[]) => {
      if (--left === 0) throw STRUCK;
      return call(...args);
    });
  }
  return () => left <= 0;
}

function setUp() {
  const harness = createHarness({ slots: SLOTS, values: { depth: 1, properties: 1, items: 1_000, string: 10 } });
  const { b, v, w } = harness.load();
  const chunks = new Map<number, { dropped: number; events: number; numbers: unknown[] }>();
  let written = 0;
  const survive = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      if (error !== STRUCK) throw error;
    }
  };
  const take = (): void => {
    for (const { header, events } of harness.take()) {
      const numbers = events.filter(({ kind }) => kind === K.EXPRESSION).map(({ values }) => values[0]);
      chunks.set(header.chunk, { dropped: header.dropped, events: events.length, numbers });
    }
  };
  return {
    ...harness,
    survive,
    take,
    chunks,
    /** Writes numbered events, and between them as much as makes it a bit more than one slot takes. */
    fill: (): void => {
      for (let i = 0; i < 8; i++) {
        survive(() => v(b + 6, ++written));
        survive(() => w(b + 7, new Float64Array(1_000).fill(0.5)));
      }
    },
    check: (): void => {
      const { produced, dropped } = harness.runtime.counts();
      const read = [...chunks.values()];
      const sumOf = (what: 'events' | 'dropped'): number => read.reduce((sum, chunk) => sum + chunk[what], 0);
      // One may not have happened, and the scope of the module is an event too.
      expect([2 * written + 1, 2 * written]).toContain(produced);
      expect(sumOf('events') + dropped).toBe(produced);
      expect(sumOf('dropped')).toBe(dropped);
      const numbers = read.flatMap((chunk) => chunk.numbers as number[]);
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
      expect([...chunks.keys()]).toEqual(Array.from(chunks.keys(), (_, index) => index));
      // Where the recorder looks for signs of life.
      expect(harness.control[R.R_CHUNK]).toBe(chunks.size - 1);
    },
  };
}

const SCENES: Record<string, (parts: ReturnType<typeof setUp>) => void> = {
  'from slot to slot': ({ fill, take }) => {
    for (let i = 0; i < SLOTS + 1; i++) {
      fill();
      take();
    }
  },
  'through a full ring': ({ fill, take, tick }) => {
    for (let i = 0; i < SLOTS + 1; i++) fill();
    take();
    tick();
    for (let i = 0; i < 2; i++) fill();
  },
  'through a pause': ({ fill, runtime, survive, tick }) => {
    fill();
    survive(runtime.pause);
    tick();
    fill();
    survive(runtime.resume);
    tick();
    fill();
  },
};

test.each(Object.keys(SCENES))('code that is terminated on the way %s leaves the ring in order', (name) => {
  let n = 1;
  for (let wasReached = true; wasReached; n++) {
    const parts = setUp();
    const isReached = strikeAt(n);
    SCENES[name]!(parts);
    wasReached = isReached();
    vi.restoreAllMocks();
    // What the program was kept from.
    parts.runtime.resume();
    parts.take();
    parts.tick();
    parts.fill();
    parts.take();
    parts.check();
  }
  // Not a scene in which nothing can happen.
  expect(n).toBeGreaterThan(20);
});
