import { R } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { FakeWriter } from '../../../test/recorder/fake-writer.ts';
import { RingReader } from '../ring-reader.ts';
import { HeatGauge } from './heat.ts';

function measured(write: (writer: FakeWriter) => void): ReturnType<HeatGauge['take']> {
  const writer = new FakeWriter(4, 65_536);
  const reader = new RingReader(writer.ring);
  const gauge = new HeatGauge(writer.words);
  write(writer);
  for (const piece of reader.collect('written')) gauge.add(reader.wordsOf(piece.slot), piece);
  return gauge.take();
}

describe('heat', () => {
  test('is charged to the function that was called, its return included', () => {
    const { sites, recordedNs, thrown } = measured((writer) => {
      for (let i = 0; i < 10; i++) writer.call(7, i);
      writer.call(8, 1);
    });
    expect(sites.get(7)!.recordedNs).toBe(10 * sites.get(8)!.recordedNs);
    expect(recordedNs).toBe(11 * sites.get(8)!.recordedNs);
    expect([...thrown]).toEqual([]);
  });

  test('of an object grows with its properties, faster than with its words', () => {
    const { sites } = measured((writer) => {
      for (let i = 0; i < 100; i++) {
        writer.call(7, 1);
        writer.callWithObject(8, 1);
        writer.callWithObject(9, 10);
      }
    });
    const [plain, small, large] = [7, 8, 9].map((site) => sites.get(site)!.recordedNs);
    const words = { small: 4 / 2, large: 22 / 2 };
    expect(small! / plain!).toBeGreaterThan(words.small);
    expect(large! - small!).toBeGreaterThan(small! - plain!);
  });

  test('of a text grows with what is searched, faster than with its words', () => {
    const { sites } = measured((writer) => {
      writer.callWithText(7, 40);
      writer.callWithText(8, 240);
      writer.call(9, 1);
    });
    const [short, long, plain] = [7, 8, 9].map((site) => sites.get(site)!.recordedNs);
    // 50 words more.
    expect(long! - short!).toBeGreaterThan(50 * 10);
    expect(short!).toBeGreaterThan(2 * plain!);
  });

  test('of a call is more than that of its events', () => {
    const { sites } = measured((writer) => {
      for (let i = 0; i < 10; i++) writer.call(7, i);
    });
    // Two events of three words together.
    expect(sites.get(7)!.recordedNs / 10).toBeGreaterThan(2 * 14 + 3 * 6 + 30);
  });

  test('of following resources is what the thread says that it has followed, past the wrap of its count too', () => {
    const writer = new FakeWriter();
    writer.words[R.R_FOLLOWED] = -10;
    const gauge = new HeatGauge(writer.words);
    writer.words[R.R_FOLLOWED] = 90;
    const { followedNs } = gauge.take();
    expect(followedNs).toBeGreaterThan(0);
    writer.words[R.R_FOLLOWED] = 190;
    expect(gauge.take().followedNs).toBe(followedNs);
    expect(gauge.take().followedNs).toBe(0);
  });

  test('of more events than are looked at is taken from those that are', () => {
    const some = measured((writer) => {
      for (let i = 0; i < 5_000; i++) writer.call(7, 1);
    });
    const many = measured((writer) => {
      for (let i = 0; i < 40_000; i++) writer.call(7, 1);
    });
    expect(many.recordedNs / some.recordedNs).toBeCloseTo(8, 1);
    expect(many.sites.get(7)!.recordedNs / some.sites.get(7)!.recordedNs).toBeCloseTo(8, 1);
  });

  test('finds counts that come behind more events than are looked at', () => {
    const { sites } = measured((writer) => {
      for (let i = 0; i < 30_000; i++) writer.call(7, 1);
      writer.counted(8, 5_000);
    });
    expect(sites.get(8)).toEqual({ recordedNs: 0, visits: 0, counted: 5_000 });
  });

  test('knows who threw, also beyond what it looks at otherwise', () => {
    const { thrown } = measured((writer) => {
      for (let i = 0; i < 12_000; i++) writer.call(7, 1);
      writer.throwing(9);
    });
    expect([...thrown]).toEqual([9]);
  });

  test('begins anew with each interval', () => {
    const gauge = new HeatGauge(new FakeWriter(4, 65_536).words);
    expect(gauge.take()).toEqual({ recordedNs: 0, sites: new Map(), thrown: new Set(), followedNs: 0 });
  });
});
