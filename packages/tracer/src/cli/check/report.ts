import type { Output } from '../output.ts';
import { clip, printable } from '../format/text.ts';
import type { CheckResult, RunSummary } from './check-runs.ts';
import type { Difference } from './compare-runs.ts';

/** Differences of one kind that are printed unless all are asked for. */
const SHOWN_MAX = 8;

/** The result for people. */
export function printCheck(result: CheckResult, output: Output, all: boolean): void {
  for (const run of result.runs) output.line(runText(run));
  const { recording, unsteady, passing } = result;
  if (recording !== null) {
    const { functions, calls, processes, events, file } = recording;
    const lost = events.dropped > 0 ? output.yellow(`, ${events.dropped} events dropped`) : '';
    output.line(
      output.dim(`recording  ${functions} functions, ${calls} calls, ${processes} processes${lost}: ${file}`),
    );
  }
  if (unsteady.length > 0) {
    output.line(output.dim(`unsteady   ${unsteady.length} entries differ between plain runs and are not compared`));
  }
  printDifferences(result.differences, output, all);
  if (passing.length > 0) {
    output.line();
    output.line(output.yellow('in one recorded run only'));
    printDifferences(passing, output, all);
  }
  output.line();
  if (result.verdict === 'same') output.line(output.green('same: recording changed nothing'));
  else if (result.verdict === 'differs') output.line(output.red('differs: recording changes what the command does'));
  else output.line(output.yellow(`cannot be told: ${result.why}`));
}

function runText({ recorded, end, tests, durationMs }: RunSummary): string {
  const counts = tests === null ? '' : `  ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`;
  return `${recorded ? 'recorded' : 'plain   '}   ${end}${counts}  ${(durationMs / 1000).toFixed(1)} s`;
}

function printDifferences(found: readonly Difference[], output: Output, all: boolean): void {
  for (const kind of new Set(found.map(({ what }) => what))) {
    const ofKind = found.filter(({ what }) => what === kind);
    output.line();
    output.line(output.bold(kind));
    const shown = all ? ofKind : ofKind.slice(0, SHOWN_MAX);
    for (const difference of shown) output.line(clip(`  ${differenceText(difference)}`, output.columns));
    const more = ofKind.length - shown.length;
    if (more > 0) output.line(output.dim(`  and ${more} more (--all)`));
  }
}

function differenceText(difference: Difference): string {
  if (difference.what === 'exit') return `plain ${difference.plain}, recorded ${difference.recorded}`;
  if (!('plain' in difference)) return `first at: ${printable(difference.line)}`;
  const text = printable('test' in difference ? difference.test : difference.line);
  const { plain, recorded } = difference;
  if (plain <= 1 && recorded <= 1) return `${recorded > plain ? '+' : '-'} ${text}`;
  return `${recorded > plain ? '+' : '-'} ${text}  (plain ${plain} times, recorded ${recorded})`;
}
