import * as K from '@execution-cinema/format/event-kinds';
import * as R from '@execution-cinema/format/ring-layout';
import * as T from '@execution-cinema/format/value-tags';
import {
  ATTENDED_DEPTH,
  BASE_DEPTH,
  BUSY,
  EXACT,
  LIMIT,
  OFF,
  POSITION,
  SMI_INLINE_MAX,
  THROWN_AT,
  THROWS,
  TICK,
  type Core,
} from '../core.ts';
import type { Encode } from '../capture/encoder.ts';
import { min } from '../primordials.ts';
import type { Attention } from './attention.ts';
import { LEVEL_AGGREGATE, LEVEL_OFF, LEVEL_RECORD, type LevelParts } from './levels.ts';

/** Values that one ENTER carries at most; functions with more parameters show the first ones. */
const ENTER_VALUES_MAX = 256;

export interface CallParts {
  attention: Attention;
  encode: Encode;
  levels: LevelParts;
}

export type CallProbes = ReturnType<typeof createCallProbes>;

/**
 * Entry and exit of synchronous functions. `e1` and `r` are the hottest code of the product: with small integers they
 * write their words in place and nothing else is called, so that V8 inlines them (bench/runtime/fib.mjs).
 */
export function createCallProbes(core: Core, parts: CallParts) {
  const { words, levels, registers, state } = core;
  const { attention, encode } = parts;
  const { attend, attendTimed, attendEnter, commit, commitAt, commitEnter, leaveToLoop } = attention;
  const { modeOf, secretOf, secretAt, aggregate } = parts.levels;

  /** Whether a site whose level byte is not plain 1 records all the same; counts it where it is degraded. */
  const isEntered = (site: number, a: unknown): boolean => {
    if (levels[site] === LEVEL_OFF) return false;
    const mode = modeOf(site);
    if (mode === LEVEL_AGGREGATE) aggregate(site, a);
    return mode === LEVEL_RECORD;
  };

  /** ENTER with any number of values, at any level. */
  const enterMany = (site: number, values: ArrayLike<unknown>): number => {
    if (levels[site] !== LEVEL_RECORD && !isEntered(site, values.length > 0 ? values[0] : undefined)) return OFF;
    return enterAll(site, values);
  };

  const enterAll = (site: number, values: ArrayLike<unknown>): number => {
    const depth = state.d;
    let p = registers[POSITION]!;
    if (
      p > registers[LIMIT]! ||
      words[R.R_TICK] !== registers[TICK] ||
      depth <= registers[BASE_DEPTH]! ||
      depth >= registers[ATTENDED_DEPTH]!
    ) {
      p = attendEnter(enterAll);
      if (p < 0) return OFF;
    }
    const count = min(values.length, ENTER_VALUES_MAX);
    if (count <= K.ENTER_INLINE_ARGUMENTS_MAX) {
      words[p++] = (site << 8) | (K.ENTER_0 + count);
    } else {
      words[p++] = (site << 8) | K.ENTER_MANY;
      words[p++] = count;
    }
    const hasSecrets = levels[site] !== LEVEL_RECORD;
    for (let i = 0; i < count; i++) p = encode(values[i], p, hasSecrets ? secretAt(site, i) : null);
    return commitEnter(p, site, depth);
  };

  const e0 = (site: number): number => {
    if (levels[site] !== 1) return isEntered(site, undefined) ? enterAll(site, []) : OFF;
    const depth = state.d;
    let p = registers[POSITION]!;
    if (
      p > registers[LIMIT]! ||
      words[R.R_TICK] !== registers[TICK] ||
      depth <= registers[BASE_DEPTH]! ||
      depth >= registers[ATTENDED_DEPTH]!
    ) {
      p = attendEnter(e0);
      if (p < 0) return OFF;
    }
    words[p] = (site << 8) | K.ENTER_0;
    return commitEnter(p + 1, site, depth);
  };

  const enter1 = (site: number, a: unknown, p: number, depth: number): number => {
    words[p] = (site << 8) | (K.ENTER_0 + 1);
    return commitEnter(encode(a, p + 1, null), site, depth);
  };

  const e1 = (site: number, a: unknown): number => {
    if (levels[site] !== 1) return isEntered(site, a) ? enterAll(site, [a]) : OFF;
    const depth = state.d;
    let p = registers[POSITION]!;
    if (
      p > registers[LIMIT]! ||
      words[R.R_TICK] !== registers[TICK] ||
      depth <= registers[BASE_DEPTH]! ||
      depth >= registers[ATTENDED_DEPTH]!
    ) {
      p = attendEnter(e1);
      if (p < 0) return OFF;
    }
    if (
      typeof a !== 'number' ||
      (a | 0) !== a ||
      a > registers[SMI_INLINE_MAX]! ||
      a < T.SMI_MIN ||
      (a === 0 && 1 / a < 0)
    )
      return enter1(site, a, p, depth);
    words[p] = (site << 8) | (K.ENTER_0 + 1);
    words[p + 1] = (a << 8) | T.SMI;
    return commitEnter(p + 2, site, depth);
  };

  const e2 = (site: number, a: unknown, b: unknown): number => {
    if (levels[site] !== 1) return isEntered(site, a) ? enterAll(site, [a, b]) : OFF;
    const depth = state.d;
    let p = registers[POSITION]!;
    if (
      p > registers[LIMIT]! ||
      words[R.R_TICK] !== registers[TICK] ||
      depth <= registers[BASE_DEPTH]! ||
      depth >= registers[ATTENDED_DEPTH]!
    ) {
      p = attendEnter(e2);
      if (p < 0) return OFF;
    }
    words[p] = (site << 8) | (K.ENTER_0 + 2);
    return commitEnter(encode(b, encode(a, p + 1, null), null), site, depth);
  };

  const e3 = (site: number, a: unknown, b: unknown, c: unknown): number => {
    if (levels[site] !== 1) return isEntered(site, a) ? enterAll(site, [a, b, c]) : OFF;
    const depth = state.d;
    let p = registers[POSITION]!;
    if (
      p > registers[LIMIT]! ||
      words[R.R_TICK] !== registers[TICK] ||
      depth <= registers[BASE_DEPTH]! ||
      depth >= registers[ATTENDED_DEPTH]!
    ) {
      p = attendEnter(e3);
      if (p < 0) return OFF;
    }
    words[p] = (site << 8) | (K.ENTER_0 + 3);
    return commitEnter(encode(c, encode(b, encode(a, p + 1, null), null), null), site, depth);
  };

  const e4 = (site: number, a: unknown, b: unknown, c: unknown, d: unknown): number => {
    if (levels[site] !== 1) return isEntered(site, a) ? enterAll(site, [a, b, c, d]) : OFF;
    const depth = state.d;
    let p = registers[POSITION]!;
    if (
      p > registers[LIMIT]! ||
      words[R.R_TICK] !== registers[TICK] ||
      depth <= registers[BASE_DEPTH]! ||
      depth >= registers[ATTENDED_DEPTH]!
    ) {
      p = attendEnter(e4);
      if (p < 0) return OFF;
    }
    words[p] = (site << 8) | (K.ENTER_0 + 4);
    return commitEnter(encode(d, encode(c, encode(b, encode(a, p + 1, null), null), null), null), site, depth);
  };

  /**
   * Frames above depth `to` ended without their `finally`: they are closed as such. The frame below them runs, so none of
   * our code is in the middle of anything: BUSY would be a leftover of code that was terminated.
   */
  const unwind = (to: number): void => {
    registers[BUSY] = 0;
    const skipped = state.d - to;
    if (skipped <= 0) return;
    const p = attend();
    if (p < 0) {
      state.d = to;
      return;
    }
    words[p] = (skipped << 8) | K.UNWIND;
    commitAt(p + 1, to);
  };

  /**
   * Position for an event of the frame with token `f`, after frames that skipped their end; -1 when that frame is not
   * open or nothing may be written.
   */
  const positionIn = (f: number, timed: boolean): number => {
    if (f >= state.d) return -1;
    unwind(f + 1);
    return timed ? attendTimed() : attend();
  };

  const isTimedExit = (f: number): boolean => f <= registers[BASE_DEPTH]! || registers[EXACT] === 1;

  /** Exit that needs attention, at any depth. */
  const leave = (f: number, value: unknown): unknown => {
    const p = positionIn(f, isTimedExit(f));
    if (p < 0) return value;
    leaveAt(p, f, value);
    if (f <= registers[BASE_DEPTH]!) leaveToLoop();
    return value;
  };

  const leaveAt = (p: number, f: number, value: unknown): void => {
    if (value === undefined) {
      words[p] = K.LEAVE_UNDEFINED;
      commitAt(p + 1, f);
      return;
    }
    words[p] = K.LEAVE_VALUE;
    const end = encode(value, p + 1, null);
    if (end !== p + 2) {
      commitAt(end, f);
      return;
    }
    // One word can be the header itself.
    const word = words[p + 1]!;
    words[p] = (word & T.TAG_MASK) === T.SMI ? (word & ~0xff) | K.LEAVE_SMI : word | K.LEAVE_SHORT;
    commitAt(p + 1, f);
  };

  const r = (f: number, value: unknown): unknown => {
    if (f === OFF) return value;
    const p = registers[POSITION]!;
    if (
      p > registers[LIMIT]! ||
      words[R.R_TICK] !== registers[TICK] ||
      state.d !== f + 1 ||
      f <= registers[BASE_DEPTH]!
    ) {
      return leave(f, value);
    }
    if (
      typeof value !== 'number' ||
      (value | 0) !== value ||
      value > registers[SMI_INLINE_MAX]! ||
      value < T.SMI_MIN ||
      (value === 0 && 1 / value < 0)
    ) {
      leaveAt(p, f, value);
      return value;
    }
    words[p] = (value << 8) | K.LEAVE_SMI;
    commitAt(p + 1, f);
    return value;
  };

  const u = (f: number): undefined => {
    if (f === OFF) return;
    const p = registers[POSITION]!;
    if (
      p > registers[LIMIT]! ||
      words[R.R_TICK] !== registers[TICK] ||
      state.d !== f + 1 ||
      f <= registers[BASE_DEPTH]!
    ) {
      leave(f, undefined);
      return;
    }
    words[p] = K.LEAVE_UNDEFINED;
    commitAt(p + 1, f);
  };

  const q = (f: number, value: unknown): unknown => {
    const p = positionIn(f, false);
    if (p < 0) return value;
    words[p] = K.RETURN_VALUE;
    commit(encode(value, p + 1, null));
    return value;
  };

  const x = (f: number, pending: unknown): void => {
    const p = positionIn(f, isTimedExit(f));
    if (p < 0) return;
    words[p] = pending ? K.LEAVE_PENDING : K.LEAVE_THROW;
    commitAt(p + 1, f);
    if (!pending) {
      registers[THROWS]!++;
      registers[THROWN_AT] = p + 1;
    }
    if (f <= registers[BASE_DEPTH]!) leaveToLoop();
  };

  /** A module's body, at depth `f` if it is recorded, has thrown: no probe of its own sees that. Frames above it skipped theirs. */
  const endThrown = (f: number): void => x(f, false);

  /** A value with a site of its own. */
  const putAt = (kind: number, site: number, value: unknown): void => {
    const mode = modeOf(site);
    if (mode === LEVEL_OFF) return;
    if (mode === LEVEL_AGGREGATE) return aggregate(site, value);
    const p = attend();
    if (p < 0) return;
    words[p] = (site << 8) | kind;
    commit(encode(value, p + 1, secretOf(site)));
  };

  const c = (f: number, site: number, error: unknown): void => {
    if (f !== OFF) unwind(f + 1);
    putAt(K.CATCH, site, error);
  };

  const c0 = (f: number, site: number): void => {
    if (f !== OFF) unwind(f + 1);
    if (modeOf(site) !== LEVEL_RECORD) return;
    const p = attend();
    if (p < 0) return;
    words[p] = (site << 8) | K.CATCH;
    words[p + 1] = T.UNREADABLE;
    commit(p + 2);
  };

  const z = (f: number): void => {
    if (f !== OFF) unwind(f + 1);
  };

  const t = (site: number, value: unknown): unknown => {
    putAt(K.THROW, site, value);
    return value;
  };

  return { e0, e1, e2, e3, e4, en: enterMany, r, u, q, x, c, c0, z, t, unwind, endThrown, putAt };
}
