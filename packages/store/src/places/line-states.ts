import type { FileCode, LineCode } from './line-code.ts';
import { pointCounts } from './point-counts.ts';

/** What is known of how often a line ran. */
export type LineState =
  /**
   * It leaves events of its own, so often. Where they depend on a condition (`if (a) b = 1;`) it ran `all.count` times, as
   * the line `all.by` says (0: several), or as often at least (`isPart`).
   */
  | { kind: 'ran'; count: number; all?: { count: number; by: number }; isPart?: true }
  /** It leaves none; its block has run so often, as the event on line `by` says. */
  | { kind: 'block'; count: number; by: number }
  /** It leaves none; what other lines of its function counted leaves no other number. */
  | { kind: 'derived'; count: number }
  | { kind: 'never' };

/** What was counted, by number of the site in the module. */
export interface Counted {
  /** Sites of the functions, by number. */
  functionSites: readonly number[];
  counts: ArrayLike<number>;
  /** Sites of functions of which some call was left by an exception of others, or goes on: its code may have been run in part. */
  broken: ReadonlySet<number>;
  /** All executions were counted: only then can it be said that a line never ran. */
  isAll: boolean;
}

/** What executions say about the lines of a file. A line that is missing is not known, or no code. */
export function lineStates(
  { lines, others, functions, flows }: FileCode,
  { functionSites, counts, broken, isAll }: Counted,
): Map<number, LineState> {
  const states = new Map<number, LineState>();
  const ran = (site: number): boolean => counts[site]! > 0;
  const balanced = new Map<number, ReturnType<typeof pointCounts>>();
  /** How often a line ran that leaves no event, as far as all calls of its function came to an end of their own. */
  const derived = ({ functionIndex, point }: LineCode): LineState | undefined => {
    const site = functionSites[functionIndex]!;
    const flow = flows.get(functionIndex);
    if (!isAll || !flow || broken.has(site)) return undefined;
    if (!balanced.has(functionIndex)) {
      balanced.set(
        functionIndex,
        pointCounts(flow, counts[site]!, (own) => counts[own]!),
      );
    }
    const count = balanced.get(functionIndex)?.[point - flow.ends.entry];
    if (count === undefined) return undefined;
    return count === 0 ? { kind: 'never' } : { kind: 'derived', count };
  };
  for (const [line, code] of lines) {
    const site = functionSites[code.functionIndex]!;
    const own = stateOf(code, { hasRun: ran(site), isBroken: broken.has(site) }, counts);
    const state =
      own?.kind === 'ran' && own.isPart ? withDerived(own.count, code, derived(code)) : (own ?? derived(code));
    if (state && (isAll || state.kind !== 'never')) states.set(line, state);
  }
  for (const [line, sites] of others) {
    const count = mostOf(sites, counts);
    if (count > 0) states.set(line, { kind: 'ran', count });
  }
  if (isAll) fillGaps(states, { lines, functions }, (functionIndex) => ran(functionSites[functionIndex]!));
  return states;
}

/** What is left open by events of a line that depend on a condition, told by what others leave. */
function withDerived(count: number, { leaves }: LineCode, derived: LineState | undefined): LineState {
  if (derived?.kind === 'derived') {
    return derived.count > count
      ? { kind: 'ran', count, all: { count: derived.count, by: 0 } }
      : { kind: 'ran', count };
  }
  return leaves === 'no' ? { kind: 'ran', count, isPart: true } : { kind: 'ran', count };
}

function mostOf(sites: readonly number[], counts: ArrayLike<number>): number {
  return sites.reduce((max, site) => Math.max(max, counts[site]!), 0);
}

function stateOf(
  { own, leaves, first, before, twin, twinLine, sleepsBetween }: LineCode,
  { hasRun, isBroken }: { hasRun: boolean; isBroken: boolean },
  counts: ArrayLike<number>,
): LineState | undefined {
  const most = (sites: readonly number[]): number => mostOf(sites, counts);
  const count = most(own);
  const times = isBroken && sleepsBetween ? 0 : most(twin);
  if (count > 0) {
    if (leaves === 'surely') return { kind: 'ran', count };
    if (times === 0) return { kind: 'ran', count, isPart: true };
    return times > count ? { kind: 'ran', count, all: { count: times, by: twinLine } } : { kind: 'ran', count };
  }
  if (!hasRun || (first.length > 0 && most(first) === 0) || (before.length > 0 && most(before) === 0)) {
    return { kind: 'never' };
  }
  // What comes after it in its block would have happened.
  if (twin.length > 0 && times === 0 && !isBroken) return { kind: 'never' };
  return times > 0 ? { kind: 'block', count: times, by: twinLine } : undefined;
}

/** Lines without code of their own: in a function that never ran, or between lines that never did. */
function fillGaps(
  states: Map<number, LineState>,
  { lines, functions }: Pick<FileCode, 'lines' | 'functions'>,
  hasRun: (functionIndex: number) => boolean,
): void {
  let last: { line: number; functionIndex: number; isNever: boolean } | undefined;
  for (const [line, functionIndex] of [...functions].sort(([a], [b]) => a - b)) {
    const code = lines.get(line);
    if (!hasRun(functionIndex)) {
      if (!code || code.functionIndex === functionIndex) states.set(line, { kind: 'never' });
    }
    if (!code) continue;
    const isNever = states.get(line)?.kind === 'never';
    if (last && isNever && last.isNever && last.functionIndex === code.functionIndex) {
      for (let between = last.line + 1; between < line; between++) {
        if (!lines.has(between) && !states.has(between)) states.set(between, { kind: 'never' });
      }
    }
    last = { line, functionIndex: code.functionIndex, isNever };
  }
}
