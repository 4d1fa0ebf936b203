import { relative } from 'node:path';
import type { TracerConfig } from '../config/index.ts';
import type { FileCounts } from '../loader/file-counts.ts';
import type { TreeTotals } from '@execution-cinema/store';
import type { RecordingResult } from './recording.ts';

/** Reasons are listed up to here. */
const REASONS_MAX = 4;

/** What is said when the program has ended: what was recorded and how to see it, or why nothing was. */
export function endLine(config: TracerConfig, result: RecordingResult, counts: FileCounts): string {
  const out = shortPath(config.out);
  if (result.failure !== undefined) {
    return result.events === 0
      ? `not recorded: ${result.failure}`
      : `${eventsIn(result)} ${out}, then: ${result.failure}`;
  }
  const look = `See it with: ${commandFor(config, out)}`;
  const { tree } = result;
  const budget = budgetPart(config, result.degraded);
  if (tree !== undefined && tree.processes > 1) {
    return [`${[treeLine(tree, out), ...budget].join('; ')}. ${look}`, ...result.notes].join('\ntracer: ');
  }
  if (counts.instrumentedFiles === 0) return `nothing was recorded: ${whyNothing(config, counts)}`;
  // Workers load files that this thread does not.
  const { files, functions } = tree ?? { files: counts.instrumentedFiles, functions: counts.instrumentedFunctions };
  const parts = [`${eventsIn(result)} ${out}`, `${plural(files, 'file')}, ${plural(functions, 'function')}`, ...budget];
  const failed = sum(counts.failed);
  if (failed > 0) parts.push(`${plural(failed, 'file')} not instrumented (${listed(counts.failed)})`);
  const dependencies = counts.notSelected.get('dependency') ?? 0;
  if (dependencies > 0) {
    parts.push(`${plural(dependencies, 'file')} of dependencies left out (TRACER_PACKAGES=name records one)`);
  }
  return [`${parts.join('; ')}. ${look}`, ...result.notes].join('\ntracer: ');
}

/** Processes that this one has started may have recorded what it has not. */
function treeLine({ processes, storedEvents, droppedEvents, files, functions }: TreeTotals, out: string): string {
  const head = `${eventsIn({ events: storedEvents, dropped: droppedEvents })} ${out}`;
  const code = `${plural(files, 'file')}, ${plural(functions, 'function')}`;
  return `${head}; ${processes} processes, ${code}`;
}

/** What is missing since recording it would have taken too long, in a few words. */
function budgetPart({ budgetPercent }: TracerConfig, degraded: RecordingResult['degraded']): string[] {
  const { counted = 0, off = 0, leftOut = 0 } = degraded ?? {};
  const parts = [
    counted > 0 ? `${plural(counted, 'function')} only counted for a time` : '',
    off > 0 ? `${plural(off, 'function')} not even counted for a time` : '',
    leftOut > 0 ? `${plural(leftOut, 'function')} left out, as earlier runs showed` : '',
  ].filter((part) => part !== '');
  return parts.length === 0
    ? []
    : [`over the budget of ${budgetPercent}%: ${parts.join(', ')} (tracer info names them)`];
}

/** Commands find the newest recording of the project by themselves; one that lies elsewhere they must be told. */
function commandFor({ sources }: TracerConfig, shown: string): string {
  if (sources['out'] === 'default') return 'npx tracer tree';
  return `npx tracer tree --rec ${/^[\w./@+-]+$/.test(shown) ? shown : JSON.stringify(shown)}`;
}

function eventsIn({ events, dropped }: Pick<RecordingResult, 'events' | 'dropped'>): string {
  const lost = dropped > 0 ? ` (${dropped.toLocaleString('en')} dropped)` : '';
  return `${plural(events, 'event')}${lost} in`;
}

function whyNothing({ root }: TracerConfig, { failed, notSelected }: FileCounts): string {
  if (failed.size > 0) return `no file could be instrumented (${listed(failed)})`;
  if (notSelected.size === 0) return `the program loaded no file`;
  return `no file that the program loaded is chosen (${listed(notSelected)}); the root is ${root}, and --include '**' chooses everything`;
}

function listed(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const shown = sorted.slice(0, REASONS_MAX).map(([reason, count]) => `${count} ${reason}`);
  if (sorted.length > REASONS_MAX) shown.push('...');
  return shown.join(', ');
}

function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.length < path.length ? short : path;
}

function plural(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
