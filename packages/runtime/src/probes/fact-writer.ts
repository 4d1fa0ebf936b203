import { BASE_DEPTH, type Core } from '../core.ts';
import type { Attention, Cause } from './attention.ts';

/**
 * Writes one event that is not a probe's: `put` writes the operands from the given position on and returns the end.
 * `cause` tells on whose behalf it happens. False: events cannot be written now.
 */
export type WriteFact = (kind: number, payload: number, put: (p: number) => number, cause?: Cause) => boolean;

/** Writes one more event about the fact just written, which happened at the same time: without a time of its own. */
export type WriteMore = (kind: number, payload: number, put: (p: number) => number) => boolean;

export interface FactWriter {
  write: WriteFact;
  writeMore: WriteMore;
}

export function createFactWriter(core: Core, attention: Attention): FactWriter {
  const { words, registers, state } = core;

  const writeAt = (p: number, kind: number, payload: number, put: (p: number) => number): boolean => {
    if (p < 0) return false;
    words[p] = (payload << 8) | kind;
    attention.commit(put(p + 1));
    // Nothing of the program may follow for long, and an exiting process may end here.
    if (state.d <= registers[BASE_DEPTH]!) attention.leaveToLoop();
    return true;
  };

  return {
    write: (kind, payload, put, cause) => {
      const p = cause === undefined ? attention.attendTimed() : attention.attendCaused(cause, true);
      return writeAt(p, kind, payload, put);
    },
    writeMore: (kind, payload, put) => writeAt(attention.attend(), kind, payload, put),
  };
}
