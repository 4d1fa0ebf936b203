import type { CutReason } from './value-tags.ts';

/**
 * A decoded value. Primitives stand for themselves where JavaScript can say them; everything else is a Captured node.
 * `id` is the object's identity within its thread (0: none).
 */
export type Value = undefined | null | boolean | number | string | bigint | Captured;

export interface Captured {
  readonly type:
    | 'object'
    | 'array'
    | 'map'
    | 'set'
    | 'date'
    | 'regexp'
    | 'error'
    | 'binary'
    | 'function'
    | 'symbol'
    | 'proxy'
    | 'shallow'
    | 'redacted'
    | 'getter'
    | 'hole'
    | 'unreadable'
    | 'uninitialized'
    | 'cut string';
  id: number;
  /** Constructor name of objects, name of functions, token of redacted values, text of symbols, regexps and cut strings. */
  name: string;
  /** Full length, size or number of own properties where known to be larger than what is listed; else the listed count. */
  length: number;
  /** Keys of `entries` for objects and errors; for maps the keys. */
  keys: Value[];
  /** Values by position. */
  items: Value[];
  /** Milliseconds of dates. */
  time: number;
  message: Value;
  stack: Value;
  /** Why (part of) it was not captured. */
  cut: CutReason;
}

/** A Captured node with empty defaults. */
export function captured(type: Captured['type'], id: number, name: string, cut: CutReason = 'none'): Captured {
  return { type, id, name, length: 0, keys: [], items: [], time: 0, message: undefined, stack: undefined, cut };
}

export function isCaptured(value: Value): value is Captured {
  return typeof value === 'object' && value !== null;
}
