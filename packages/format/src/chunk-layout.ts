/*
 * A chunk: the unit that can be decoded alone. It is a header followed by event words, at most one slot of the ring
 * long. The recorder stores it as one or more fragments (consecutive pieces of the same words).
 *
 * | word | meaning |
 * |---|---|
 * | 0 | CHUNK_MAGIC |
 * | 1 | FORMAT_VERSION |
 * | 2 | header words (events start here) |
 * | 3 | chunk sequence number of the thread, from 0 |
 * | 4,5 | u53 sequence number of the first event (= events produced before, dropped ones included) |
 * | 6,7 | u53 call number that the next ENTER gets (first call of a thread: 1) |
 * | 8,9 | u53 time of the chunk's start, nanoseconds since the recording began |
 * | 10,11 | u53 events dropped just before this chunk |
 * | 12 | scope number that the next SCOPE_OPEN or SCOPE_COPY gets (from 1) |
 * | 13 | object id that the next new object gets (from 1) |
 * | 14 | open frames listed below |
 * | 15 | open frames further out that are not listed (deeper than HEADER_FRAMES_MAX) |
 * | 16,17 | u53 correlation in force (0 none) |
 * | 18 | bound of the clock's error between two time points, nanoseconds |
 * | 19 | why events were dropped: 0 none, 1 ring full, 2 paused |
 * | 20.. | per open frame, outermost first: function site, call number low, high, innermost shared scope instance: the one it opened last, else the one it closes over (0 none) |
 *
 * A chunk is valid when word 0 and 1 are as expected and word 2 lies within it. A reader proceeds from word 2 until
 * END or the last word. Change together: the runtime's chunk cutter, decode-events.ts, docs/SCHEMA.md.
 */
export const CHUNK_MAGIC = 0x4b434345; // "ECCK"
export const HEADER_FIXED_WORDS = 20;
export const HEADER_FRAME_WORDS = 4;
/** Frames listed in a chunk header; further ones are counted only. */
export const HEADER_FRAMES_MAX = 16_384;

export const H_MAGIC = 0;
export const H_VERSION = 1;
export const H_WORDS = 2;
export const H_CHUNK = 3;
export const H_FIRST_EVENT = 4;
export const H_NEXT_CALL = 6;
export const H_START_NS = 8;
export const H_DROPPED = 10;
export const H_NEXT_SCOPE = 12;
export const H_NEXT_OBJECT = 13;
export const H_FRAMES = 14;
export const H_FRAMES_OMITTED = 15;
export const H_CORRELATION = 16;
export const H_CLOCK_ERROR_NS = 18;
export const H_DROP_REASON = 19;

export const DROP_REASONS = ['none', 'ring full', 'paused'] as const;

/** Room that the writer keeps free at the end of a slot: the largest single event must fit (see values budget). */
export const EVENT_WORDS_MAX = 16_384;

/** Combines a low and a high word into a number below 2^53. */
export function u53(low: number, high: number): number {
  return (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
}
