/* Lines of source: how often they ran, when, with which values. */
import { formatCall, parseCall } from '@execution-cinema/format';
import {
  callSteps,
  codeOfFile,
  executionSteps,
  findFlowNow,
  lineExecutions,
  lineHits,
  skippedLines,
  writesLeftScope,
  type CallStep,
  type CallSteps,
  type LineExecutions,
  type LineState,
  type ModuleInfo,
  type Site,
} from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import {
  encodeValue,
  type Execution,
  type LineValue,
  type LineValues,
  type LoopView,
  type Params,
  type StepView,
  type WireLimits,
} from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import { findFlowOfShort, flowFinder } from '../flows.ts';
import type { Job } from '../job.ts';
import { knowsLoops, loopViews } from '../loops.ts';
import { NO_FRAMES, stateOf } from '../state.ts';
import { at, atOrNull, LIST_LIMIT_DEFAULT } from '../views/basics.ts';
import type { Answer } from './method.ts';

const STEPS_DEFAULT = 500;
const STEPS_TIME_LIMIT_MS = 400;
/** What is shown at the end of a line is short. */
const INLINE_LIMITS: WireLimits = { depth: 2, objects: 20, characters: 200 };
/** `hits` without `wait` scans for so long. */
const BLINK_MS = 60;

function readCall(text: string): { thread: number; call: number } {
  const name = parseCall(text);
  if (!name) throw new ServerError('BAD_REQUEST', `${text} is no call`);
  return name;
}

export const steps: Answer<'steps'> = ({ recording, index }, params, job) => {
  const name = readCall(params.call);
  const endMs = performance.now() + STEPS_TIME_LIMIT_MS;
  const found = callSteps(recording, name.thread, name.call, {
    limit: params.limit ?? STEPS_DEFAULT,
    index,
    goOn: () => {
      job.checkpoint();
      return performance.now() < endMs;
    },
    ...(params.around && { around: params.around.event }),
  });
  return {
    call: params.call,
    file: found.site?.file ?? '',
    function: found.site?.function.name ?? '',
    steps: found.steps.map((step) => stepView(name.thread, step)),
    before: found.before,
    after: found.after,
  };
};

function stepView(thread: number, step: CallStep): StepView {
  const { child } = step;
  const hasResult = child?.outcome === 'returned';
  return {
    at: at(thread, step.event, step.timeNs),
    line: step.line,
    column: step.column,
    kind: step.kind,
    name: step.name,
    value: step.hasValue ? encodeValue(step.value) : hasResult ? encodeValue(child.result) : null,
    call: child ? formatCall(thread, child.call) : null,
    end: child ? atOrNull(thread, child.endEvent, child.endNs) : null,
  };
}

export const lineValues: Answer<'lineValues'> = (context, params, job) =>
  lineValuesSince(context, params, job, undefined);

/** `begin`: event with which the call began, where somebody knows that. */
export function lineValuesSince(
  context: EngineContext,
  params: Params<'lineValues'>,
  job: Job,
  begin: number | undefined,
): LineValues {
  const name = readCall(params.call);
  const moment = params.moment?.thread === name.thread ? params.moment.event : undefined;
  const found = context.steps.get(context, { ...name, begin }, moment, job, params.wait === true);
  const event = moment ?? Number.MAX_SAFE_INTEGER;
  const { site } = found;
  if (!site) throw new ServerError('UNAVAILABLE', `the code of call ${params.call} is not in the recording`);
  // The top level of a bundle runs through several files: the one where it stands.
  const file = found.steps.findLast((step) => step.event <= event)?.file || site.file;
  const stepsInFile = found.steps.filter((step) => step.file === file);
  const inFile = file === site.file ? site : { ...site, file, source: site.table.sources.indexOf(file) };
  // Who cannot wait gets the values first.
  const withLoops = job.patient || knowsLoops(inFile);
  const loops = withLoops ? loopViews(inFile, stepsInFile, event) : [];
  return {
    call: params.call,
    file,
    function: site.function.name,
    loops,
    skipped: Uint32Array.from(
      file === site.file ? skippedLines(found, params.wait === true ? findFlowNow : findFlowOfShort) : [],
    ),
    whole: withLoops && !found.before && !found.after,
    ...linesOf({ ...found, steps: stepsInFile }, site, { event, loops, place: standingOf(context, params, job) }),
  };
}

/** Where the call stands at the moment; undefined when it is not on the stack then. */
function standingOf(
  context: EngineContext,
  { call, moment }: Params<'lineValues'>,
  job: Job,
): { line: number; column: number } | undefined {
  if (!moment || moment.thread !== readCall(call).thread) return undefined;
  const { frames } = stateOf(context, moment, job, { ...NO_FRAMES, places: true });
  return frames.find((frame) => formatCall(moment.thread, frame.call) === call);
}

/** Whether a step belongs to the iterations that the moment is in; steps outside of loops do. */
function isCurrent(step: CallStep, loops: readonly LoopView[]): boolean {
  return loops.every(
    (loop) =>
      loop.current < 0 ||
      step.line < loop.line ||
      step.line > loop.endLine ||
      step.event >= loop.starts[loop.current]! ||
      // The head of the first iteration is code before the loop as well.
      (step.line === loop.line && loop.current === 0),
  );
}

interface LinesMoment {
  event: number;
  loops: readonly LoopView[];
  /** Where the call stands then, if it is on the stack. */
  place: { line: number; column: number } | undefined;
}

function linesOf(
  { thread, steps: all }: CallSteps,
  site: Site,
  { event, loops, place }: LinesMoment,
): Pick<LineValues, 'values' | 'lines' | 'counts' | 'later' | 'path'> {
  const values = new Map<string, LineValue>();
  const counts = new Map<number, number>();
  const later = new Set<number>();
  const path = new Set<number>();
  let lastLine = 0;
  for (const step of all) {
    if (step.event > event) {
      later.add(step.line);
      continue;
    }
    if (step.line !== lastLine) counts.set(step.line, (counts.get(step.line) ?? 0) + 1);
    lastLine = step.line;
    if (!isCurrent(step, loops)) continue;
    path.add(step.line);
    const isOver = place !== undefined && writesLeftScope(site.table, step.site, place);
    for (const value of valuesOf(thread, step, site)) {
      values.set(`${value.line} ${value.name} ${value.kind}`, isOver ? { ...value, isOver } : value);
    }
  }
  const lines = Uint32Array.from(counts.keys()).sort();
  return {
    values: [...values.values()].sort((a, b) => a.line - b.line || a.column - b.column),
    lines,
    counts: Uint32Array.from(lines, (line) => counts.get(line)!),
    later: Uint32Array.from(later).sort(),
    path: Uint32Array.from(path).sort(),
  };
}

const KINDS: Readonly<Record<string, LineValue['kind']>> = {
  write: 'variable',
  catch: 'variable',
  property: 'property',
  delete: 'property',
  expression: 'expression',
  return: 'return',
  'return value': 'return',
  yield: 'yield',
  throw: 'throw',
};

/** Such values have no name of their own. */
const ENDS: ReadonlySet<LineValue['kind']> = new Set(['return', 'yield', 'throw']);

function valuesOf(thread: number, step: CallStep, site: Site): LineValue[] {
  const { line, column, event, timeNs } = step;
  const base = { line, column, at: at(thread, event, timeNs) };
  if (step.arguments) {
    const { parameters } = site.function;
    return step.arguments.flatMap((value, i) =>
      parameters[i] === 'this'
        ? []
        : [
            {
              ...base,
              name: parameters[i] ?? `argument ${i}`,
              kind: 'parameter' as const,
              value: encodeValue(value, INLINE_LIMITS),
            },
          ],
    );
  }
  const kind = KINDS[step.kind];
  if (!kind || !step.hasValue) return [];
  return [
    { ...base, name: ENDS.has(kind) ? step.kind : step.name, kind, value: encodeValue(step.value, INLINE_LIMITS) },
  ];
}

/** A line without events of its own that is known to have run. */
function isStandIn(state: LineState): state is Extract<LineState, { kind: 'block' | 'derived' }> {
  return state.kind === 'block' || state.kind === 'derived';
}

export const hits: Answer<'hits'> = ({ recording, siteCounts, index }, { file, span, thread, wait }, job) => {
  const endMs = performance.now() + BLINK_MS;
  const find = wait === true ? findFlowNow : findFlowOfShort;
  const found = lineHits(recording, siteCounts, file, find, {
    index,
    ...(thread !== undefined && { thread }),
    ...(span && { range: span }),
    goOn: (done, total) => {
      job.progress('counting executions', done, total);
      return wait === true || performance.now() < endMs;
    },
  });
  const { coverage, functions, isPending } = found;
  const states = [...found.lines].sort(([a], [b]) => a - b);
  const ran = states.flatMap(([line, state]) => (state.kind === 'ran' ? [{ line, ...state }] : []));
  const within = [...found.within].sort(([a], [b]) => a - b);
  const blocks = states.flatMap<{ line: number; count: number; by: number }>(([line, state]) => {
    if (state.kind === 'ran') return state.all ? [{ line, ...state.all }] : [];
    return isStandIn(state) ? [{ line, by: 0, ...state }] : [];
  });
  return {
    file,
    lines: Uint32Array.from(ran, ({ line }) => line),
    counts: Float64Array.from(ran, ({ count }) => count),
    within: {
      lines: Uint32Array.from(within, ([line]) => line),
      counts: Float64Array.from(within, ([, count]) => count),
    },
    atLeast: Uint32Array.from(found.atLeast).sort(),
    never: Uint32Array.from(states.flatMap(([line, { kind }]) => (kind === 'never' ? [line] : []))),
    blocks: {
      lines: Uint32Array.from(blocks, ({ line }) => line),
      counts: Float64Array.from(blocks, ({ count }) => count),
      by: Uint32Array.from(blocks, ({ by }) => by),
    },
    textPending: isPending,
    coverage,
    functions: [...functions].map(([id, calls]) => ({ id, calls })),
  };
};

export const executions: Answer<'executions'> = (context, params, job) => {
  const { line, around } = params;
  const found = executionsOf(context, params, job);
  const order = inOrderOfTime(found.threads);
  const total = order.length;
  const current = around ? indexAround(found.threads, order, around) : null;
  const limit = params.limit ?? LIST_LIMIT_DEFAULT;
  const offset =
    around && params.offset === undefined
      ? Math.max(0, Math.min((current ?? 0) - Math.floor(limit / 2), total - limit))
      : (params.offset ?? 0);
  const page = order.slice(offset, offset + limit);
  const near = Math.max(0, Math.min(page.length - 1, (current ?? offset) - offset));
  const items = executionViews(context, { threads: found.threads, page, near, line }, job);
  return { items, offset, total, more: found.more || offset + items.length < total, current };
};

type Found = ReturnType<typeof lineExecutions>;

/** Executions of the lines asked for last: a list is looked at page by page. */
const remembered = new WeakMap<object, Map<string, Found>>();
const REMEMBERED_COUNT = 6;

function executionsOf(context: EngineContext, params: Params<'executions'>, job: Job): Found {
  const { file, line, span, thread } = params;
  const only = params.call === undefined ? undefined : readCall(params.call);
  const wantedThread = only?.thread ?? thread;
  let known = remembered.get(context.generation);
  if (!known) remembered.set(context.generation, (known = new Map()));
  const key = JSON.stringify([file, line, span, wantedThread, params.call]);
  const found =
    known.get(key) ??
    lineExecutions(
      context.recording,
      { file, line },
      {
        index: context.index,
        ...(wantedThread !== undefined && { thread: wantedThread }),
        ...(only && { call: only.call }),
        ...(span && { range: span }),
        isOwn: ownSites(context, file, line, job),
        onChunk: (done, total) => job.progress('looking for executions', done, total),
      },
    );
  if (known.size >= REMEMBERED_COUNT) known.delete(known.keys().next().value!);
  known.set(key, found);
  return found;
}

/** Sites of the line's own statement rather than of callbacks that are written in it, as far as the text tells. */
function ownSites(
  { recording }: EngineContext,
  file: string,
  line: number,
  job: Job,
): (module: ModuleInfo, site: number) => boolean {
  const owners = new Map<ModuleInfo, ReadonlySet<number> | undefined>();
  const find = flowFinder(job);
  const ownersIn = (module: ModuleInfo): ReadonlySet<number> | undefined => {
    const code = codeOfFile(module, module.sites!.sources.indexOf(file), find)?.lines.get(line);
    return code && code.own.length > 0 ? new Set(code.own) : undefined;
  };
  for (const id of recording.moduleIds()) {
    const module = recording.module(id);
    if (module?.sites?.sources.includes(file)) owners.set(module, ownersIn(module));
  }
  return (module, site) => owners.get(module)?.has(site) ?? true;
}

/** Position of an execution: its thread's place in the list, and its own in the thread. */
interface ExecutionAt {
  list: number;
  index: number;
  timeNs: number;
}

function inOrderOfTime(threads: readonly LineExecutions[]): ExecutionAt[] {
  const order = threads.flatMap(({ timesNs }, list) =>
    Array.from(timesNs, (timeNs, index) => ({ list, index, timeNs })),
  );
  // Within a thread the order is that of the events already.
  return threads.length < 2 ? order : order.sort((a, b) => a.timeNs - b.timeNs || a.list - b.list || a.index - b.index);
}

function indexAround(
  threads: readonly LineExecutions[],
  order: readonly ExecutionAt[],
  { thread, event }: { thread: number; event: number },
): number | null {
  const last = order.findLastIndex(
    ({ list, index }) => threads[list]!.thread === thread && threads[list]!.events[index]! <= event,
  );
  return last < 0 ? null : last;
}

/** Values of executions are read for so long; those furthest from the moment are left out. */
const VALUES_TIME_LIMIT_MS = 150;

function executionViews(
  { recording }: EngineContext,
  {
    threads,
    page,
    near,
    line,
  }: { threads: readonly LineExecutions[]; page: readonly ExecutionAt[]; near: number; line: number },
  job: Job,
): Execution[] {
  const views = page.map<Execution>(({ list, index, timeNs }) => {
    const { thread, events, calls } = threads[list]!;
    return {
      at: at(thread, events[index]!, timeNs),
      call: formatCall(thread, calls[index]!),
      function: '',
      values: [],
    };
  });
  const endMs = performance.now() + VALUES_TIME_LIMIT_MS;
  const byDistance = views
    .map((view, i) => ({ view, distance: Math.abs(i - near) }))
    .sort((a, b) => a.distance - b.distance);
  for (const { view } of byDistance) {
    if (performance.now() > endMs) break;
    job.checkpoint();
    const { site, steps: own } = executionSteps(recording, view.at.thread, view.at.event, line);
    if (!site) continue;
    view.values = own.flatMap((step) =>
      valuesOf(view.at.thread, step, site).map(({ name, value }) => ({ name, value })),
    );
  }
  return views;
}
