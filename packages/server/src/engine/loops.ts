/* Iterations of loops, found by where the steps of a call stand in the text. */
import { findLoops, type LineRange, type LoopEntry } from '@execution-cinema/codemap';
import type { CallStep, ModuleInfo, Site } from '@execution-cinema/store';
import { ITERATIONS_MAX, type LoopView } from '../protocol.ts';
import { findAside } from './source-finder.ts';

/** By module and the number of the file among its sources. */
const loopsOfFiles = new WeakMap<ModuleInfo, Map<number, readonly LoopEntry[]>>();

function knownLoops(module: ModuleInfo): Map<number, readonly LoopEntry[]> {
  let known = loopsOfFiles.get(module);
  if (!known) loopsOfFiles.set(module, (known = new Map()));
  return known;
}

/** Loops of the file that a site lies in, none where its text is not in the recording. */
function fileLoops({ module, source, file }: Site): readonly LoopEntry[] {
  const known = knownLoops(module);
  let loops = known.get(source);
  if (!loops) {
    const text = module.textOf(source);
    known.set(source, (loops = text === null ? [] : findLoops(text, file)));
  }
  return loops;
}

const sought = new WeakMap<ModuleInfo, Set<number>>();

/** Whether the loops of a file are known; if not they will be, without keeping this thread from its answers. */
export function knowsLoops({ module, source, file }: Site): boolean {
  const text = module.textOf(source);
  if (text === null || knownLoops(module).has(source)) return true;
  let asked = sought.get(module);
  if (!asked) sought.set(module, (asked = new Set()));
  if (!asked.has(source)) {
    asked.add(source);
    findAside('loops', text, file, (loops) => knownLoops(module).set(source, loops));
  }
  return false;
}

interface Position {
  line: number;
  column: number;
}

function holds(range: LineRange, { line, column }: Position): boolean {
  if (line < range.startLine || (line === range.startLine && column < range.startColumn)) return false;
  return line < range.endLine || (line === range.endLine && column < range.endColumn);
}

/** One passage through a loop: events with which its iterations began, and the event of the step after it. */
interface Run {
  starts: number[];
  count: number;
  end: number;
}

/** Loops that a call went through, each in the run around an event, else in the last one before it, else in the first. */
export function loopViews(site: Site, steps: readonly CallStep[], event: number): LoopView[] {
  const own = { line: site.function.line, column: site.function.column };
  const views: LoopView[] = [];
  for (const loop of fileLoops(site)) {
    // A loop around the function is somebody else's.
    if (holds(loop, own)) continue;
    const runs = runsOf(loop, steps);
    const run = runs.findLast(({ starts }) => starts[0]! <= event) ?? runs[0];
    if (!run) continue;
    const isInside = event >= run.starts[0]! && event < run.end;
    views.push({
      line: loop.startLine,
      endLine: loop.endLine,
      starts: Float64Array.from(run.starts),
      end: run.end,
      count: run.count,
      current: isInside ? run.starts.findLastIndex((start) => start <= event) : -1,
    });
  }
  return views;
}

/**
 * A new iteration begins at what the loop's head says, which may be several things in a row (`const [a, b] of`); where the
 * head leaves no trace, when a place comes again or lies before the last one. Places in inner loops do not count.
 */
function runsOf(loop: LoopEntry, steps: readonly CallStep[]): Run[] {
  const runs: Run[] = [];
  let run: Run | undefined;
  let seen = new Set<string>();
  let last: Position = { line: 0, column: 0 };
  let wasHead = false;
  for (const step of steps) {
    // What it did first, its arguments, and last, its result, is in no loop.
    if (step.kind === 'enter' || !holds(loop, step)) {
      if (run) run.end = step.event;
      run = undefined;
      continue;
    }
    if (step.kind === 'call' || step.kind === 'resume') continue;
    const isBefore = loop.before !== null && holds(loop.before, step);
    const isHead = loop.head !== null && holds(loop.head, step);
    const place = `${step.line}:${step.column}`;
    const isBack = step.line < last.line || (step.line === last.line && step.column < last.column);
    if (!run || (isBefore && !seen.has('before'))) {
      if (run) run.end = step.event;
      run = { starts: [step.event], count: 1, end: step.event + 1 };
      runs.push(run);
      seen = new Set();
    } else if (isHead ? !wasHead || seen.has(place) : !loop.head && (seen.has(place) || isBack)) {
      run.count++;
      if (run.starts.length < ITERATIONS_MAX) run.starts.push(step.event);
      seen = new Set();
    }
    if (isBefore) seen.add('before');
    wasHead = isHead;
    seen.add(place);
    last = step;
    run.end = step.event + 1;
  }
  return runs.map((found) => withoutLastHead(loop, found, steps));
}

/** The update of a `for` runs once more than its body: what follows the last one is no iteration. */
function withoutLastHead(loop: LoopEntry, run: Run, steps: readonly CallStep[]): Run {
  if (loop.before === null || run.starts.length < 2 || run.count > run.starts.length) return run;
  const last = run.starts.at(-1)!;
  const hasBody = steps.some(
    (step) => step.event > last && step.event < run.end && step.kind !== 'resume' && holds(loop, step),
  );
  return hasBody ? run : { ...run, starts: run.starts.slice(0, -1), count: run.count - 1 };
}
