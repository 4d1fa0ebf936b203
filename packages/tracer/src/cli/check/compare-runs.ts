import { formOf, quietLines } from './noise.ts';
import { testResults } from './test-results.ts';

/** How a run of the command ended, and what it printed. */
export interface RunResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Killed by us. */
  timedOut: boolean;
  durationMs: number;
}

export type Difference =
  /** Exit code or signal. */
  | { what: 'exit'; plain: string; recorded: string }
  /** A test that ended in another state, or in this state more or less often: `passed name`. */
  | { what: 'test'; test: string; plain: number; recorded: number }
  /** A line, noise removed, that the recorded run printed more or less often than each plain one. */
  | { what: 'stdout' | 'stderr'; line: string; plain: number; recorded: number }
  /** The same lines in another order; the line is the first that stands elsewhere. */
  | { what: 'stdout order' | 'stderr order'; line: string };

/** `exit code 1`, `signal SIGKILL`. */
export function endText({ exitCode, signal, timedOut }: RunResult): string {
  if (timedOut) return 'no end in time';
  return signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
}

/**
 * How a run differs from all plain ones. What differs between the plain runs themselves is no difference: a number that
 * lies within what they show, a line whose form is unsteady, an order that changes.
 */
export function differences(plain: readonly RunResult[], recorded: RunResult): Difference[] {
  const found: Difference[] = [];
  const ends = new Set(plain.map(endText));
  if (!ends.has(endText(recorded))) {
    found.push({ what: 'exit', plain: [...ends].join(' or '), recorded: endText(recorded) });
  }
  const tests = plain.map((run) => testResults(run));
  for (const { key, low, high, count } of outside(tests, testResults(recorded))) {
    found.push({ what: 'test', test: key, plain: count < low ? low : high, recorded: count });
  }
  for (const what of ['stdout', 'stderr'] as const) {
    found.push(
      ...lineDifferences(
        what,
        plain.map((run) => quietLines(run[what])),
        quietLines(recorded[what]),
      ),
    );
  }
  return found;
}

/** What is unsteady without recording: how the plain runs differ among themselves. */
export function unsteadiness([first, ...others]: readonly RunResult[]): Difference[] {
  return first === undefined ? [] : others.flatMap((run) => differences([first], run));
}

/** One text per difference, for telling whether two runs show the same one. */
export function keyOf(difference: Difference): string {
  return JSON.stringify(difference);
}

interface Outside {
  key: string;
  low: number;
  high: number;
  count: number;
}

/** Entries whose count lies outside of what the plain runs show. */
function* outside(
  plain: readonly ReadonlyMap<string, number>[],
  recorded: ReadonlyMap<string, number>,
): Generator<Outside> {
  const keys = new Set([...plain.flatMap((counts) => [...counts.keys()]), ...recorded.keys()]);
  for (const key of keys) {
    const counts = plain.map((each) => each.get(key) ?? 0);
    const [low, high, count] = [Math.min(...counts), Math.max(...counts), recorded.get(key) ?? 0];
    if (count < low || count > high) yield { key, low, high, count };
  }
}

function lineDifferences(
  what: 'stdout' | 'stderr',
  plain: readonly (readonly string[])[],
  recorded: readonly string[],
): Difference[] {
  const counts = plain.map(countLines);
  const own = countLines(recorded);
  const unsteady = unsteadyForms(counts);
  const formsPlain = counts.map((lines) => countForms(lines, unsteady));
  const formsOff = new Set([...outside(formsPlain, countForms(own, unsteady))].map(({ key }) => key));
  const found: Difference[] = [];
  for (const { key: line, low, high, count } of outside(counts, own)) {
    const form = formOf(line);
    if (unsteady.has(form) && !formsOff.has(form)) continue;
    found.push({ what, line, plain: count < low ? low : high, recorded: count });
  }
  const first = plain[0] ?? [];
  const isOrdered = plain.every(
    (lines) => lines.length === first.length && lines.every((line, i) => line === first[i]),
  );
  if (found.length === 0 && isOrdered) {
    const line = recorded.find((text, i) => text !== first[i]);
    if (line !== undefined) found.push({ what: `${what} order`, line });
  }
  return found;
}

function countLines(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** Forms of lines that the plain runs do not have equally often. */
function unsteadyForms(plain: readonly ReadonlyMap<string, number>[]): Set<string> {
  const forms = new Set<string>();
  for (const line of new Set(plain.flatMap((lines) => [...lines.keys()]))) {
    if (new Set(plain.map((lines) => lines.get(line) ?? 0)).size > 1) forms.add(formOf(line));
  }
  return forms;
}

function countForms(lines: ReadonlyMap<string, number>, wanted: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [line, count] of lines) {
    const form = formOf(line);
    if (wanted.has(form)) counts.set(form, (counts.get(form) ?? 0) + count);
  }
  return counts;
}
