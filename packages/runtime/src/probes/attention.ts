import * as K from '@execution-cinema/format/event-kinds';
import * as R from '@execution-cinema/format/ring-layout';
import type { Clock } from '../clock/clock.ts';
import {
  ATTENDED_DEPTH,
  BASE_DEPTH,
  BETWEEN_CHUNKS,
  BUSY,
  BUSY_SINCE_NS,
  CAUSE_PENDING,
  DEEPEST,
  DIRTY,
  DROPPING,
  EPOCH,
  EVENTS,
  EXACT,
  EXITING,
  FRAMES_MAX,
  LAST_NS,
  LIMIT,
  LONGEST_BUSY_NS,
  LONGEST_GAP_NS,
  NEXT_CALL,
  NEXT_LIMIT,
  NOW_MS,
  POSITION,
  ROOMY_DEPTH,
  SLOT_LIMIT,
  START,
  STAYING,
  STRINGS,
  STRINGS_COMMITTED,
  TICK,
  WRITTEN,
  type Core,
} from '../core.ts';
import { atomics, min } from '../primordials.ts';
import { putPair } from '../ring/chunk-header.ts';
import type { Ring } from '../ring/ring.ts';
import { standStill } from '../snapshot/stand-still.ts';
import { createStackRoom } from './stack-room.ts';

const TIME_SHORT_MAX = 0xffffff;
/** Events refused while BUSY before BUSY is taken for a leftover of code that was terminated in the middle; see `unwind`. */
const BUSY_EVENTS_MAX = 10_000;
const DRAIN_MS = 2000;

/** What is asked between events, away from the hot path. Any of them may write events itself. */
interface Watchers {
  /** The recorder's tick has moved; `nowMs` since the recording began. */
  onTick(nowMs: number): void;
  /** The thread returns to its event loop. */
  onIdle(): void;
  /**
   * An ENTER comes from the event loop, or its correlation was set by the program (CAUSE_PENDING): sets CORRELATION and
   * returns the cause, undefined if unknown.
   */
  causeOf(): Cause | undefined;
}

/** What led to a call. */
export interface Cause {
  /** Index into CAUSE_CODES. */
  readonly code: number;
  /** Call that did the scheduling, 0 unknown. */
  readonly call: number;
  readonly correlation: number;
}

/**
 * What probes call when an event needs more than its words: another slot, a time point, a cause. Every function
 * returns the position at which the event's header goes, or -1 when no event may be written now.
 */
export interface Attention {
  /** Before any event, when POSITION > LIMIT or the tick has moved. */
  attend(): number;
  /** The same with a time point in any case: exits to the event loop, suspensions. */
  attendTimed(): number;
  /**
   * Before an ENTER that needs attention: deepest so far, from the event loop, or as `attend`. The stack of an overflow
   * begins below `probe`.
   */
  attendEnter(probe: Function): number;
  /** Before what happens on somebody's behalf, a RESUME from the event loop among it: with the cause, and with its time. */
  attendCaused(cause: Cause, timed: boolean): number;
  /** Before a RESUME below a caller. */
  attendPushed(): number;
  /** Ends an event whose words reach up to `p`. */
  commit(p: number): void;
  /** The same for an event that leaves `depth` frames open. */
  commitAt(p: number, depth: number): void;
  /** The same for an ENTER at this depth; returns the depth, which is the token of the frame. */
  commitEnter(p: number, site: number, depth: number): number;
  /** To be called after the frame that the event loop had called ended or fell asleep. */
  leaveToLoop(): void;
  /** To be called when EXACT or CAUSE_PENDING changed. */
  settleLimit(): void;
  watch(watchers: Watchers): void;
}

export function createAttention(core: Core, ring: Ring, clock: Clock): Attention {
  const { words, registers, wide, state, frameSites, frameCalls, frameScopes } = core;
  let watchers: Watchers = { onTick: () => undefined, onIdle: () => undefined, causeOf: () => undefined };
  const ensureRoom = createStackRoom();
  let refused = 0;

  /** An event was abandoned half-way: what it defined must not be referred to. */
  const repair = (): void => {
    registers[DIRTY] = 0;
    registers[STRINGS] = registers[STRINGS_COMMITTED]!;
    registers[EPOCH]!++;
  };

  const settleLimit = (): void => {
    registers[NEXT_LIMIT] = registers[EXACT] === 1 || registers[CAUSE_PENDING] === 1 ? -1 : registers[SLOT_LIMIT]!;
    if (registers[DIRTY] === 0) registers[LIMIT] = registers[NEXT_LIMIT]!;
  };

  const timePoint = (): void => {
    const nowNs = clock.nowNs();
    const lastNs = wide[LAST_NS]!;
    const deltaNs = nowNs > lastNs ? nowNs - lastNs : 0;
    const p = registers[POSITION]!;
    if (deltaNs <= TIME_SHORT_MAX) {
      words[p] = K.TIME_SHORT | (deltaNs << 8);
      registers[POSITION] = p + 1;
    } else {
      words[p] = K.TIME_LONG;
      putPair(words, p + 1, deltaNs);
      registers[POSITION] = p + 3;
    }
    if (state.d <= registers[BASE_DEPTH]! && registers[STAYING] === 0) wide[BUSY_SINCE_NS] = nowNs;
    else if (deltaNs > wide[LONGEST_GAP_NS]!) wide[LONGEST_GAP_NS] = deltaNs;
    registers[STAYING] = 0;
    wide[LAST_NS] = lastNs + deltaNs;
    registers[NOW_MS] = wide[LAST_NS]! * 1e-6;
  };

  const putCause = (cause: Cause): void => {
    const p = registers[POSITION]!;
    words[p] = K.CAUSE | (cause.code << 8);
    putPair(words, p + 1, cause.call);
    putPair(words, p + 3, cause.correlation);
    registers[POSITION] = p + 5;
  };

  const attendWith = (timed: boolean): number => {
    if (registers[BUSY] === 1) {
      if (++refused < BUSY_EVENTS_MAX) return -1;
      registers[BUSY] = 0;
    }
    refused = 0;
    if (registers[DIRTY] === 1) repair();
    if (registers[BETWEEN_CHUNKS] === 1) ring.cut();
    const tick = words[R.R_TICK]!;
    let isTimed = timed;
    if (tick !== registers[TICK]) {
      registers[TICK] = tick;
      isTimed = true;
      if (words[R.R_PAUSED] === 1) ring.pause();
      else ring.resume();
      if (registers[DROPPING] !== 0) ring.leaveDropping();
      else ring.publish();
      watchers.onTick(registers[NOW_MS]!);
      if (words[R.R_STOP] === 1) standStill();
      if (words[R.R_HOLD] === 1) atomics.wait(words, R.R_HOLD, 1, R.HOLD_MS_MAX);
    }
    if (registers[POSITION]! > registers[SLOT_LIMIT]!) ring.cut();
    settleLimit();
    if (isTimed) timePoint();
    return registers[POSITION]!;
  };

  const noteDepth = (depth: number): void => {
    if (depth <= registers[DEEPEST]!) return;
    registers[DEEPEST] = depth;
    registers[ATTENDED_DEPTH] = min(depth, ROOMY_DEPTH);
  };

  const attendEnter = (probe: Function): number => {
    const depth = state.d;
    ensureRoom(depth, probe);
    const at = registers[POSITION]!;
    if (
      at <= registers[LIMIT]! &&
      words[R.R_TICK] === registers[TICK] &&
      depth > registers[BASE_DEPTH]! &&
      depth < registers[DEEPEST]!
    )
      return at;
    const isRoot = depth <= registers[BASE_DEPTH]!;
    const p = attendWith(isRoot || registers[EXACT] === 1);
    if (p < 0 || depth >= FRAMES_MAX) return -1;
    noteDepth(depth + 1);
    if (isRoot || registers[CAUSE_PENDING] === 1) {
      const cause = watchers.causeOf();
      if (cause !== undefined) putCause(cause);
    }
    return registers[POSITION]!;
  };

  const attendPush = (timed: boolean): number => {
    ensureRoom(state.d, attendPush);
    const p = attendWith(timed);
    if (p < 0 || state.d >= FRAMES_MAX) return -1;
    noteDepth(state.d + 1);
    return p;
  };

  const attendCaused = (cause: Cause, timed: boolean): number => {
    if (attendPush(timed) < 0) return -1;
    putCause(cause);
    return registers[POSITION]!;
  };

  const commitAt = (p: number, depth: number): void => {
    state.d = depth;
    registers[POSITION] = p;
    registers[EVENTS]!++;
    words[registers[WRITTEN]!] = p - registers[START]!;
    if (registers[DIRTY] === 1) {
      registers[DIRTY] = 0;
      registers[LIMIT] = registers[NEXT_LIMIT]!;
    }
  };

  const commitEnter = (p: number, site: number, depth: number): number => {
    const call = wide[NEXT_CALL]!;
    frameSites[depth] = site;
    frameCalls[depth] = call;
    frameScopes[depth] = 0;
    wide[NEXT_CALL] = call + 1;
    state.d = depth + 1;
    registers[POSITION] = p;
    registers[EVENTS]!++;
    words[registers[WRITTEN]!] = p - registers[START]!;
    if (registers[DIRTY] === 1) {
      registers[DIRTY] = 0;
      registers[LIMIT] = registers[NEXT_LIMIT]!;
    }
    return depth;
  };

  const leaveToLoop = (): void => {
    const busyNs = wide[LAST_NS]! - wide[BUSY_SINCE_NS]!;
    if (busyNs > wide[LONGEST_BUSY_NS]!) wide[LONGEST_BUSY_NS] = busyNs;
    watchers.onIdle();
    ring.show();
    if (registers[EXITING] === 1) ring.drain(DRAIN_MS);
  };

  return {
    attend: () => attendWith(false),
    attendTimed: () => attendWith(true),
    attendEnter,
    attendCaused,
    attendPushed: () => attendPush(false),
    commit: (p) => commitAt(p, state.d),
    commitAt,
    commitEnter,
    leaveToLoop,
    settleLimit,
    watch: (next) => {
      watchers = next;
    },
  };
}
