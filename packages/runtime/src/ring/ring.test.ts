import { Worker } from 'node:worker_threads';
import { H, R, type NoteMessage } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { createHarness } from '../testing/harness.ts';
import { createRuntime } from '../runtime.ts';

const VALUES = { depth: 2, properties: 20, items: 20, string: 256 };

/** Fills what is left of a slot, and a little more. */
function fill(probes: { b: number; w(site: number, value: unknown): unknown }): void {
  for (let i = 0; i < R.SLOT_WORDS_MIN / 2; i++) probes.w(probes.b + 6, i);
}

describe('creating a ring', () => {
  test('refuses slots that cannot hold an event', () => {
    const create = (slots: number, words: number) => () =>
      createRuntime({
        ring: R.allocateRing(slots, words),
        levels: new SharedArrayBuffer(16),
        originHrtimeNs: 0n,
        clock: 'adaptive',
        backpressure: 'drop',
        values: VALUES,
        post: () => undefined,
      });
    expect(create(2, 4096)).toThrow(/ring of 2 slots with 4096 words, expected 2 or more with 32768/);
    expect(create(1, R.SLOT_WORDS_MIN)).toThrow(RangeError);
  });
});

describe('publishing', () => {
  test.each([
    ['main', 0],
    ['worker', 7],
  ])('happens when the tick moves, in a worker also when the stack empties: %s', (_name, thread) => {
    const { load, control, tick } = createHarness({ thread });
    const { b, e0, u, w } = load();
    const published = (): number => Atomics.load(control, R.slotControlWords(0) + R.S_PUBLISHED);
    const written = (): number => control[R.slotControlWords(0) + R.S_WRITTEN]!;
    const f = e0(b + 5);
    w(b + 6, 1);
    expect(published()).toBeLessThan(written());
    const before = written();
    tick();
    w(b + 6, 2);
    expect(published()).toBe(before);
    u(f);
    expect(published()).toBe(thread === 0 ? before : written());
  });

  test('wakes a recorder that sleeps', () => {
    const { load, control } = createHarness();
    const { b, e0, u } = load();
    u(e0(b + 5));
    expect(control[R.R_WAKE]).toBe(0);
    control[R.R_SLEEPING] = 1;
    u(e0(b + 5));
    expect(control[R.R_WAKE]).toBe(1);
  });

  test('says how deep the stack was', () => {
    const { load, control } = createHarness();
    const { b, e0, u } = load();
    const tokens = Array.from({ length: 9 }, () => e0(b + 5));
    tokens.reverse().forEach((token) => u(token));
    expect(control[R.R_MAX_DEPTH]).toBe(9);
  });
});

describe('a full ring', () => {
  test('with drop: a gap with its exact size and reason, and recording goes on', () => {
    const harness = createHarness({ slots: 2 });
    const probes = harness.load();
    for (let i = 0; i < 4; i++) fill(probes);
    const { produced, dropped } = harness.runtime.counts();
    expect(dropped).toBeGreaterThan(0);
    expect(harness.take()).toHaveLength(2);
    harness.tick();
    probes.w(probes.b + 6, 1);
    const [chunk] = harness.take();
    expect(chunk!.header).toMatchObject({ chunk: 2, dropped, dropReason: 'ring full', firstEvent: produced });
    expect(harness.runtime.counts().dropped).toBe(dropped);
  });

  test('with block: waits no longer than the recorder makes no progress, then drops without waiting', () => {
    const harness = createHarness({ slots: 2, backpressure: 'block' });
    harness.control[R.R_RECORDER] = 1;
    const probes = harness.load();
    const start = performance.now();
    for (let i = 0; i < 3; i++) fill(probes);
    const waitedMs = performance.now() - start;
    expect(waitedMs).toBeGreaterThan(1900);
    expect(waitedMs).toBeLessThan(4000);
    for (let i = 0; i < 3; i++) fill(probes);
    expect(performance.now() - start - waitedMs).toBeLessThan(1000);
    expect(harness.runtime.counts().dropped).toBeGreaterThan(0);
  });

  test('with block: never waits for a recorder that has ended', () => {
    const harness = createHarness({ slots: 2, backpressure: 'block' });
    harness.control[R.R_RECORDER] = 2;
    const probes = harness.load();
    const start = performance.now();
    for (let i = 0; i < 4; i++) fill(probes);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(harness.runtime.drain(2000)).toBe(false);
  });
});

describe('pausing', () => {
  test('drops with the reason, by the api and by the control word', () => {
    const harness = createHarness();
    const { b, w } = harness.load();
    harness.runtime.pause();
    for (let i = 0; i < 5; i++) w(b + 6, i);
    harness.runtime.resume();
    w(b + 6, 1);
    expect(harness.take().at(-1)!.header).toMatchObject({ dropped: 5, dropReason: 'paused' });
    harness.control[R.R_PAUSED] = 1;
    harness.tick();
    for (let i = 0; i < 7; i++) w(b + 6, i);
    harness.control[R.R_PAUSED] = 0;
    harness.tick();
    w(b + 6, 1);
    expect(harness.take().at(-1)!.header).toMatchObject({ dropped: 7, dropReason: 'paused' });
  });
});

/** A recorder that stores nothing: it counts words in order, frees slots and answers drain requests. */
const CONSUMER = `
  const { workerData: { ring, slots, at, slotWords, report }, parentPort } = require('node:worker_threads');
  const words = new Int32Array(ring);
  const result = new Int32Array(report);
  let chunk = 0;
  words[at.R_RECORDER] = 1;
  for (;;) {
    Atomics.add(words, at.R_TICK, 1);
    const wanted = Atomics.load(words, at.R_DRAIN);
    for (;;) {
      const control = 64 + (chunk % slots) * 16;
      if (Atomics.load(words, control) !== 2 || words[control + 1] !== chunk) break;
      result[0] += words[control + 4];
      result[1] += words[at.start + (chunk % slots) * slotWords + 10];
      chunk++;
      Atomics.store(words, control, 0);
      Atomics.notify(words, control);
      Atomics.add(words, at.R_PROGRESS, 1);
    }
    if (wanted !== Atomics.load(words, at.R_DRAINED)) {
      const control = 64 + (chunk % slots) * 16;
      result[2] = Atomics.load(words, control) === 1 ? words[control + 4] : 0;
      Atomics.store(words, at.R_DRAINED, wanted);
      Atomics.notify(words, at.R_DRAINED);
    }
    if (Atomics.load(result, 3) === 1) break;
    Atomics.wait(words, at.R_WAKE, Atomics.load(words, at.R_WAKE), 1);
  }
`;

describe('with a recorder in another thread', () => {
  test('block loses nothing, and drain waits for everything', async () => {
    const slots = 3;
    const slotWords = R.SLOT_WORDS_MIN;
    const ring = R.allocateRing(slots, slotWords);
    const report = new Int32Array(new SharedArrayBuffer(16));
    const worker = new Worker(CONSUMER, {
      eval: true,
      workerData: {
        ring,
        slots,
        slotWords,
        report: report.buffer,
        at: { ...JSON.parse(JSON.stringify(R)), start: R.slotOffsetWords(slots, slotWords, 0) },
      },
    });
    await new Promise((resolve) => void worker.once('online', resolve));
    const notes: unknown[] = [];
    const runtime = createRuntime({
      ring,
      levels: new SharedArrayBuffer(1 << 16),
      originHrtimeNs: process.hrtime.bigint(),
      clock: 'adaptive',
      backpressure: 'block',
      values: VALUES,
      post: (message) => void notes.push(message as NoteMessage),
    });
    const { b, e2, r, w } = runtime.m('test', '5'.repeat(16));
    for (let i = 0; i < 100_000; i++) {
      const f = e2(b + 5, i, `${i}`);
      w(b + 6, { i });
      r(f, i);
    }
    expect(runtime.drain(5000)).toBe(true);
    const { produced, dropped } = runtime.counts();
    expect(produced).toBe(300_001);
    expect(dropped).toBe(0);
    expect(report[0]! + report[2]!).toBe(produced);
    runtime.beginExit();
    r(e2(b + 5, 1, 2), 3); // a call in an exit listener: drained when it returns
    expect(report[0]! + report[2]!).toBe(produced + 2);
    Atomics.store(report, 3, 1);
    await worker.terminate();
    expect(H.CHUNK_MAGIC).toBe(new Int32Array(ring)[R.slotOffsetWords(slots, slotWords, 0)]);
  });
});
