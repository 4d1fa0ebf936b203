import { sameContent } from './differences.ts';
import type { HitsView, LineValue, LineValues, SourceView } from '@execution-cinema/server/protocol';

/** What is known of one line of source at the moment. */
export interface LineFacts {
  /** How often it ran in the whole recording; undefined: not known, or no code. */
  hits: number | undefined;
  /** 0 to 1, for the colour of the gutter. */
  heat: number;
  /** There is code here that is recorded when it runs, and it never did. */
  neverRan: boolean;
  /** The call that is looked at has run it (in this iteration), has run it in others, will run it, or not. */
  path: 'now' | 'before' | 'later' | 'none';
  values: readonly LineValue[];
  /** A value here is another one in the run that it is compared with. */
  differs?: boolean;
}

/** Kinds of events at which a line is shown as one that threw. */
export const THROWING: ReadonlySet<string> = new Set(['throw', 'leave by throw', 'uncaught']);

/** A line that ran so often is hot, even where no line ran more often. */
const HOT_COUNT = 30;

const PLAIN: LineFacts = { hits: undefined, heat: 0, neverRan: false, path: 'none', values: [] };

/** Facts by line, for lines that have any. */
export function lineFacts(
  source: SourceView,
  hits: HitsView | null,
  values: LineValues | null,
): Map<number, LineFacts> {
  const facts = new Map<number, LineFacts>();
  const at = (line: number): LineFacts => {
    let entry = facts.get(line);
    if (!entry) facts.set(line, (entry = { ...PLAIN }));
    return entry;
  };
  if (hits && hits.file === source.file) {
    const max = hits.counts.reduce((most, count) => Math.max(most, count), HOT_COUNT);
    for (const [i, line] of hits.lines.entries()) {
      const count = hits.counts[i]!;
      Object.assign(at(line), { hits: count, heat: Math.log1p(count) / Math.log1p(max) });
    }
    if (hits.coverage >= 1) {
      for (const line of source.recordableLines) {
        const entry = at(line);
        entry.neverRan = entry.hits === undefined;
      }
    }
  }
  if (values && values.file === source.file) {
    for (const line of values.later) at(line).path = 'later';
    for (const line of values.lines) at(line).path = 'before';
    for (const line of values.path) at(line).path = 'now';
    for (const value of values.values) {
      const entry = at(value.line);
      entry.values = [...entry.values, value];
    }
  }
  return facts;
}

/** The same facts, with the lines marked on which another run had other values. */
export function markDifferent(
  facts: Map<number, LineFacts>,
  others: ReadonlyMap<number, LineFacts>,
): Map<number, LineFacts> {
  for (const [line, own] of facts) {
    const other = others.get(line)?.values ?? [];
    const differs = own.values.some(({ name, kind, value }) => {
      const found = other.find((entry) => entry.name === name && entry.kind === kind);
      return found !== undefined && !sameContent(found.value, value);
    });
    if (differs) facts.set(line, { ...own, differs });
  }
  return facts;
}
