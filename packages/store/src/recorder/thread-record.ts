import { H, R } from '@execution-cinema/format';
import type { Levels } from './levels/levels.ts';
import type { ThreadInfo } from './messages.ts';
import { RingReader, type Extent, type Piece } from './ring-reader.ts';
import type { RowWriter } from './row-writer.ts';

/** One traced thread as the recorder sees it: its ring, its row, its accounts. */
export class ThreadRecord {
  readonly info: ThreadInfo;
  readonly reader: RingReader;
  /** Row in `threads`; undefined until a transaction that inserted it has been committed. */
  id: number | undefined;
  /** Events stored and dropped so far, as committed. */
  storedEvents = 0;
  droppedEvents = 0;
  /** Last time seen in its events. */
  lastNs: number;
  /** When the thread ended; its ring is complete then. */
  endNs: number | undefined;

  constructor(info: ThreadInfo) {
    this.info = info;
    this.reader = new RingReader(info.ring);
    this.lastNs = info.startNs;
  }

  private get control(): Int32Array {
    return this.reader.control;
  }

  /** Number of the drain request that is open, or undefined. */
  drainWanted(): number | undefined {
    const wanted = Atomics.load(this.control, R.R_DRAIN);
    return wanted === Atomics.load(this.control, R.R_DRAINED) ? undefined : wanted;
  }

  answerDrain(wanted: number): void {
    Atomics.store(this.control, R.R_DRAINED, wanted);
    Atomics.notify(this.control, R.R_DRAINED);
  }

  /** 1: writers may write and wait; 2: they must drop and never wait. Wakes whoever waits for the recorder. */
  setRecorderState(state: 1 | 2): void {
    const { control } = this;
    Atomics.store(control, R.R_RECORDER, state);
    Atomics.notify(control, R.R_RECORDER);
    if (state !== 2) return;
    for (const word of [R.R_PROGRESS, R.R_DRAINED]) Atomics.notify(control, word);
    for (let slot = 0; slot < control[R.R_SLOTS]!; slot++) {
      Atomics.notify(control, R.slotControlWords(slot) + R.S_STATE);
    }
  }

  /** The thread sees it at its next event: the tick makes it look. */
  setPaused(paused: boolean): void {
    Atomics.store(this.control, R.R_PAUSED, paused ? 1 : 0);
    Atomics.add(this.control, R.R_TICK, 1);
  }

  /** Pieces to store now. A thread that waits for us, or has ended, has nothing half-written. */
  collect(extent: Extent, maxPieces: number): Piece[] {
    return this.reader.collect(this.endNs === undefined ? extent : 'written', maxPieces);
  }

  /** Writes pieces inside a transaction. `offsetNs` moves times to those of the recording. Returns the bytes written. */
  write(rows: RowWriter, pieces: readonly Piece[], offsetNs: number): number {
    let bytes = 0;
    const maxDepth = pieces.length > 0 ? Atomics.exchange(this.control, R.R_MAX_DEPTH, 0) : 0;
    for (const piece of pieces) {
      const words = this.reader.wordsOf(piece.slot).subarray(piece.from, piece.to);
      const data = offsetNs !== 0 && piece.fragment === 0 ? moveStart(words, offsetNs) : words;
      bytes += data.byteLength;
      const moved = { ...piece, startNs: move(piece.startNs, offsetNs), endNs: move(piece.endNs, offsetNs) };
      rows.addPiece(this.id!, moved, Buffer.from(data.buffer, data.byteOffset, data.byteLength), maxDepth);
    }
    const after = this.countsAfter(pieces);
    if (pieces.length > 0) rows.updateThread(this.id!, after);
    return bytes;
  }

  /** Shows stored pieces to what moves levels, before their slots are given back. */
  measure(levels: Levels, pieces: readonly Piece[]): void {
    for (const piece of pieces) levels.stored(this.info.thread, this.reader.wordsOf(piece.slot), piece);
  }

  private countsAfter(pieces: readonly Piece[]) {
    let stored = this.storedEvents;
    let dropped = this.droppedEvents;
    for (const piece of pieces) {
      stored += piece.events;
      if (piece.fragment === 0) dropped += piece.header.dropped;
    }
    return { stored, dropped, produced: stored + dropped };
  }

  /** To be called when the transaction with these pieces has been committed. */
  accept(pieces: readonly Piece[]): void {
    if (pieces.length === 0) return;
    const after = this.countsAfter(pieces);
    this.storedEvents = after.stored;
    this.droppedEvents = after.dropped;
    this.lastNs = Math.max(this.lastNs, pieces.at(-1)!.endNs);
    this.reader.accept(pieces);
    this.reader.release(pieces);
  }

  /** Events produced so far, stored or not. */
  producedEvents(): number {
    return Math.max(readPair(this.control, R.R_PRODUCED), this.storedEvents + this.droppedEvents);
  }

  /**
   * Writes the accounts of a thread whose ring is not read any further: what it produced but nobody stored, nor a chunk
   * reports as dropped, is dropped here. May be repeated while the thread goes on; `endNs` when it has ended.
   * Returns the events dropped in all.
   */
  writeAccounts(rows: RowWriter, at: { nowNs: number; endNs?: number; reason: string }): number {
    const counted = this.storedEvents + this.droppedEvents;
    const produced = this.producedEvents();
    const reason = Atomics.load(this.control, R.R_PAUSED) === 1 ? 'paused' : at.reason;
    if (produced > counted) rows.replaceGap(this.id!, at.nowNs, counted, produced - counted, reason);
    const dropped = produced - this.storedEvents;
    rows.updateThread(this.id!, { produced, stored: this.storedEvents, dropped });
    if (at.endNs !== undefined) rows.endThread(this.id!, at.endNs);
    return dropped;
  }
}

/** A number of two words that another thread is writing: read again until both belong together. */
function readPair(words: Int32Array, at: number): number {
  for (;;) {
    const high = Atomics.load(words, at + 1);
    const low = Atomics.load(words, at);
    if (Atomics.load(words, at + 1) === high) return H.u53(low, high);
  }
}

/** A time of the thread as a time of the recording. */
export function move(timeNs: number, offsetNs: number): number {
  return Math.max(0, timeNs + offsetNs);
}

/** A copy of a chunk's first words with the start time of its header moved. */
function moveStart(words: Int32Array, offsetNs: number): Int32Array {
  const copy = words.slice();
  const startNs = move(H.u53(copy[H.H_START_NS]!, copy[H.H_START_NS + 1]!), offsetNs);
  copy[H.H_START_NS] = (startNs % 0x1_0000_0000) | 0;
  copy[H.H_START_NS + 1] = Math.floor(startNs / 0x1_0000_0000);
  return copy;
}
