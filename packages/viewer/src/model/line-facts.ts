import { sameContent } from './differences.ts';
import type { HitsView, LineValue, LineValues, SourceView } from '@execution-cinema/server/protocol';

/** What is known of one line of source at the moment. */
export interface LineFacts {
  /** How often it ran in the whole recording; undefined: not known, or no code, or see `block`. */
  hits: number | undefined;
  /** It leaves no event of its own, or not always: how often its block ran, as what happened on line `by` tells, or on several (0). */
  block: { count: number; by: number } | undefined;
  /** Calls of the function that stands on it whole (`list.map((x) => x * 2)`). */
  within?: number;
  /** A budget has switched its function off for a time, or it leaves an event only sometimes: it ran at least as often. */
  atLeast?: boolean;
  /** 0 to 1, for the colour of the gutter. */
  heat: number;
  /** It is certain that it never ran. */
  neverRan: boolean;
  /** The call that is looked at has run it (in this iteration), has run it in others, will run it, or not. */
  path: 'now' | 'before' | 'later' | 'none';
  values: readonly LineValue[];
  /** Those of its values that are others in the run that it is compared with; left out where there are none. */
  differing?: ReadonlySet<LineValue>;
  /** The line is written otherwise in the run that it is compared with, or is not there. */
  edited?: boolean;
}

/** Kinds of events at which a line is shown as one that threw. */
export const THROWING: ReadonlySet<string> = new Set(['throw', 'leave by throw', 'uncaught']);

/** A line that ran so often is hot, even where no line ran more often. */
const HOT_COUNT = 30;

const PLAIN: LineFacts = { hits: undefined, block: undefined, heat: 0, neverRan: false, path: 'none', values: [] };

/** Facts by line: what is said of the moment, over what is said of the whole recording, which thousands of lines share. */
export class FactsByLine {
  private readonly counted: ReadonlyMap<number, LineFacts>;
  /** Lines of which the moment says something. */
  readonly own: ReadonlyMap<number, LineFacts>;

  constructor(counted: ReadonlyMap<number, LineFacts>, own: ReadonlyMap<number, LineFacts>) {
    this.counted = counted;
    this.own = own;
  }

  get(line: number): LineFacts | undefined {
    return this.own.get(line) ?? this.counted.get(line);
  }

  /** The same facts with those of some lines in the place of theirs. */
  with(changed: ReadonlyMap<number, LineFacts>): FactsByLine {
    return new FactsByLine(this.counted, new Map([...this.own, ...changed]));
  }
}

const NO_FACTS: ReadonlyMap<number, LineFacts> = new Map();
export const NOTHING_KNOWN = new FactsByLine(NO_FACTS, NO_FACTS);

/** What is said of the whole recording is worked out once: it stays while the cursor moves. */
const counted = new WeakMap<HitsView, { source: SourceView; facts: ReadonlyMap<number, LineFacts> }>();

function countedFacts(source: SourceView, hits: HitsView | null): ReadonlyMap<number, LineFacts> {
  if (!hits || hits.file !== source.file) return NO_FACTS;
  const known = counted.get(hits);
  if (known?.source === source) return known.facts;
  const facts = new Map<number, LineFacts>();
  const { within } = hits;
  const max = [...hits.counts, ...within.counts].reduce((most, count) => Math.max(most, count), HOT_COUNT);
  const heatOf = (count: number): number => Math.log1p(count) / Math.log1p(max);
  for (const [i, line] of hits.lines.entries()) {
    const count = hits.counts[i]!;
    facts.set(line, { ...PLAIN, hits: count, heat: heatOf(count) });
  }
  for (const line of hits.never) facts.set(line, { ...PLAIN, neverRan: true });
  const { lines, counts, by } = hits.blocks;
  for (const [i, line] of lines.entries()) {
    facts.set(line, { ...(facts.get(line) ?? PLAIN), block: { count: counts[i]!, by: by[i]! } });
  }
  for (const [i, line] of within.lines.entries()) {
    const count = within.counts[i]!;
    const own = facts.get(line) ?? PLAIN;
    facts.set(line, { ...own, neverRan: false, within: count, heat: Math.max(own.heat, heatOf(count)) });
  }
  for (const line of hits.atLeast) {
    const own = facts.get(line);
    if (own) facts.set(line, { ...own, atLeast: true });
  }
  counted.set(hits, { source, facts });
  return facts;
}

/** What a line has to show of when it ran. */
export type LineRecord =
  /** Events of its own (not each time: `isPart`), or what is there is not known yet. */
  | { kind: 'own'; isPart?: boolean }
  /** None; what happened on line `by` of its block stands for it. */
  | { kind: 'block'; by: number }
  /** None; how often it ran is what others leave. */
  | { kind: 'derived'; count: number }
  | { kind: 'never' }
  /** Neither, at the level at which it was recorded. */
  | { kind: 'unknown' };

export function recordOf(hits: HitsView | null, line: number): LineRecord {
  if (!hits || hits.coverage < 1 || hits.textPending) return { kind: 'own' };
  const at = hits.blocks.lines.indexOf(line);
  if (hits.lines.includes(line)) return { kind: 'own', isPart: at >= 0 || hits.atLeast.includes(line) };
  if (hits.never.includes(line)) return { kind: 'never' };
  if (at < 0) return { kind: 'unknown' };
  const by = hits.blocks.by[at]!;
  return by === 0 ? { kind: 'derived', count: hits.blocks.counts[at]! } : { kind: 'block', by };
}

/**
 * Facts by line, for lines that have any. A line of which the same is said as in `before` keeps its object, so that a view
 * of it can stay as it is.
 */
export function lineFacts(
  source: SourceView,
  hits: HitsView | null,
  values: LineValues | null,
  before?: FactsByLine,
): FactsByLine {
  const base = countedFacts(source, hits);
  if (!values || values.file !== source.file) return new FactsByLine(base, NO_FACTS);
  const touched = new Map<number, LineFacts>();
  const at = (line: number): LineFacts => {
    let entry = touched.get(line);
    if (!entry) touched.set(line, (entry = { ...(base.get(line) ?? PLAIN) }));
    return entry;
  };
  for (const line of values.later) at(line).path = 'later';
  for (const line of values.lines) at(line).path = 'before';
  for (const line of values.path) at(line).path = 'now';
  for (const value of values.values) {
    const entry = at(value.line);
    entry.values = [...entry.values, value];
  }
  for (const [line, entry] of touched) {
    const old = before?.get(line);
    if (old && saysTheSame(old, entry)) touched.set(line, old);
  }
  return new FactsByLine(base, touched);
}

function saysTheSame(a: LineFacts, b: LineFacts): boolean {
  return (
    a.hits === b.hits &&
    a.block === b.block &&
    a.within === b.within &&
    a.atLeast === b.atLeast &&
    a.heat === b.heat &&
    a.neverRan === b.neverRan &&
    a.path === b.path &&
    a.differing === b.differing &&
    a.values.length === b.values.length &&
    a.values.every((value, i) => isSameValue(value, b.values[i]!))
  );
}

/** One event writes a name once: what was written then is the same whenever it is asked for, but its scope may be over. */
function isSameValue(a: LineValue, b: LineValue): boolean {
  return (
    a.at.event === b.at.event &&
    a.at.thread === b.at.thread &&
    a.name === b.name &&
    a.kind === b.kind &&
    a.isOver === b.isOver
  );
}

/**
 * The same facts, with the lines marked that another run has otherwise, or on which it had other values. `lines` tells which
 * line of the other text is which of this one, 0 for none.
 */
export function markDifferent(facts: FactsByLine, others: FactsByLine, lines: Int32Array): FactsByLine {
  const marked = new Map<number, LineFacts>();
  for (let line = 1; line < lines.length; line++) {
    if (lines[line] === 0) marked.set(line, { ...(facts.get(line) ?? PLAIN), edited: true });
  }
  // Values are of the moment: no other line has any.
  for (const line of facts.own.keys()) {
    const own = marked.get(line) ?? facts.get(line)!;
    const other = others.get(lines[line] ?? 0)?.values ?? [];
    const differing = own.values.filter(({ name, kind, value }) => {
      const found = other.find((entry) => entry.name === name && entry.kind === kind);
      return found !== undefined && !sameContent(found.value, value);
    });
    if (differing.length > 0) marked.set(line, { ...own, differing: new Set(differing) });
  }
  return facts.with(marked);
}

const WORDS: Readonly<Record<string, string>> = { return: 'returns', yield: 'yields', throw: 'throws' };

/** What stands in front of a value: its name, or what was done with it. */
export function wordOf({ kind, name }: LineValue): string {
  return WORDS[kind] ?? name;
}
