import { BASE_DEPTH, type Core } from '../core.ts';
import type { Attention, Cause } from './attention.ts';

/**
 * Writes one event that is not a probe's: `put` writes the operands from the given position on and returns the end.
 * `cause` tells on whose behalf it happens. False: events cannot be written now.
 */
export type WriteFact = (kind: number, payload: number, put: (p: number) => number, cause?: Cause) => boolean;

export function createFactWriter(core: Core, attention: Attention): WriteFact {
  const { words, registers, state } = core;
  return (kind, payload, put, cause) => {
    const p = cause === undefined ? attention.attendTimed() : attention.attendCaused(cause);
    if (p < 0) return false;
    words[p] = (payload << 8) | kind;
    attention.commit(put(p + 1));
    // Nothing of the program may follow for long, and an exiting process may end here.
    if (state.d <= registers[BASE_DEPTH]!) attention.leaveToLoop();
    return true;
  };
}
