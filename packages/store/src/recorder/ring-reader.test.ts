import { H, R } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { FakeWriter } from '../../test/recorder/fake-writer.ts';
import { RingReader, type Extent, type Piece } from './ring-reader.ts';

function take(reader: RingReader, extent: Extent): Piece[] {
  const pieces = reader.collect(extent);
  reader.accept(pieces);
  reader.release(pieces);
  return pieces;
}

const brief = (pieces: readonly Piece[]) =>
  pieces.map(({ chunk, fragment, firstEvent, events, firstCall, calls, throws, final }) => ({
    chunk,
    fragment,
    firstEvent,
    events,
    firstCall,
    calls,
    throws,
    final,
  }));

describe('the reader of a ring', () => {
  test('finds nothing in a ring that nobody has written to', () => {
    const reader = new RingReader(new FakeWriter().ring);
    expect(reader.collect('written')).toEqual([]);
    expect(reader.hasUnstored()).toBe(false);
    expect(reader.tick()).toBe(true);
    expect(reader.tick()).toBe(false);
  });

  test('takes what is published, piece by piece, and counts it', () => {
    const writer = new FakeWriter();
    const reader = new RingReader(writer.ring);
    writer.call(1, 5);
    writer.call(1, 6);
    expect(reader.collect('published')).toEqual([]);
    writer.publish();
    writer.throwing(2);
    expect(brief(take(reader, 'published'))).toEqual([
      { chunk: 0, fragment: 0, firstEvent: 0, events: 4, firstCall: 1, calls: 2, throws: 0, final: false },
    ]);
    expect(take(reader, 'published')).toEqual([]);
    expect(brief(take(reader, 'written'))).toEqual([
      { chunk: 0, fragment: 1, firstEvent: 4, events: 2, firstCall: 3, calls: 1, throws: 1, final: false },
    ]);
    writer.call(1, 7);
    writer.finishChunk();
    expect(brief(take(reader, 'full'))).toEqual([
      { chunk: 0, fragment: 2, firstEvent: 6, events: 2, firstCall: 4, calls: 1, throws: 0, final: true },
    ]);
    expect(reader.hasUnstored()).toBe(false);
  });

  test('believes what the writer has counted, and goes through the words behind that alone', () => {
    const writer = new FakeWriter();
    const reader = new RingReader(writer.ring);
    writer.call(1, 5);
    writer.throwing(2);
    writer.timeNs += 1_000;
    writer.call(1, 6);
    writer.publish();
    const counted = writer.words[R.slotControlWords(0) + R.S_COUNTED]!;
    // Words that would stop whoever went through them.
    const words = reader.wordsOf(0);
    const first = words[H.H_WORDS]!;
    const original = words[first]!;
    words[first] = -1;
    expect(reader.collect('published')).toMatchObject([{ events: 6, calls: 3, throws: 1, to: counted }]);
    writer.throwing(2);
    expect(reader.collect('written')).toMatchObject([{ events: 8, calls: 4, throws: 2 }]);
    const [piece] = take(reader, 'written');
    words[first] = original;
    writer.call(1, 7);
    writer.publish();
    const [next] = take(reader, 'published');
    expect(next).toMatchObject({ firstEvent: 8, events: 2, firstCall: 5, calls: 1, throws: 0, startNs: piece!.endNs });
  });

  test('goes through the words itself while the writer settles its accounts', () => {
    const writer = new FakeWriter();
    const reader = new RingReader(writer.ring);
    writer.call(1, 5);
    writer.publish();
    writer.throwing(2);
    writer.publish();
    const control = R.slotControlWords(0);
    writer.words[control + R.S_COUNTING]!++;
    writer.words[control + R.S_EVENTS] = 1_000;
    expect(reader.collect('published')).toMatchObject([{ events: 4, calls: 2, throws: 1 }]);
  });

  test('trusts words that are not published only when the writer has been quiet', () => {
    const writer = new FakeWriter();
    const reader = new RingReader(writer.ring);
    writer.call(1, 5);
    writer.publish();
    take(reader, 'published');
    writer.call(1, 6);
    expect(reader.hasUnstored()).toBe(true);
    reader.tick();
    for (let tick = 0; tick < R.QUIET_TICKS_BEFORE_TRUST; tick++) {
      expect(reader.collect('published')).toEqual([]);
      expect(reader.tick()).toBe(false);
    }
    expect(brief(take(reader, 'published'))).toMatchObject([{ firstEvent: 2, events: 2 }]);
    writer.call(1, 7);
    expect(reader.tick()).toBe(true);
    expect(reader.collect('published')).toEqual([]);
  });

  test('marks a chunk as complete that ends where it was read last', () => {
    const writer = new FakeWriter();
    const reader = new RingReader(writer.ring);
    writer.call(1, 5);
    writer.publish();
    take(reader, 'published');
    writer.finishChunk();
    expect(brief(take(reader, 'full'))).toMatchObject([{ chunk: 0, fragment: 1, events: 0, final: true }]);
    const slot = R.slotControlWords(0);
    expect(writer.words[slot + R.S_STATE]).toBe(R.SLOT_FREE);
  });

  test('hands over at most as much as asked for, in order, and gives slots back only then', () => {
    const writer = new FakeWriter(4, 4096);
    const reader = new RingReader(writer.ring);
    writer.dropping = true;
    while (writer.dropped === 0) writer.call(1, 1);
    expect(reader.fullSlots()).toBe(4);
    const first = reader.collect('full', 3);
    expect(first.map(({ chunk }) => chunk)).toEqual([0, 1, 2]);
    expect(reader.fullSlots()).toBe(4);
    reader.accept(first);
    reader.release(first);
    expect(reader.fullSlots()).toBe(1);
    expect(reader.collect('full').map(({ chunk }) => chunk)).toEqual([3]);
  });

  test('accounts for every event when the writer had to drop some', () => {
    const writer = new FakeWriter(2, 4096);
    const reader = new RingReader(writer.ring);
    writer.dropping = true;
    for (let i = 0; i < 5_000; i++) writer.call(1, 1);
    const dropped = writer.dropped;
    expect(dropped).toBeGreaterThan(0);
    const before = take(reader, 'full');
    writer.call(1, 1);
    const after = take(reader, 'written');
    expect(after[0]!.header).toMatchObject({ dropped, dropReason: 'ring full' });
    const stored = [...before, ...after].reduce((sum, { events }) => sum + events, 0);
    expect(stored + dropped).toBe(writer.produced);
    expect(after[0]!.firstEvent).toBe(before.at(-1)!.firstEvent + before.at(-1)!.events + dropped);
  });
});
