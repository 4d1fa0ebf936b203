import * as H from '@execution-cinema/format/chunk-layout';
import * as R from '@execution-cinema/format/ring-layout';
import type { Clock } from '../clock/clock.ts';
import {
  BETWEEN_CHUNKS,
  CHUNK,
  CONTROL,
  DEEPEST,
  DROPPED_EVENTS,
  DROPPING,
  EPOCH,
  EVENTS,
  EVENTS_BEFORE,
  FIRST_CALL,
  GAP_EVENTS,
  LAST_NS,
  LIMIT,
  LONGEST_GAP_NS,
  GAP_REASON,
  NEXT_CALL,
  NEXT_LIMIT,
  POSITION,
  SLOT_LIMIT,
  START,
  STRINGS,
  THROWS,
  WRITTEN,
  type Core,
} from '../core.ts';
import { atomics, max, min } from '../primordials.ts';
import { PER_HIGH_WORD, putPair, writeChunkHeader } from './chunk-header.ts';

export type Backpressure = 'block' | 'drop';

/** A full ring is waited for as long as the recorder makes progress at least this often; then events are dropped. */
const STALL_MS_MAX = 2000;
/** One wait inside that: the recorder may have been ended by something that could not wake us. */
const WAIT_MS = 50;
/** Clock error stated before any distance between time points was seen, nanoseconds. */
const CLOCK_ERROR_FIRST_NS = 1_000_000;
/**
 * A chunk of the default size ends this much earlier: what is left over of its row behind whole pages of 64 KiB then
 * still fits the row's own page (https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages) instead of taking
 * most of another one, which made recordings 1.6 % larger.
 */
const PAGE_FIT_WORDS = 72;
const RECORDER_ENDED = 2;
const REASON_NONE = 0;
const REASON_FULL = 1;
const REASON_PAUSED = 2;

export interface Ring {
  /** Makes what was written so far visible to the recorder, and wakes it when it sleeps. Settles the accounts. */
  publish(): void;
  /**
   * To be called when the stack has emptied: does what cannot wait for the next tick. The recorder is woken when it sleeps,
   * and of a thread that others may end its words are made visible. Those of the main thread become so with the next
   * tick or, when it does nothing more, by S_WRITTEN that stands still; a store that the recorder's core sees at once
   * would cost it 20 ns a callback, and it drains before it ends.
   */
  show(): void;
  /** Ends the chunk and begins the next one: in the next slot, or in the scratch slot while events are dropped. */
  cut(): void;
  /** To be called now and then while events are dropped: begins a real chunk as soon as a slot is free. */
  leaveDropping(): void;
  /** Events go to the scratch slot from here on (reason: paused) until `resume`. */
  pause(): void;
  resume(): void;
  /** Waits until everything so far is in the database. False when the recorder has ended or stopped making progress. */
  drain(timeoutMs: number): boolean;
  counts(): { produced: number; dropped: number };
}

export interface RingOptions {
  backpressure: Backpressure;
  /** Other threads may end this one at any moment, as a worker: what it has done must be seen at once. */
  mayBeEnded: boolean;
}

/** Takes over the ring and begins its first chunk. Throws RangeError when the slots are too small for one event. */
export function createRing(core: Core, clock: Clock, { backpressure, mayBeEnded }: RingOptions): Ring {
  const { words, registers, wide, state } = core;
  const slots = words[R.R_SLOTS]!;
  const slotWords = words[R.R_SLOT_WORDS]!;
  if (slotWords < R.SLOT_WORDS_MIN || slots < 2) {
    throw new RangeError(`ring of ${slots} slots with ${slotWords} words, expected 2 or more with ${R.SLOT_WORDS_MIN}`);
  }
  /** R_PROGRESS at the last time the recorder was found stalled: no more waiting until it moves. */
  let stalledAt = -1;
  let paused = false;

  const publish = (): void => {
    if (registers[BETWEEN_CHUNKS] === 1) return;
    const at = registers[CONTROL]!;
    const written = registers[POSITION]! - registers[START]!;
    atomics.store(words, at + R.S_COUNTING, written);
    atomics.store(words, at + R.S_EVENTS, registers[EVENTS]!);
    atomics.store(words, at + R.S_CALLS, wide[NEXT_CALL]! - wide[FIRST_CALL]!);
    atomics.store(words, at + R.S_THROWS, registers[THROWS]!);
    atomics.store(words, at + R.S_TIME, wide[LAST_NS]!);
    atomics.store(words, at + R.S_TIME + 1, wide[LAST_NS]! * PER_HIGH_WORD);
    putPair(words, R.R_PRODUCED, wide[EVENTS_BEFORE]! + registers[EVENTS]!);
    putPair(words, R.R_DROPPED, wide[DROPPED_EVENTS]! + (registers[DROPPING] === REASON_NONE ? 0 : registers[EVENTS]!));
    if (registers[DEEPEST]! > words[R.R_MAX_DEPTH]!) words[R.R_MAX_DEPTH] = registers[DEEPEST]!;
    atomics.store(words, at + R.S_PUBLISHED, written);
    atomics.store(words, at + R.S_COUNTED, written);
    wake();
  };

  const show = (): void => {
    // What is dropped shows in the accounts alone.
    if (registers[BETWEEN_CHUNKS] === 1 || registers[DROPPING] !== REASON_NONE) return publish();
    if (registers[DEEPEST]! > words[R.R_MAX_DEPTH]!) words[R.R_MAX_DEPTH] = registers[DEEPEST]!;
    if (mayBeEnded) {
      atomics.store(words, registers[CONTROL]! + R.S_PUBLISHED, registers[POSITION]! - registers[START]!);
    }
    // A plain look: the recorder says that it is about to sleep some ticks ahead.
    if (words[R.R_SLEEPING] !== 0) wake();
  };

  const wake = (): void => {
    if (atomics.load(words, R.R_SLEEPING) === 0) return;
    atomics.add(words, R.R_WAKE, 1);
    atomics.notify(words, R.R_WAKE);
  };

  const isFree = (slot: number): boolean =>
    atomics.load(words, R.slotControlWords(slot) + R.S_STATE) === R.SLOT_FREE &&
    atomics.load(words, R.R_RECORDER) !== RECORDER_ENDED;

  /** Waits for the slot while the recorder makes progress. */
  const waitForSlot = (slot: number): boolean => {
    const stateWord = R.slotControlWords(slot) + R.S_STATE;
    let progress = atomics.load(words, R.R_PROGRESS);
    if (progress === stalledAt) return false;
    let stalledMs = 0;
    while (atomics.load(words, R.R_RECORDER) !== RECORDER_ENDED) {
      wake();
      atomics.wait(words, stateWord, R.SLOT_FULL, WAIT_MS);
      if (isFree(slot)) return true;
      const moved = atomics.load(words, R.R_PROGRESS);
      stalledMs = moved === progress ? stalledMs + WAIT_MS : 0;
      progress = moved;
      if (stalledMs >= STALL_MS_MAX) {
        stalledAt = progress;
        return false;
      }
    }
    return false;
  };

  /** Moves to slot `slot` (number `slots`: scratch) and writes the header of the chunk that begins there. */
  const begin = (slot: number, reason: number): void => {
    const at = R.slotControlWords(slot);
    const start = R.slotOffsetWords(slots, slotWords, slot);
    const gap = wide[GAP_EVENTS]!;
    wide[LAST_NS] = max(wide[LAST_NS]!, clock.nowNs());
    const longestGapNs = wide[LONGEST_GAP_NS]!;
    const headerWords = writeChunkHeader(core, start, slotWords, {
      firstEvent: wide[EVENTS_BEFORE]!,
      dropped: gap,
      dropReason: gap > 0 ? registers[GAP_REASON]! : REASON_NONE,
      clockErrorNs: clock.errorNs + min(longestGapNs > 0 ? longestGapNs : CLOCK_ERROR_FIRST_NS, 0x3fffffff),
    });
    // From here on in one stretch, see core.ts.
    words[at + R.S_WRITTEN] = 0;
    words[at + R.S_CHUNK] = registers[CHUNK]!;
    registers[DROPPING] = reason;
    registers[CONTROL] = at;
    registers[START] = start;
    registers[WRITTEN] = at + R.S_WRITTEN;
    registers[SLOT_LIMIT] = start + slotWords - H.EVENT_WORDS_MAX - PAGE_FIT_WORDS;
    registers[NEXT_LIMIT] = -1;
    registers[LIMIT] = -1;
    registers[EVENTS] = 0;
    registers[THROWS] = 0;
    registers[STRINGS] = 0;
    registers[EPOCH]!++;
    registers[DEEPEST] = state.d;
    wide[FIRST_CALL] = wide[NEXT_CALL]!;
    wide[LONGEST_GAP_NS] = 0;
    registers[POSITION] = start + headerWords;
    registers[BETWEEN_CHUNKS] = 0;
    if (reason === REASON_NONE) wide[GAP_EVENTS] = 0;
    else registers[GAP_REASON] = reason;
    atomics.store(words, at + R.S_PUBLISHED, 0);
    atomics.store(words, at + R.S_COUNTED, 0);
    atomics.store(words, at + R.S_STATE, R.SLOT_WRITING);
    atomics.store(words, R.R_CHUNK, registers[CHUNK]!);
  };

  /** Settles the accounts of the current slot and hands it over. */
  const finish = (): void => {
    // Code that was ended at the last call below has settled the accounts, but not handed the slot over.
    if (registers[BETWEEN_CHUNKS] === 1) return handOver();
    publish();
    const events = registers[EVENTS]!;
    registers[BETWEEN_CHUNKS] = 1;
    registers[LIMIT] = -1;
    registers[NEXT_LIMIT] = -1;
    wide[EVENTS_BEFORE] = wide[EVENTS_BEFORE]! + events;
    registers[EVENTS] = 0;
    if (registers[DROPPING] !== REASON_NONE) {
      wide[GAP_EVENTS] = wide[GAP_EVENTS]! + events;
      wide[DROPPED_EVENTS] = wide[DROPPED_EVENTS]! + events;
      return;
    }
    registers[CHUNK]!++;
    handOver();
  };

  /** Of the slot that was finished last, if it was a real one. */
  const handOver = (): void => {
    const at = registers[CONTROL]! + R.S_STATE;
    if (registers[DROPPING] !== REASON_NONE || atomics.load(words, at) !== R.SLOT_WRITING) return;
    atomics.store(words, at, R.SLOT_FULL);
    wake();
  };

  const next = (mayWait: boolean): void => {
    const slot = registers[CHUNK]! % slots;
    if (paused) return begin(slots, REASON_PAUSED);
    if (isFree(slot) || (mayWait && backpressure === 'block' && waitForSlot(slot))) begin(slot, REASON_NONE);
    else begin(slots, REASON_FULL);
  };

  const cut = (): void => {
    finish();
    next(true);
  };

  const leaveDropping = (): void => {
    if (registers[DROPPING] === REASON_NONE || paused || !isFree(registers[CHUNK]! % slots)) return;
    finish();
    next(false);
  };

  /** Waits until the recorder has answered a drain request. */
  const settle = (timeoutMs: number): boolean => {
    publish();
    const wanted = (atomics.add(words, R.R_DRAIN, 1) + 1) | 0;
    let progress = atomics.load(words, R.R_PROGRESS);
    let waitedMs = 0;
    for (;;) {
      atomics.add(words, R.R_WAKE, 1);
      atomics.notify(words, R.R_WAKE);
      const drained = atomics.load(words, R.R_DRAINED);
      if (((drained - wanted) | 0) >= 0) return true;
      if (waitedMs >= timeoutMs || atomics.load(words, R.R_RECORDER) === RECORDER_ENDED) return false;
      atomics.wait(words, R.R_DRAINED, drained, min(WAIT_MS, timeoutMs));
      const moved = atomics.load(words, R.R_PROGRESS);
      waitedMs = moved === progress ? waitedMs + WAIT_MS : 0;
      progress = moved;
    }
  };

  registers[CHUNK] = 0;
  registers[BETWEEN_CHUNKS] = 1;
  next(false);

  return {
    publish,
    show,
    cut,
    leaveDropping,
    pause: () => {
      if (paused) return;
      paused = true;
      atomics.store(words, R.R_PAUSED, 1);
      cut();
    },
    resume: () => {
      if (!paused) return;
      paused = false;
      atomics.store(words, R.R_PAUSED, 0);
      cut();
    },
    drain: (timeoutMs) => {
      if (registers[BETWEEN_CHUNKS] === 1) cut();
      const drained = settle(timeoutMs);
      // The recorder has given slots back: a real chunk now states the gap that would otherwise end the recording.
      if (!drained || registers[DROPPING] === REASON_NONE || paused) return drained;
      leaveDropping();
      return settle(timeoutMs);
    },
    counts: () => ({
      produced: wide[EVENTS_BEFORE]! + registers[EVENTS]!,
      dropped: wide[DROPPED_EVENTS]! + (registers[DROPPING] === REASON_NONE ? 0 : registers[EVENTS]!),
    }),
  };
}
