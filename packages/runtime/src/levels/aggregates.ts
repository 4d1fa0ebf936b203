import { CUT_REASONS } from '@execution-cinema/format';
import * as K from '@execution-cinema/format/event-kinds';
import * as R from '@execution-cinema/format/ring-layout';
import * as T from '@execution-cinema/format/value-tags';
import type { SecretName } from '@execution-cinema/format/redaction';
import type { Encode } from '../capture/encoder.ts';
import { className } from '../capture/classify.ts';
import { TICK, type Core } from '../core.ts';
import { isNaN, isProxy } from '../primordials.ts';
import type { Attention } from '../probes/attention.ts';
import { LEVEL_RECORD, LEVEL_SECRET } from '../probes/levels.ts';

const REASON_BUDGET = CUT_REASONS.indexOf('budget');

/** While a site is degraded, what it saw is written this often. */
const AGGREGATE_MS = 100;
/** Objects are asked for their class at the first visit and every so many after it: asking takes longer than recording. */
const LOOK_EVERY = 64;
/** Longer strings are counted and named only: kept as they are they could hold on to much larger ones. */
const KEPT_CHARS_MAX = 12;

/** Stands for an object that was seen: nothing of the program is kept alive between events. */
class Seen {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value that was not looked at. */
const UNLOOKED = { object: new Seen('object'), function: new Seen('Function'), string: new Seen('String') };

interface Aggregate {
  readonly site: number;
  count: number;
  first: unknown;
  last: unknown;
  /** NaN until a number was seen. */
  min: number;
  max: number;
}

export interface Aggregates {
  /** Counts a value that a degraded site saw; of numbers the smallest and largest is kept. */
  add(site: number, value: unknown): void;
  /** Writes what is due: everything every AGGREGATE_MS, a site at once when it records again. */
  onTick(nowMs: number): void;
  /** Writes everything. */
  flush(): void;
}

export interface AggregateParts {
  attention: Attention;
  encode: Encode;
  /** Writes the name of a class. */
  putClassName(text: string, p: number): number;
  secretOf(site: number): SecretName | null;
}

export function createAggregates(core: Core, parts: AggregateParts): Aggregates {
  const { words, levels, registers } = core;
  const { attention, encode, putClassName, secretOf } = parts;
  /** By site: place in `entries`, counted from 1. Made when the first site is degraded. */
  let places: Int32Array | undefined;
  const entries: Aggregate[] = [];
  let isPending = false;
  let writtenMs = 0;

  const entryOf = (site: number): Aggregate => {
    places ??= new Int32Array(levels.length);
    const place = places[site]!;
    if (place !== 0) return entries[place - 1]!;
    const entry = { site, count: 0, first: undefined, last: undefined, min: NaN, max: NaN };
    entries[entries.length] = entry;
    places[site] = entries.length;
    return entry;
  };

  const add = (site: number, value: unknown): void => {
    const entry = entryOf(site);
    const visit = entry.count++;
    if (typeof value === 'number') {
      entry.last = value;
      // Neither bound is NaN but before the first number, and NaN is no bound.
      if (!(value >= entry.min) && !isNaN(value)) entry.min = value;
      if (!(value <= entry.max) && !isNaN(value)) entry.max = value;
    } else entry.last = keep(value, visit % LOOK_EVERY === 0);
    if (visit === 0) entry.first = entry.last;
    isPending = true;
    // Where nothing is recorded any more, nobody else would see that time goes on.
    if (words[R.R_TICK] !== registers[TICK]) attention.attend();
  };

  const put = (value: unknown, p: number, name: SecretName | null): number => {
    if (!(value instanceof Seen)) return encode(value, p, name);
    words[p] = T.SHALLOW | (REASON_BUDGET << 8);
    words[p + 1] = 0;
    return putClassName(value.name, p + 2);
  };

  const write = (entry: Aggregate): void => {
    if (entry.count === 0) return;
    let p = attention.attend();
    // The tick may have moved just then, and all of them been written.
    if (p < 0 || entry.count === 0) return;
    const { site } = entry;
    const name = secretOf(site);
    words[p] = (site << 8) | K.AGGREGATE;
    words[p + 1] = entry.count;
    p = put(entry.last, put(entry.first, p + 2, name), name);
    const isNumber = entry.min <= entry.max;
    p = encode(isNumber ? entry.min : undefined, p, name);
    attention.commit(encode(isNumber ? entry.max : undefined, p, name));
    entry.count = 0;
    entry.first = undefined;
    entry.last = undefined;
    entry.min = NaN;
    entry.max = NaN;
  };

  const flush = (): void => {
    for (let i = 0; i < entries.length; i++) write(entries[i]!);
    isPending = false;
  };

  return {
    add,
    flush,
    onTick: (nowMs) => {
      if (!isPending) return;
      if (nowMs - writtenMs >= AGGREGATE_MS) {
        writtenMs = nowMs;
        flush();
        return;
      }
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[i]!;
        if (entry.count > 0 && (levels[entry.site]! & ~LEVEL_SECRET) === LEVEL_RECORD) write(entry);
      }
    },
  };
}

function keep(value: unknown, isLookedAt: boolean): unknown {
  switch (typeof value) {
    case 'object':
      if (value === null) return null;
      if (!isLookedAt) return UNLOOKED.object;
      return new Seen(isProxy(value) ? 'Proxy' : className(value));
    case 'function':
      return UNLOOKED.function;
    case 'string':
      return value.length > KEPT_CHARS_MAX ? UNLOOKED.string : value;
    default:
      return value;
  }
}
