/* Lines of source: how often they ran, when, with which values. */
import { formatCall, parseCall } from '@execution-cinema/format';
import {
  callSteps,
  lineExecutions,
  lineHits,
  type CallStep,
  type CallSteps,
  type LineExecutions,
  type Site,
} from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import {
  encodeValue,
  type Execution,
  type LineValue,
  type LineValues,
  type LoopView,
  type StepView,
  type WireLimits,
} from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import type { Job } from '../job.ts';
import { loopViews } from '../loops.ts';
import { at, atOrNull, LIST_LIMIT_DEFAULT } from '../views/basics.ts';
import type { Answer } from './method.ts';

const STEPS_DEFAULT = 500;
/** What is shown at the end of a line is short. */
const INLINE_LIMITS: WireLimits = { depth: 2, objects: 20, characters: 200 };
/** `hits` without `wait` scans for so long. */
const BLINK_MS = 60;

function readCall(text: string): { thread: number; call: number } {
  const name = parseCall(text);
  if (!name) throw new ServerError('BAD_REQUEST', `${text} is no call`);
  return name;
}

export const steps: Answer<'steps'> = ({ recording }, params, job) => {
  const name = readCall(params.call);
  const found = callSteps(recording, name.thread, name.call, {
    limit: params.limit ?? STEPS_DEFAULT,
    checkpoint: () => job.checkpoint(),
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

export const lineValues: Answer<'lineValues'> = (context, params, job) => {
  const name = readCall(params.call);
  const moment = params.moment?.thread === name.thread ? params.moment.event : undefined;
  const found = context.steps.get(context.recording, name, moment, job);
  const event = moment ?? Number.MAX_SAFE_INTEGER;
  const { site } = found;
  if (!site) throw new ServerError('UNAVAILABLE', `the code of call ${params.call} is not in the recording`);
  const loops = loopViews(site, found.steps, event);
  return {
    call: params.call,
    file: site.file,
    function: site.function.name,
    loops,
    ...linesOf(found, site, event, loops),
  };
};

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

function linesOf(
  { thread, steps: all }: CallSteps,
  site: Site,
  event: number,
  loops: readonly LoopView[],
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
    for (const value of valuesOf(thread, step, site)) values.set(`${value.line} ${value.name} ${value.kind}`, value);
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
  yield: 'return',
  throw: 'return',
};

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
    { ...base, name: kind === 'return' ? step.kind : step.name, kind, value: encodeValue(step.value, INLINE_LIMITS) },
  ];
}

export const hits: Answer<'hits'> = ({ recording, siteCounts }, { file, span, thread, wait }, job) => {
  const endMs = performance.now() + BLINK_MS;
  const found = lineHits(recording, siteCounts, file, {
    ...(thread !== undefined && { thread }),
    ...(span && { range: span }),
    goOn: (done, total) => {
      job.progress('counting executions', done, total);
      return wait === true || performance.now() < endMs;
    },
  });
  const { lines, counts, coverage, functions } = found;
  return { file, lines, counts, coverage, functions: [...functions].map(([id, calls]) => ({ id, calls })) };
};

export const executions: Answer<'executions'> = (context, params, job) => {
  const { recording, siteCounts } = context;
  const { file, line, span, thread, around } = params;
  const only = params.call === undefined ? undefined : readCall(params.call);
  const wantedThread = only?.thread ?? thread;
  const found = lineExecutions(
    recording,
    siteCounts,
    { file, line },
    {
      ...(wantedThread !== undefined && { thread: wantedThread }),
      ...(only && { call: only.call }),
      ...(span && { range: span }),
      onChunk: (done, total) => job.progress('looking for executions', done, total),
    },
  );
  const order = inOrderOfTime(found.threads);
  const total = order.length;
  const current = around ? indexAround(found.threads, order, around) : null;
  const limit = params.limit ?? LIST_LIMIT_DEFAULT;
  const offset =
    around && params.offset === undefined
      ? Math.max(0, Math.min((current ?? 0) - Math.floor(limit / 2), total - limit))
      : (params.offset ?? 0);
  const items = order
    .slice(offset, offset + limit)
    .map((position) => executionView(context, found.threads, position, { file, line }, job));
  return { items, offset, total, more: found.more || offset + items.length < total, current };
};

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

/** Values of an execution are read for so many of one answer; calls are read at whole. */
const VALUES_PER_EXECUTION_MAX = 8;

function executionView(
  context: EngineContext,
  threads: readonly LineExecutions[],
  { list, index, timeNs }: ExecutionAt,
  { line }: { file: string; line: number },
  job: Job,
): Execution {
  const { thread, events, calls } = threads[list]!;
  const event = events[index]!;
  const call = calls[index]!;
  const { steps: all, site } = context.steps.get(context.recording, { thread, call }, event, job);
  const start = all.findIndex((step) => step.event >= event);
  const values: Execution['values'] = [];
  for (let i = Math.max(0, start); i < all.length && values.length < VALUES_PER_EXECUTION_MAX; i++) {
    const step = all[i]!;
    if (step.line !== line) break;
    if (!site) continue;
    for (const { name, value } of valuesOf(thread, step, site)) values.push({ name, value });
  }
  return {
    at: at(thread, event, timeNs),
    call: formatCall(thread, call),
    function: site?.function.name ?? '',
    values,
  };
}
