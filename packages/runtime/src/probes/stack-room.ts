import { ROOMY_DEPTH } from '../core.ts';
import { captureStackTrace } from '../primordials.ts';

/*
 * A stack overflow can strike at any call, and so at any probe. A program that counts its levels up and down and catches the
 * overflow would lose count where the probe behind `level--` has no room. So a call that is deep on the stack begins only
 * where there is room for all that its probes may call: the overflow strikes at the entry of a function, as it would
 * without us.
 */

/** How many further frames, of up to 500 bytes each, one proof holds for. */
const FRAMES_PER_PROOF = 64;
/**
 * Calls of at least 64 bytes. V8 wants 40 KiB to compile a function, which it may do with any of ours at any call; the rest
 * is for the further frames.
 */
const CALLS = 1200;

/**
 * Makes what is to be called before a frame is pushed at a depth. It throws a RangeError when the stack is full, whose
 * stack begins below `probe`.
 */
export function createStackRoom(): (depth: number, probe: Function) => void {
  /** Frames below this depth have been proved to leave room, while the stack does not get FRAMES_PER_PROOF lower. */
  let provenDepth = 0;

  const descend = (calls: number): number => (calls === 0 ? 0 : descend(calls - 1) + 1);

  const ensureRoom = (depth: number, probe: Function): void => {
    if (depth < ROOMY_DEPTH || (depth < provenDepth && depth >= provenDepth - FRAMES_PER_PROOF)) return;
    try {
      descend(CALLS);
    } catch (error) {
      // Its stack is that of the program, not a thousand calls of ours: each would take the place of a frame of its own.
      captureStackTrace(error as object, probe);
      throw error;
    }
    provenDepth = depth + FRAMES_PER_PROOF;
  };
  return ensureRoom;
}
