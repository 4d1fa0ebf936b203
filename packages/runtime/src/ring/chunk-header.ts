import { FORMAT_VERSION } from '@execution-cinema/format';
import * as H from '@execution-cinema/format/chunk-layout';
import { CHUNK, CORRELATION, LAST_NS, NEXT_CALL, NEXT_OBJECT, NEXT_SCOPE, type Core } from '../core.ts';
import { floor, min } from '../primordials.ts';

/** Times this, the high word of a whole number from 0 to below 2^53. */
export const PER_HIGH_WORD = 2 ** -32;

export interface HeaderFacts {
  firstEvent: number;
  dropped: number;
  dropReason: number;
  clockErrorNs: number;
}

/**
 * Writes the two words of a whole number from 0 to below 2^53. Storing takes the lowest 32 bits by itself, without the
 * call of `fmod` that `%` would be.
 */
export function putPair(words: Int32Array, at: number, value: number): void {
  words[at] = value;
  words[at + 1] = value * PER_HIGH_WORD;
}

/** Writes the header of the chunk that begins at word `at` and returns the words it takes. */
export function writeChunkHeader(core: Core, at: number, slotWords: number, facts: HeaderFacts): number {
  const { words, registers, wide, frameSites, frameCalls, frameScopes } = core;
  // At most half of what the reserve for the last event leaves, so that a deep stack cannot fill a small slot.
  const framesMax = floor((slotWords - H.EVENT_WORDS_MAX - H.HEADER_FIXED_WORDS) / 2 / H.HEADER_FRAME_WORDS);
  const depth = core.state.d;
  const listed = min(depth, framesMax, H.HEADER_FRAMES_MAX);
  const headerWords = H.HEADER_FIXED_WORDS + listed * H.HEADER_FRAME_WORDS;
  words[at + H.H_MAGIC] = H.CHUNK_MAGIC;
  words[at + H.H_VERSION] = FORMAT_VERSION;
  words[at + H.H_WORDS] = headerWords;
  words[at + H.H_CHUNK] = registers[CHUNK]!;
  putPair(words, at + H.H_FIRST_EVENT, facts.firstEvent);
  putPair(words, at + H.H_NEXT_CALL, wide[NEXT_CALL]!);
  putPair(words, at + H.H_START_NS, wide[LAST_NS]!);
  putPair(words, at + H.H_DROPPED, facts.dropped);
  words[at + H.H_NEXT_SCOPE] = registers[NEXT_SCOPE]!;
  words[at + H.H_NEXT_OBJECT] = registers[NEXT_OBJECT]!;
  words[at + H.H_FRAMES] = listed;
  words[at + H.H_FRAMES_OMITTED] = depth - listed;
  putPair(words, at + H.H_CORRELATION, wide[CORRELATION]!);
  words[at + H.H_CLOCK_ERROR_NS] = facts.clockErrorNs;
  words[at + H.H_DROP_REASON] = facts.dropReason;
  for (let i = 0, p = at + H.HEADER_FIXED_WORDS; i < listed; i++, p += H.HEADER_FRAME_WORDS) {
    const frame = depth - listed + i;
    words[p] = frameSites[frame]!;
    putPair(words, p + 1, frameCalls[frame]!);
    words[p + 3] = frameScopes[frame]!;
  }
  return headerWords;
}
