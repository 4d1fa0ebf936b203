import * as K from '@execution-cinema/format/event-kinds';
import {
  BASE_DEPTH,
  CORRELATION,
  EVENTS,
  EVENTS_BEFORE,
  EXACT,
  LAST_NS,
  OFF,
  POSITION,
  STAYING,
  THROWN_AT,
  type Core,
} from '../core.ts';
import { putPair } from '../ring/chunk-header.ts';
import type { Cause } from './attention.ts';
import type { CallParts, CallProbes } from './calls.ts';
import { LEVEL_RECORD } from './levels.ts';

/** A frame of a function that can sleep. Instrumented code reads `o` only. */
export interface Frame {
  /** Open: not left yet. */
  o: boolean;
  /** Depth before its push while it runs: its token. */
  d: number;
  readonly site: number;
  readonly call: number;
  scope: number;
  correlation: number;
  asleep: boolean;
  /** Goes on in the same run of microtasks, since it awaits what is no object: neither end needs a time. */
  brief: boolean;
  /** Fell asleep at a `yield`. */
  yielded: boolean;
  /** Fell asleep at a `yield*`. */
  delegating: boolean;
  /** Stands in the list of sleepers. */
  listed: boolean;
  /** While asleep: site of the suspension, its event, and its time in nanoseconds since the recording began. */
  at: number;
  event: number;
  sinceNs: number;
  /** Woke up at a `yield` other than through its value: by `return()`, or by `throw()`. */
  closing: boolean;
  /** The body of a module: no try block of ours tells how it ends. */
  isModule: boolean;
}

/**
 * The promises that V8 makes at once for an await: one whose reaction resumes the function, and before it one for what is
 * awaited, where that is none. (An object that is none gets a second one too, which then counts like any other.)
 */
const PROMISES_OF_AWAIT = 1;
const PROMISES_OF_AWAIT_OF_OTHERS = 2;

export interface SuspendableParts extends CallParts {
  calls: CallProbes;
  /** A frame with this correlation wakes up from the event loop: the correlation is in force from here on. */
  resumeCause(correlation: number): Cause;
  /** The next `promises` that are made belong to an await of a frame that is recorded. */
  passOver(promises: number): void;
  /** A call with this correlation has fallen asleep at the `await` of a value. */
  awaits(value: unknown, call: number, correlation: number): void;
  /** A frame falls asleep that is not listed yet. */
  fellAsleep(frame: Frame): void;
  /** The body of a module goes on, until it falls asleep or ends. */
  moduleWoke(frame: Frame): void;
}

const NOT_RECORDED: Frame = {
  o: false,
  d: OFF,
  site: 0,
  call: 0,
  scope: 0,
  correlation: 0,
  asleep: false,
  brief: false,
  yielded: false,
  delegating: false,
  listed: false,
  at: 0,
  event: 0,
  sinceNs: 0,
  closing: false,
  isModule: false,
};

/** Probes of async functions, generators and async generators: frames that leave the stack and come back. */
export function createSuspendableProbes(core: Core, parts: SuspendableParts) {
  const { words, state, registers, wide, frameSites, frameCalls, frameScopes } = core;
  const { attention, calls, encode } = parts;
  const { modeOf, secretOf } = parts.levels;
  const { commit, commitAt, leaveToLoop } = attention;

  const ea = (site: number, values: ArrayLike<unknown>): Frame => {
    const depth = calls.en(site, values);
    if (depth === OFF) return NOT_RECORDED;
    return {
      o: true,
      d: depth,
      site,
      call: frameCalls[depth]!,
      scope: 0,
      correlation: wide[CORRELATION]!,
      asleep: false,
      brief: false,
      yielded: false,
      delegating: false,
      listed: false,
      at: 0,
      event: 0,
      sinceNs: 0,
      closing: false,
      isModule: false,
    };
  };

  /** Puts a sleeping frame back on the stack. */
  const wake = (frame: Frame): void => {
    // The await may have thrown before it made its promises.
    parts.passOver(0);
    // Woken from the loop it goes on in its own chain of causes; woken by `next()` in that of its caller.
    const isRoot = state.d <= registers[BASE_DEPTH]!;
    const p = isRoot
      ? attention.attendCaused(parts.resumeCause(frame.correlation), !frame.brief)
      : attention.attendPushed();
    if (p < 0) return;
    const depth = state.d;
    words[p] = (frame.site << 8) | K.RESUME;
    putPair(words, p + 1, frame.call);
    frameSites[depth] = frame.site;
    frameCalls[depth] = frame.call;
    frameScopes[depth] = frame.scope;
    commitAt(p + 3, depth + 1);
    frame.asleep = false;
    frame.d = depth;
    if (frame.isModule) parts.moduleWoke(frame);
  };

  /** Makes the frame the one on top, waking it and closing frames above it. False when that is impossible. */
  const onTop = (frame: Frame): boolean => {
    if (frame.asleep) {
      // Woken other than through `g`: the generator is being closed, unless what it delegates to has just thrown.
      frame.closing = frame.yielded || (frame.delegating && registers[THROWN_AT] !== registers[POSITION]);
      wake(frame);
      return !frame.asleep;
    }
    if (frame.d >= state.d) return false;
    calls.unwind(frame.d + 1);
    return true;
  };

  const ra = (frame: Frame, value: unknown): unknown => {
    if (!frame.o) return value;
    if (onTop(frame)) calls.r(frame.d, value);
    frame.o = false;
    return value;
  };

  const ua = (frame: Frame): undefined => {
    if (!frame.o) return;
    if (onTop(frame)) calls.u(frame.d);
    frame.o = false;
  };

  const qa = (frame: Frame, value: unknown): unknown => {
    if (frame.o && onTop(frame)) {
      frame.closing = false;
      calls.q(frame.d, value);
    }
    return value;
  };

  const xa = (frame: Frame, pending: unknown): void => {
    if (!frame.o) return;
    frame.o = false;
    if (!onTop(frame)) return;
    if (pending || !frame.closing) {
      calls.x(frame.d, pending);
      return;
    }
    const p = attention.attendTimed();
    if (p < 0) return;
    words[p] = K.LEAVE_CLOSED;
    commitAt(p + 1, frame.d);
    if (frame.d <= registers[BASE_DEPTH]!) leaveToLoop();
  };

  const ca = (frame: Frame, site: number, error: unknown): void => {
    if (frame.o && onTop(frame)) frame.closing = false;
    calls.c(OFF, site, error);
  };

  const ca0 = (frame: Frame, site: number): void => {
    if (frame.o && onTop(frame)) frame.closing = false;
    calls.c0(OFF, site);
  };

  const za = (frame: Frame): void => {
    if (frame.o) onTop(frame);
  };

  /**
   * Only the way back to the event loop needs its time; a caller goes on at once, as after any call, and so do the
   * microtasks after an await of what is no promise.
   */
  const attendSleep = (frame: Frame): number =>
    frame.d <= registers[BASE_DEPTH]! && !frame.brief ? attention.attendTimed() : attention.attend();

  /** Ends the event that put the frame to sleep. */
  const sleep = (frame: Frame, site: number, p: number, yielded: boolean, delegating: boolean): void => {
    const { d } = frame;
    commitAt(p, d);
    frame.asleep = true;
    frame.at = site;
    frame.event = wide[EVENTS_BEFORE]! + registers[EVENTS]! - 1;
    frame.sinceNs = wide[LAST_NS]!;
    frame.yielded = yielded;
    frame.delegating = delegating;
    frame.scope = frameScopes[d]!;
    frame.correlation = wide[CORRELATION]!;
    if (!frame.listed) parts.fellAsleep(frame);
    if (d <= registers[BASE_DEPTH]!) leaveToLoop();
  };

  const a = (frame: Frame, site: number, value: unknown, delegating?: unknown): unknown => {
    if (!frame.o || !onTop(frame)) return value;
    frame.closing = false;
    const isAwait = delegating === undefined;
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (isAwait) parts.passOver(isObject ? PROMISES_OF_AWAIT : PROMISES_OF_AWAIT_OF_OTHERS);
    frame.brief = isAwait && !isObject && registers[EXACT] === 0;
    const p = attendSleep(frame);
    if (p < 0) return value;
    if (frame.brief) registers[STAYING] = 1;
    words[p] = (site << 8) | K.SUSPEND;
    sleep(frame, site, p + 1, false, !isAwait);
    if (isAwait && isObject) parts.awaits(value, frame.call, frame.correlation);
    return value;
  };

  const y = (frame: Frame, site: number, value: unknown): unknown => {
    if (!frame.o || !onTop(frame)) return value;
    frame.closing = false;
    frame.brief = false;
    const p = attendSleep(frame);
    if (p < 0) return value;
    words[p] = (site << 8) | K.SUSPEND_VALUE;
    sleep(frame, site, encode(value, p + 1, null), true, false);
    return value;
  };

  const g = (frame: Frame, site: number, value: unknown): unknown => {
    if (!frame.o) return value;
    if (frame.asleep) wake(frame);
    if (modeOf(site) !== LEVEL_RECORD || frame.asleep) return value;
    const p = attention.attend();
    if (p < 0) return value;
    words[p] = (site << 8) | K.RESUME_VALUE;
    commit(encode(value, p + 1, secretOf(site)));
    return value;
  };

  const h = (frame: Frame): void => {
    if (frame.o && frame.asleep) onTop(frame);
  };

  return { ea, ra, ua, qa, xa, ca, ca0, za, a, y, g, h };
}
