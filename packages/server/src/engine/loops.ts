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
  /** By iteration, the event with which its head has said all that it says. */
  ready: number[];
  count: number;
  end: number;
}

/** Loops that a call went through, each in the run around an event, else in the last one before it, else in the first. */
export function loopViews(site: Site, steps: readonly CallStep[], event: number): LoopView[] {
  const own = { line: site.function.line, column: site.function.column };
  const views: LoopView[] = [];
  const loops = loopsPassed(fileLoops(site), steps);
  for (const loop of loops) {
    // A loop around the function is somebody else's.
    if (holds(loop, own)) continue;
    const inner = loops.filter(
      (other) => other !== loop && holds(loop, { line: other.startLine, column: other.startColumn }),
    );
    const runs = runsOf(loop, inner, steps);
    const run = runs.findLast(({ starts }) => starts[0]! <= event) ?? runs[0];
    if (!run) continue;
    const isInside = event >= run.starts[0]! && event < run.end;
    views.push({
      line: loop.startLine,
      endLine: loop.endLine,
      starts: Float64Array.from(run.starts),
      ready: Float64Array.from(run.ready),
      end: run.end,
      count: run.count,
      current: isInside ? run.starts.findLastIndex((start) => start <= event) : -1,
    });
  }
  return views;
}

/** Those of a file in whose lines the steps lie. */
function loopsPassed(loops: readonly LoopEntry[], steps: readonly CallStep[]): readonly LoopEntry[] {
  let [first, last] = [Infinity, 0];
  for (const { line } of steps) [first, last] = [Math.min(first, line), Math.max(last, line)];
  return loops.filter(({ startLine, endLine }) => startLine <= last && endLine >= first);
}

/** What a call did first, its arguments, and last, its result, is in no loop. */
const OUTSIDE: ReadonlySet<string> = new Set(['enter', 'return', 'leave by throw', 'close', 'unwind']);

/** What stands where something else does that the code did there, or where nothing has happened yet. */
const WITHOUT_PLACE: ReadonlySet<string> = new Set([
  'call',
  'suspend',
  'yield',
  'resume',
  'resume value',
  'return value',
  'scope',
  'scope link',
  'log',
  'send',
  'receive',
  'request',
  'response',
  'mark',
  'correlation',
  'uncaught',
  'aggregate',
]);

/** Whether a step is one of the loop that it stands in: what is gone through is worked out before. */
function isIn(loop: LoopEntry, step: CallStep): boolean {
  return !OUTSIDE.has(step.kind) && holds(loop, step) && !(loop.source && holds(loop.source, step));
}

/**
 * A new iteration begins at what the loop's head says, which may be several things in a row (`const [a, b] of`); where the
 * head leaves no trace, when a place comes again or lies above the last one. Places in inner loops do not count.
 */
function runsOf(loop: LoopEntry, inner: readonly LoopEntry[], steps: readonly CallStep[]): Run[] {
  const runs: Run[] = [];
  let run: Run | undefined;
  let seen = new Set<string>();
  let lastLine = 0;
  let wasHead = false;
  /** Nothing but the head of the last iteration was passed so far. */
  let isBegin = false;
  const inHead = (step: CallStep): boolean => loop.head !== null && holds(loop.head, step);
  const isTraced = (step: CallStep): boolean => !WITHOUT_PLACE.has(step.kind) && inHead(step);
  // Of `while` and `for of` nothing happens before the head.
  const isHeadTraced = steps.some(isTraced);
  const beginsWithHead = isHeadTraced && loop.before === null;
  for (const step of steps) {
    if (!isIn(loop, step)) {
      if (run) run.end = step.event;
      run = undefined;
      continue;
    }
    if (WITHOUT_PLACE.has(step.kind) || inner.some((other) => holds(other, step))) {
      if (run) run.end = step.event + 1;
      continue;
    }
    const isBefore = loop.before !== null && holds(loop.before, step);
    const isHead = inHead(step);
    const place = `${step.line}:${step.column}`;
    // On one line code goes back all the time: what is assigned comes after what it is assigned.
    const isBack = step.line < lastLine;
    if (!run || (isBefore && !seen.has('before'))) {
      if (run) run.end = step.event;
      if (beginsWithHead && !isHead) continue;
      run = { starts: [step.event], ready: [step.event], count: 1, end: step.event + 1 };
      runs.push(run);
      seen = new Set();
      isBegin = true;
    } else if (isHead ? !wasHead || seen.has(place) : !isHeadTraced && (seen.has(place) || isBack)) {
      run.count++;
      isBegin = run.starts.length < ITERATIONS_MAX;
      if (isBegin) {
        run.starts.push(step.event);
        run.ready.push(step.event);
      }
      seen = new Set();
    } else if (isBegin && (isBefore || isHead)) run.ready[run.ready.length - 1] = step.event;
    else isBegin = false;
    if (isBefore) seen.add('before');
    wasHead = isHead;
    seen.add(place);
    lastLine = step.line;
    run.end = step.event + 1;
  }
  return runs.flatMap((found) => withoutLastTest(loop, found, steps));
}

/**
 * What leads to a test runs once more than there are iterations: that after the last one, or of a loop without any, is none
 * itself. It is told by what follows: nothing of the body.
 */
function withoutLastTest(loop: LoopEntry, run: Run, steps: readonly CallStep[]): Run[] {
  if (loop.test === null || run.count > run.starts.length) return [run];
  const last = run.starts.at(-1)!;
  const isBody = (step: CallStep): boolean =>
    step.event >= last &&
    step.event < run.end &&
    step.kind !== 'resume' &&
    isIn(loop, step) &&
    ![loop.before, loop.head, loop.test].some((part) => part !== null && holds(part, step));
  if (steps.some(isBody)) return [run];
  if (run.count === 1) return [];
  return [{ starts: run.starts.slice(0, -1), ready: run.ready.slice(0, -1), count: run.count - 1, end: last }];
}
