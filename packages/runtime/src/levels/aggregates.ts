import { CUT_REASONS } from '@execution-cinema/format';
import * as K from '@execution-cinema/format/event-kinds';
import * as R from '@execution-cinema/format/ring-layout';
import * as T from '@execution-cinema/format/value-tags';
import type { SecretName } from '@execution-cinema/format/redaction';
import type { Encode } from '../capture/encoder.ts';
import { className } from '../capture/classify.ts';
import type { Strings } from '../capture/strings.ts';
import { TICK, type Core } from '../core.ts';
import { isNaN, isProxy, mapClear, mapForEach, mapGet, mapSet } from '../primordials.ts';
import type { Attention } from '../probes/attention.ts';
import { LEVEL_RECORD, LEVEL_SECRET } from '../probes/levels.ts';

const REASON_BUDGET = CUT_REASONS.indexOf('budget');

/** While a site is degraded, what it saw is written this often. */
const AGGREGATE_MS = 100;
/** Longer strings are counted and named only: kept as they are they could hold on to much larger ones. */
const KEPT_CHARS_MAX = 12;

/** Stands for an object that was seen: nothing of the program is kept alive between events. */
class Seen {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

interface Aggregate {
  count: number;
  first: unknown;
  last: unknown;
  /** NaN until a number was seen. */
  min: number;
  max: number;
}

export interface Aggregates {
  /** Counts a value that a degraded site saw. */
  add(site: number, value: unknown): void;
  /** Writes what is due: everything every AGGREGATE_MS, a site at once when it records again. */
  onTick(nowMs: number): void;
  /** Writes everything. */
  flush(): void;
}

export interface AggregateParts {
  attention: Attention;
  encode: Encode;
  strings: Strings;
  secretOf(site: number): SecretName | null;
}

export function createAggregates(core: Core, parts: AggregateParts): Aggregates {
  const { words, levels, registers } = core;
  const { attention, encode, strings, secretOf } = parts;
  const bySite = new Map<number, Aggregate>();
  let isPending = false;
  let writtenMs = 0;

  const add = (site: number, value: unknown): void => {
    const kept = keep(value);
    let entry = mapGet(bySite, site);
    if (entry === undefined) {
      entry = { count: 0, first: kept, last: kept, min: NaN, max: NaN };
      mapSet(bySite, site, entry);
    }
    if (entry.count === 0) entry.first = kept;
    entry.count++;
    entry.last = kept;
    if (typeof value === 'number' && !isNaN(value)) {
      if (!(value >= entry.min)) entry.min = value;
      if (!(value <= entry.max)) entry.max = value;
    }
    isPending = true;
    // Where nothing is recorded any more, nobody else would see that time goes on.
    if (words[R.R_TICK] !== registers[TICK]) attention.attend();
  };

  const put = (value: unknown, p: number, name: SecretName | null): number => {
    if (!(value instanceof Seen)) return encode(value, p, name);
    const start = encode(undefined, p, null) - 1;
    words[start] = T.SHALLOW | (REASON_BUDGET << 8);
    words[start + 1] = 0;
    return strings.putKey(value.name, start + 2);
  };

  const write = (entry: Aggregate, site: number): void => {
    if (entry.count === 0) return;
    let p = attention.attend();
    if (p < 0) return;
    const name = secretOf(site);
    words[p] = (site << 8) | K.AGGREGATE;
    words[p + 1] = entry.count;
    p = put(entry.last, put(entry.first, p + 2, name), name);
    const isNumber = entry.min <= entry.max;
    p = encode(isNumber ? entry.min : undefined, p, name);
    attention.commit(encode(isNumber ? entry.max : undefined, p, name));
    entry.count = 0;
    entry.min = NaN;
    entry.max = NaN;
  };

  const flush = (): void => {
    if (!isPending) return;
    isPending = false;
    mapForEach(bySite, write);
    mapClear(bySite);
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
      mapForEach(bySite, (entry, site) => {
        if ((levels[site]! & ~LEVEL_SECRET) === LEVEL_RECORD) write(entry, site);
      });
    },
  };
}

function keep(value: unknown): unknown {
  switch (typeof value) {
    case 'object':
      if (value === null) return null;
      return new Seen(isProxy(value) ? 'Proxy' : className(value));
    case 'function':
      return new Seen('Function');
    case 'string':
      return value.length > KEPT_CHARS_MAX ? new Seen('String') : value;
    default:
      return value;
  }
}
