import { SITE_SCOPE } from '@execution-cinema/format';
import { codeOfFile } from '../places/line-code.ts';
import { pointCounts } from '../places/point-counts.ts';
import type { FlowFinder } from '../places/source-flows.ts';
import type { CallSteps } from './call-steps.ts';

/** Ends of calls that have gone as their text says. */
const ENDS: ReadonlySet<string> = new Set(['return', 'leave by throw']);
/** What names a site that was counted before, or is not executed. */
const NOT_COUNTED: ReadonlySet<string> = new Set(['resume', 'resume value', 'aggregate']);

/**
 * Lines of its function (in the file where that is written) that a call certainly did not run, in order: none where it is
 * not read whole, has not ended by itself, or an exception of others went through it.
 */
export function skippedLines({ site, steps, before, after }: CallSteps, find: FlowFinder): number[] {
  const last = steps.at(-1);
  if (!site || !last || before || after || !ENDS.has(last.kind)) return [];
  if (last.kind === 'leave by throw' && steps.at(-2)?.kind !== 'throw') return [];
  if (steps.some(({ kind }) => kind === 'catch' || kind === 'unwind')) return [];
  const { module, source, functionIndex, table } = site;
  const code = codeOfFile(module, source, find);
  const flow = code?.flows.get(functionIndex);
  if (!code || !flow) return [];
  const passed = new Map<number, number>();
  for (const { site: own, kind } of steps) {
    if (own >= 0 && !NOT_COUNTED.has(kind)) passed.set(own, (passed.get(own) ?? 0) + 1);
  }
  // Scopes are opened without a step.
  const countOf = (own: number): number | undefined =>
    table.sites.at(own)?.[0] === SITE_SCOPE ? undefined : (passed.get(own) ?? 0);
  const counts = pointCounts(flow, 1, countOf);
  if (!counts) return [];
  const lines = [...code.lines].filter(
    ([, line]) => line.functionIndex === functionIndex && counts[line.point - flow.ends.entry] === 0,
  );
  return lines.map(([line]) => line).sort((a, b) => a - b);
}
