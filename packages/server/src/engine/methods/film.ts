import type { Recording, ThreadDetail } from '@execution-cinema/store';
import {
  FILM_MARKS_MAX,
  MARK_KINDS,
  type Film,
  type FilmParams,
  type Flame,
  type MarkKind,
  type Span,
} from '../../protocol.ts';
import { FLAME_ASLEEP, FLAME_MERGED, FLAME_OPEN_END, FLAME_THREW } from '../../protocol.ts';
import { degradedSpans, functionId, SLICE_OUTCOMES } from '@execution-cinema/store';
import type { EngineContext } from '../context.ts';
import type { Answer } from './method.ts';

const FLAME_DEPTH_DEFAULT = 64;

/** A span that a picture can be made of: not negative, not empty. */
function pictureSpan({ fromNs, toNs }: Span): Span {
  const from = Math.max(0, Math.floor(fromNs));
  return { fromNs: from, toNs: Math.max(from + 1, Math.ceil(toNs)) };
}

export const film: Answer<'film'> = (context, params) => {
  const { recording, detail } = context;
  const wanted = pictureSpan(params.span);
  const lanes = recording
    .threads()
    .map(({ id }) => id)
    .filter((id) => !params.threads || params.threads.includes(id));
  const details = lanes.map((thread) => detail.read({ thread, ...wanted, columns: params.columns, depths: 1 }));
  const shape = details[0] ?? emptyShape(wanted, params);
  const columns = Math.round((shape.toNs - shape.fromNs) / shape.columnNs);
  const span = { fromNs: shape.fromNs, toNs: shape.toNs };
  const result: Film = {
    span,
    columns,
    columnNs: shape.columnNs,
    lanes,
    calls: new Float32Array(lanes.length * columns),
    events: new Float32Array(lanes.length * columns),
    throws: new Float32Array(lanes.length * columns),
    depth: new Uint16Array(lanes.length * columns),
    missing: new Uint8Array(lanes.length * columns),
    exact: details.every(({ exact }) => exact),
    marks: marksIn(context, span, new Set(lanes), details),
  };
  details.forEach((read, lane) => {
    result.calls.set(read.columns.calls, lane * columns);
    result.events.set(read.columns.events, lane * columns);
    result.throws.set(read.columns.throws, lane * columns);
    result.depth.set(read.columns.depth, lane * columns);
  });
  markDegraded(recording, result);
  markMissing(recording, result);
  return result;
};

function emptyShape(
  { fromNs, toNs }: Span,
  { columns }: FilmParams,
): Pick<ThreadDetail, 'fromNs' | 'toNs' | 'columnNs'> {
  return { fromNs, toNs, columnNs: (toNs - fromNs) / columns };
}

/** Columns of which something was dropped or deleted. */
function markMissing(recording: Recording, picture: Film): void {
  const mark = (thread: number, fromNs: number, toNs: number): void => {
    const { first, end } = columnsOf(picture, thread, fromNs, toNs);
    picture.missing.fill(1, first, end);
  };
  for (const { threadId, timeNs } of recording.gaps()) mark(threadId, timeNs, timeNs);
  for (const { threadId, startNs, endNs } of recording.pruned()) mark(threadId, startNs, endNs);
}

/** Columns without calls while calls of functions of the process were not recorded. */
function markDegraded(recording: Recording, picture: Film): void {
  const degraded = degradedSpans(recording).filter(({ isCounted, isOff }) => isCounted || isOff);
  if (degraded.length === 0) return;
  for (const { id, processId, startNs, endNs } of recording.threads()) {
    for (const { process, fromNs, toNs } of degraded) {
      if (process !== processId) continue;
      const lasts = Math.min(toNs, endNs ?? Infinity);
      const { first, end } = columnsOf(picture, id, Math.max(fromNs, startNs), lasts);
      for (let at = first; at < end; at++) if (picture.calls[at] === 0) picture.missing[at] = 2;
    }
  }
}

/** Columns of a thread's lane that a stretch of time touches. */
function columnsOf(
  { span, columns, columnNs, lanes }: Film,
  thread: number,
  fromNs: number,
  toNs: number,
): { first: number; end: number } {
  const lane = lanes.indexOf(thread);
  if (lane < 0 || toNs < span.fromNs || fromNs > span.toNs || toNs < fromNs) return { first: 0, end: 0 };
  const first = Math.max(0, Math.floor((fromNs - span.fromNs) / columnNs));
  const last = Math.min(columns - 1, Math.floor((toNs - span.fromNs) / columnNs));
  return { first: lane * columns + first, end: lane * columns + last + 1 };
}

interface Mark {
  timeNs: number;
  kind: MarkKind;
  thread: number;
  event: number;
}

/** Kinds from the rarest to the most frequent: what is beyond the limit is left out from the end. */
const BY_RARITY: readonly MarkKind[] = [
  'process',
  'thread',
  'uncaught',
  'snapshot',
  'gap',
  'exception',
  'mark',
  'request',
  'stderr',
  'log',
];

/** What is known without reading events; logs and throws as far as the columns count them. */
function marksIn(
  { recording }: EngineContext,
  { fromNs, toNs }: Span,
  lanes: ReadonlySet<number>,
  details: readonly ThreadDetail[],
): Film['marks'] {
  const marks: Mark[] = [];
  const add = (kind: MarkKind, thread: number, timeNs: number, event: number): void => {
    if (lanes.has(thread) && timeNs >= fromNs && timeNs <= toNs) marks.push({ kind, thread, timeNs, event });
  };
  const mainThread = new Map<number, number>();
  for (const { id, processId, kind, startNs } of recording.threads()) {
    if (!mainThread.has(processId)) mainThread.set(processId, id);
    add(kind === 'main' ? 'process' : 'thread', id, startNs, -1);
  }
  for (const { threadId, timeNs, event } of recording.gaps()) add('gap', threadId, timeNs, event);
  for (const { process, timeNs } of recording.db
    .prepare('SELECT process_id AS process, time_ns AS timeNs FROM snapshots')
    .all<{ process: number; timeNs: number }>()) {
    add('snapshot', mainThread.get(process) ?? 0, timeNs, -1);
  }
  for (const { thread, columns, columnNs, fromNs: begin } of details) {
    columns.throws.forEach((count, column) => {
      if (count > 0) add('exception', thread, begin + (column + 0.5) * columnNs, -1);
    });
    columns.logs.forEach((count, column) => {
      if (count > 0) add('log', thread, begin + (column + 0.5) * columnNs, -1);
    });
  }
  return packMarks(marks);
}

function packMarks(marks: Mark[]): Film['marks'] {
  const rank = new Map(BY_RARITY.map((kind, i) => [kind, i]));
  const kept =
    marks.length <= FILM_MARKS_MAX
      ? marks
      : marks.sort((a, b) => rank.get(a.kind)! - rank.get(b.kind)!).slice(0, FILM_MARKS_MAX);
  kept.sort((a, b) => a.timeNs - b.timeNs);
  return {
    timesNs: Float64Array.from(kept, ({ timeNs }) => timeNs),
    kinds: Uint8Array.from(kept, ({ kind }) => MARK_KINDS.indexOf(kind)),
    threads: Uint32Array.from(kept, ({ thread }) => thread),
    events: Float64Array.from(kept, ({ event }) => event),
    omitted: marks.length - kept.length,
  };
}

const THREW = SLICE_OUTCOMES.indexOf('threw');
const SUSPENDED = SLICE_OUTCOMES.indexOf('suspended');
const RUNNING = SLICE_OUTCOMES.indexOf('running');

export const flame: Answer<'flame'> = ({ recording, detail }, params) => {
  const { thread } = params;
  const depths = params.depth ?? FLAME_DEPTH_DEFAULT;
  const read = detail.read({ thread, ...pictureSpan(params.span), columns: params.columns, depths });
  const { slices, cells, fromNs, toNs, columnNs } = read;
  const count = slices.count + cells.count;
  const resolver = recording.resolver(thread);
  const ids = new Map<number, number>();
  const idOf = (site: number): number => {
    let id = ids.get(site);
    if (id === undefined) {
      const found = resolver.resolve(site);
      ids.set(site, (id = found ? functionId(found) : 0));
    }
    return id;
  };
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const depthOf = (i: number): number => (i < slices.count ? slices.depth[i]! : cells.depth[i - slices.count]!);
  const startOf = (i: number): number =>
    i < slices.count ? slices.startNs[i]! : fromNs + cells.column[i - slices.count]! * columnNs;
  order.sort((a, b) => depthOf(a) - depthOf(b) || startOf(a) - startOf(b));
  const result: Flame = {
    thread,
    span: { fromNs, toNs },
    startsNs: new Float64Array(count),
    endsNs: new Float64Array(count),
    depths: new Uint16Array(count),
    functions: new Float64Array(count),
    calls: new Float64Array(count),
    counts: new Uint32Array(count),
    fills: new Float32Array(count),
    flags: new Uint8Array(count),
    maxDepth: read.columns.depth.reduce((most, depth) => Math.max(most, depth), 0),
    exact: read.exact,
  };
  order.forEach((from, to) => {
    result.depths[to] = depthOf(from);
    result.startsNs[to] = startOf(from);
    if (from < slices.count) {
      const endNs = slices.endNs[from]!;
      const outcome = slices.outcome[from];
      result.endsNs[to] = Number.isFinite(endNs) ? endNs : toNs;
      result.functions[to] = idOf(slices.site[from]!);
      result.calls[to] = slices.call[from]!;
      result.counts[to] = 1;
      result.fills[to] = 1;
      result.flags[to] =
        (outcome === THREW ? FLAME_THREW : 0) |
        (outcome === SUSPENDED ? FLAME_ASLEEP : 0) |
        (outcome === RUNNING ? FLAME_OPEN_END : 0);
    } else {
      const cell = from - slices.count;
      result.endsNs[to] = result.startsNs[to]! + columnNs;
      result.functions[to] = idOf(cells.site[cell]!);
      result.calls[to] = -1;
      result.counts[to] = cells.calls[cell]!;
      result.fills[to] = Math.min(1, cells.busyNs[cell]! / columnNs);
      result.flags[to] = FLAME_MERGED;
    }
  });
  return result;
};
