import { H, R, readChunkHeader, type ChunkHeader } from '@execution-cinema/format';
import { scanFragment, type FragmentCounts } from './scan-fragment.ts';

/** A piece of one chunk that is ready to be stored: words `from` .. `to` of slot `slot`. */
export interface Piece {
  chunk: number;
  slot: number;
  fragment: number;
  from: number;
  to: number;
  /** The chunk is complete with this piece. */
  final: boolean;
  header: ChunkHeader;
  firstEvent: number;
  events: number;
  firstCall: number;
  calls: number;
  throws: number;
  startNs: number;
  endNs: number;
}

/** What lies in the first `words` words of a chunk. */
interface Accounts extends FragmentCounts {
  words: number;
}

/** How far the chunk being read has been stored. */
interface ChunkProgress extends Accounts {
  header: ChunkHeader;
  fragment: number;
}

export type Extent =
  /** Complete chunks only. */
  | 'full'
  /** And what is published of the chunk being written. */
  | 'published'
  /** And what is written but not published: allowed when the writer waits for us, or has ended. */
  | 'written';

/**
 * Reads the ring of one thread, chunk by chunk. `collect` looks and changes nothing; `accept` records that the pieces
 * were stored, `release` gives their slots back. Words below `to` never change until their slot is released.
 */
export class RingReader {
  readonly control: Int32Array;
  private readonly slots: number;
  private readonly slotWords: Int32Array[] = [];
  private chunk = 0;
  private progress: ChunkProgress | undefined;
  private quietChunk = -1;
  private quietWritten = -1;
  private quietTicks = 0;

  constructor(ring: SharedArrayBuffer) {
    this.control = new Int32Array(ring);
    this.slots = this.control[R.R_SLOTS]!;
    const wordsPerSlot = this.control[R.R_SLOT_WORDS]!;
    for (let slot = 0; slot < this.slots; slot++) {
      const offset = R.slotOffsetWords(this.slots, wordsPerSlot, slot);
      this.slotWords.push(this.control.subarray(offset, offset + wordsPerSlot));
    }
  }

  /** Words of a slot, seen in place. */
  wordsOf(slot: number): Int32Array {
    return this.slotWords[slot]!;
  }

  /** Advances the clock's tick and what is known about the writer's silence. True when the writer has moved. */
  tick(): boolean {
    Atomics.add(this.control, R.R_TICK, 1);
    const chunk = Atomics.load(this.control, R.R_CHUNK);
    const written = this.control[R.slotControlWords(chunk % this.slots) + R.S_WRITTEN]!;
    const moved = written !== this.quietWritten || chunk !== this.quietChunk;
    this.quietTicks = moved ? 0 : this.quietTicks + 1;
    this.quietWritten = written;
    this.quietChunk = chunk;
    return moved;
  }

  /** True when words lie in the ring that were not stored. */
  hasUnstored(): boolean {
    const state = this.stateOf(this.chunk);
    if (state !== R.SLOT_WRITING) return state === R.SLOT_FULL;
    const at = R.slotControlWords(this.chunk % this.slots);
    return (
      Math.max(this.control[at + R.S_WRITTEN]!, Atomics.load(this.control, at + R.S_PUBLISHED)) >
      (this.progress?.words ?? 0)
    );
  }

  /** Complete chunks that wait to be stored. */
  fullSlots(): number {
    let count = 0;
    while (count < this.slots && this.stateOf(this.chunk + count) === R.SLOT_FULL) count++;
    return count;
  }

  /** Pieces that can be stored now, in order; at most `maxPieces`. */
  collect(extent: Extent, maxPieces = this.slots): Piece[] {
    const pieces: Piece[] = [];
    let progress = this.progress;
    for (let chunk = this.chunk; pieces.length < maxPieces && chunk < this.chunk + this.slots; chunk++) {
      const state = this.stateOf(chunk);
      if (state === R.SLOT_FREE || (state === R.SLOT_WRITING && extent === 'full')) break;
      const piece = this.pieceOf(chunk, state, progress, extent);
      if (piece !== undefined) pieces.push(piece);
      if (state === R.SLOT_WRITING) break;
      progress = undefined;
    }
    return pieces;
  }

  private stateOf(chunk: number): number {
    const at = R.slotControlWords(chunk % this.slots);
    const state = Atomics.load(this.control, at + R.S_STATE);
    return state !== R.SLOT_FREE && this.control[at + R.S_CHUNK] === chunk ? state : R.SLOT_FREE;
  }

  private pieceOf(
    chunk: number,
    state: number,
    progress: ChunkProgress | undefined,
    extent: Extent,
  ): Piece | undefined {
    const slot = chunk % this.slots;
    const at = R.slotControlWords(slot);
    const final = state === R.SLOT_FULL;
    // Before the end of what may be read: the words that they are about were published before them.
    const settled = this.settled(at);
    const to = final ? Atomics.load(this.control, at + R.S_PUBLISHED) : this.endOf(chunk, at, extent);
    const words = this.slotWords[slot]!;
    if (to < H.HEADER_FIXED_WORDS || to < words[H.H_WORDS]!) return undefined;
    const from = progress?.words ?? 0;
    if (to <= from && !final) return undefined;
    const header = progress?.header ?? readChunkHeader(words);
    const before = progress ?? {
      fragment: 0,
      words: header.headerWords,
      events: 0,
      calls: 0,
      throws: 0,
      endNs: header.startNs,
    };
    const counted = settled !== undefined && settled.words >= before.words ? settled : before;
    const rest = counted.words < to ? scanFragment(words, header, counted, to) : undefined;
    const counts = {
      events: counted.events - before.events + (rest?.events ?? 0),
      calls: counted.calls - before.calls + (rest?.calls ?? 0),
      throws: counted.throws - before.throws + (rest?.throws ?? 0),
      endNs: Math.max(before.endNs, rest?.endNs ?? counted.endNs),
    };
    return {
      chunk,
      slot,
      fragment: before.fragment,
      from,
      to,
      final,
      header,
      firstEvent: header.firstEvent + before.events,
      firstCall: header.nextCall + before.calls,
      startNs: before.endNs,
      ...counts,
    };
  }

  /**
   * The writer's own accounts of a slot, undefined while it settles them. Those of a full slot are about all of it; until then
   * a worker publishes more than it has counted, and one that stands still has written more than it has published.
   */
  private settled(at: number): Accounts | undefined {
    const load = (word: number): number => Atomics.load(this.control, at + word);
    const words = load(R.S_COUNTED);
    const accounts = {
      words,
      events: load(R.S_EVENTS),
      calls: load(R.S_CALLS),
      throws: load(R.S_THROWS),
      endNs: H.u53(load(R.S_TIME), load(R.S_TIME + 1)),
    };
    return load(R.S_COUNTING) === words ? accounts : undefined;
  }

  private endOf(chunk: number, at: number, extent: Extent): number {
    const published = Atomics.load(this.control, at + R.S_PUBLISHED);
    if (extent === 'written') return Math.max(published, this.control[at + R.S_WRITTEN]!);
    const quiet = chunk === this.quietChunk && this.quietTicks >= R.QUIET_TICKS_BEFORE_TRUST;
    // Not what is written by now: only what was there all the while.
    return quiet ? Math.max(published, this.quietWritten) : published;
  }

  /** Records that these pieces, from one `collect`, are in the database. */
  accept(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      const before = piece.fragment === 0 ? undefined : this.progress;
      if (piece.final) {
        this.chunk = piece.chunk + 1;
        this.progress = undefined;
        continue;
      }
      this.progress = {
        header: piece.header,
        fragment: piece.fragment + 1,
        words: piece.to,
        events: (before?.events ?? 0) + piece.events,
        calls: (before?.calls ?? 0) + piece.calls,
        throws: (before?.throws ?? 0) + piece.throws,
        endNs: piece.endNs,
      };
    }
  }

  /** Gives the slots of complete pieces back to the writer, which may be waiting for one. */
  release(pieces: readonly Piece[]): void {
    for (const { final, slot } of pieces) {
      if (!final) continue;
      const at = R.slotControlWords(slot);
      Atomics.store(this.control, at + R.S_STATE, R.SLOT_FREE);
      Atomics.notify(this.control, at + R.S_STATE);
    }
    showLife(this.control);
  }
}

/** Tells the thread of this ring that its recorder gets on. */
export function showLife(control: Int32Array): void {
  Atomics.add(control, R.R_PROGRESS, 1);
  Atomics.notify(control, R.R_PROGRESS);
}
