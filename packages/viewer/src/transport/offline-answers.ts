/* What a page without a server works out from the answers that it carries. Undefined: it cannot. */
import { parseCall, parseMoment } from '@execution-cinema/format';
import {
  callOfLines,
  callShelf,
  COMMON_SHELF,
  fileShelf,
  FILM_COLUMNS_AHEAD,
  FLAME_LEVELS_AHEAD,
  flamePiece,
  flamePieces,
  flameShelf,
  historyShelf,
  momentShelf,
  MOMENTS_KEY,
  type At,
  type Executions,
  type List,
  type Method,
  type Moment,
  type Moved,
  type Page,
  type Params,
  type Result,
  type Span,
  type StateView,
  type ThreadMoments,
  type VariableName,
} from '@execution-cinema/server/protocol';
import { contains } from '../model/span.ts';
import type { Kept } from './offline.ts';
import { AnswerError } from './source.ts';

type Derive<M extends Method> = (kept: Kept, params: Params<M>) => Promise<Result<M> | undefined>;

const DERIVED: { [M in Method]?: Derive<M> } = {
  open: (kept) => kept.find(COMMON_SHELF, 'open', {}),
  watch: () => Promise.resolve({ running: false }),
  momentsAt,
  resolve,
  state,
  visit,
  move,
  lineValues,
  executions,
  history,
  source: (kept, { file }) => kept.find(fileShelf(file), 'source', { file }),
  hits: (kept, { file }) => kept.find(fileShelf(file), 'hits', { file }),
  film: (kept, { columns }) =>
    kept.find(COMMON_SHELF, 'film', { columns: FILM_COLUMNS_AHEAD.find((some) => some <= columns) ?? 125 }),
  flame,
  call: (kept, { call }) => kept.find(callShelf(call), 'call', { call }),
  tree: (kept, { root, async = true, offset = 0 }) =>
    root === undefined
      ? kept.find(COMMON_SHELF, 'tree', { async })
      : offset > 0
        ? Promise.resolve(undefined)
        : kept.find(callShelf(root), 'tree', { root, async }),
  logs: (kept, params) => listed(kept, 'logs', params, {}),
  exceptions: (kept, params) => listed(kept, 'exceptions', params, {}),
  requests: (kept, params) => listed(kept, 'requests', params, {}),
  edges,
  skipped: (kept, params) => listed(kept, 'skipped', params, {}),
  snapshots: (kept, params) => listed(kept, 'snapshots', params, {}),
  hot: (kept, params) => listed(kept, 'hot', params, { sort: params.sort ?? 'self' }),
  calls,
  sequence: async (kept, { by = 'file', root, span }) => {
    if (root !== undefined) return kept.find(callShelf(root), 'sequence', { root, by });
    return isWhole(kept, span) ? kept.find(COMMON_SHELF, 'sequence', { by }) : undefined;
  },
  asyncGraph: async (kept, { call, span }) =>
    call === undefined && isWhole(kept, span) ? kept.find(COMMON_SHELF, 'asyncGraph', {}) : undefined,
};

function isWhole({ part }: Kept, span: Span | undefined): boolean {
  return span !== undefined && contains(span, part.span);
}

export async function derivedAnswer<M extends Method>(
  kept: Kept,
  method: M,
  params: Params<M>,
): Promise<Result<M> | undefined> {
  const derive = DERIVED[method] as Derive<M> | undefined;
  return derive?.(kept, params);
}

async function momentsOf(kept: Kept): Promise<ThreadMoments[]> {
  return ((await kept.findByKey(COMMON_SHELF, MOMENTS_KEY)) ?? []) as ThreadMoments[];
}

/** Index of the last number that is at most `limit`, -1 when there is none. */
function lastAtMost(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function atIndex({ thread, events, timesNs }: ThreadMoments, index: number): At | null {
  return index < 0 || index >= events.length ? null : { thread, event: events[index]!, timeNs: timesNs[index]! };
}

async function find(kept: Kept, { thread, event }: Moment): Promise<{ own: ThreadMoments; index: number } | undefined> {
  const own = (await momentsOf(kept)).find((moments) => moments.thread === thread);
  if (!own) return undefined;
  const index = lastAtMost(own.events, event);
  return own.events[index] === event ? { own, index } : undefined;
}

async function momentsAt(kept: Kept, { timeNs, threads }: Params<'momentsAt'>): Promise<Result<'momentsAt'>> {
  const all = (await momentsOf(kept)).filter(({ thread }) => !threads || threads.includes(thread));
  return { moments: all.flatMap((own) => atIndex(own, lastAtMost(own.timesNs, timeNs)) ?? []) };
}

async function resolve(kept: Kept, { text }: Params<'resolve'>): Promise<At | undefined> {
  const moment = parseMoment(text);
  if (moment) {
    const found = await find(kept, moment);
    if (found) return atIndex(found.own, found.index)!;
    throw outside();
  }
  const call = parseCall(text) ? await kept.find(callShelf(text), 'call', { call: text }) : undefined;
  return call?.call.start ?? undefined;
}

function outside(): AnswerError {
  const message = 'This moment is not in the part of the recording that this page holds.';
  return new AnswerError({ code: 'OFFLINE', message, remedy: 'Open the recording itself: tracer view' });
}

function plainState(kept: Kept, { thread, event }: Moment): Promise<StateView | undefined> {
  const moment = { thread, event };
  return kept.find(momentShelf(moment), 'state', { moment });
}

async function state(kept: Kept, { moment, since }: Params<'state'>): Promise<StateView | undefined> {
  const view = await plainState(kept, moment);
  if (!view) throw outside();
  const before = since && (await plainState(kept, since).catch(() => undefined));
  if (!before) return view;
  const known = new Map<string, string>();
  eachVariable(before, (key, variable) => void known.set(key, textOf(variable)));
  const frames = structuredClone(view.frames);
  eachVariable({ frames }, (key, variable) => {
    variable.changed = known.get(key) !== textOf(variable);
  });
  return { ...view, frames };
}

type Variable = StateView['frames'][number]['scopes'][number]['variables'][number];

function eachVariable({ frames }: Pick<StateView, 'frames'>, use: (key: string, variable: Variable) => void): void {
  for (const { call, scopes } of frames) {
    for (const { instance, line, column, variables } of scopes) {
      const owner = instance === 0 ? `call ${call} ${line}:${column}` : `scope ${instance}`;
      for (const variable of variables) use(`${owner} ${variable.name}`, variable);
    }
  }
}

function textOf({ value, source }: Variable): string {
  return source === 'unknown' ? 'unknown' : JSON.stringify(value);
}

const BEYOND = 'the end of what this page holds';

async function move(kept: Kept, params: Params<'move'>): Promise<Moved | undefined> {
  const { from, kind, direction, call, file, line, breakpoints = [] } = params;
  const found = await find(kept, from);
  if (!found) throw outside();
  const { own, index } = found;
  const step = direction === 'forward' ? 1 : -1;
  if (kind === 'start') return { at: atIndex(own, 0), why: '' };
  if (kind === 'end') return { at: atIndex(own, own.events.length - 1), why: '' };
  if (kind === 'event') return { at: atIndex(own, index + step), why: BEYOND };
  if (kind === 'line' && file !== undefined && line !== undefined) {
    const here = atIndex(own, index)!;
    const at = await nextRun(kept, { file, line }, step, ({ thread, event, timeNs }) =>
      thread === here.thread ? event - here.event : timeNs - here.timeNs,
    );
    return {
      at,
      why: at ? 'the line runs' : 'this line does not run again in this direction, in what this page holds',
    };
  }
  if (kind === 'write' && params.variable) return nextWrite(kept, from, params.variable, step);
  const isPlain = call === undefined || (await plainState(kept, from))?.frames[0]?.call === call;
  const isStep = kind === 'into' || kind === 'throw' || kind === 'continue' || kind === 'cause';
  if (!isStep && !isPlain) return undefined;
  if (breakpoints.some(({ condition }) => condition !== undefined)) return undefined;
  // What stops a run without breakpoints is an error.
  const asked = kind === 'continue' ? 'throw' : kind;
  const plain = { from: { thread: from.thread, event: from.event }, kind: asked, direction };
  const moved = await kept.find(momentShelf(from), 'move', plain);
  if (!moved) return undefined;
  const isThere = moved.at !== null && (await find(kept, moved.at)) !== undefined;
  let best: Moved = isThere ? moved : { at: null, why: moved.at ? BEYOND : moved.why };
  if (kind !== 'continue') return best;
  if (!best.at) best = { at: atIndex(own, step > 0 ? own.events.length - 1 : 0), why: BEYOND };
  for (const place of breakpoints) {
    const at = await nextRun(kept, place, step, ({ thread, event }) =>
      thread === from.thread ? event - from.event : 0,
    );
    if (at && (!best.at || (at.event - best.at.event) * step < 0)) {
      best = { at, why: `breakpoint at ${place.file}:${place.line}` };
    }
  }
  return best;
}

/** The next execution of a line; `distance` tells how far behind the cursor one is, 0: it is not meant. */
async function nextRun(
  kept: Kept,
  { file, line }: { file: string; line: number },
  step: number,
  distance: (at: At) => number,
): Promise<At | null> {
  const all = await kept.find(fileShelf(file), 'executions', { file, line });
  const others = (all?.items ?? []).filter(({ at }) => distance(at) * step > 0);
  return (step > 0 ? others[0] : others.at(-1))?.at ?? null;
}

async function nextWrite(
  kept: Kept,
  { thread, event }: Moment,
  of: VariableName,
  step: number,
): Promise<Moved | undefined> {
  const all = await kept.find(historyShelf(of), 'history', { of });
  if (!all || all.more) return undefined;
  const others = all.items.filter(({ at }) => at.thread === thread && (at.event - event) * step > 0);
  const at = (step > 0 ? others[0] : others.at(-1))?.at ?? null;
  return { at, why: at ? 'it is written' : 'no other write in this direction, in what this page holds' };
}

/** The whole history: pages hold no more than a page asks for. */
async function history(kept: Kept, { of, moment }: Params<'history'>): Promise<Result<'history'> | undefined> {
  if (of.kind === 'place') return undefined;
  const all = await kept.find(historyShelf(of), 'history', { of });
  if (!all || !moment) return all;
  const current = all.items.findLastIndex(({ at }) => at.thread === moment.thread && at.event <= moment.event);
  return { ...all, current: current < 0 ? null : current };
}

async function visit(kept: Kept, { to, ...options }: Params<'visit'>): Promise<Result<'visit'> | undefined> {
  const moved = await targetOf(kept, to);
  if (!moved?.at) return moved && { at: null, why: moved.why, state: null, lineValues: null };
  const { thread, event } = moved.at;
  const view = await state(kept, { ...options, moment: { thread, event } });
  if (!view) return undefined;
  const call = callOfLines(view, options.call);
  // An addition to the state.
  const lines = call === null ? undefined : await lineValues(kept, { call, moment: view.at }).catch(() => undefined);
  return { at: view.at, why: moved.why, state: view, lineValues: lines ?? null };
}

async function targetOf(
  kept: Kept,
  to: Params<'visit'>['to'],
): Promise<{ at: Moment | null; why: string } | undefined> {
  if (to.kind === 'moment') return { at: to.moment, why: '' };
  if (to.kind === 'move') return move(kept, to.move);
  const { moments } = await momentsAt(kept, {
    timeNs: to.timeNs,
    ...(to.thread !== undefined && { threads: [to.thread] }),
  });
  return { at: moments.toSorted((a, b) => b.timeNs - a.timeNs)[0] ?? null, why: 'nothing is recorded up to this time' };
}

/** Of a frame further out: as it stood when it made the call above it. */
async function lineValues(
  kept: Kept,
  { call, moment }: Params<'lineValues'>,
): Promise<Result<'lineValues'> | undefined> {
  if (!moment) return undefined;
  const plain = { thread: moment.thread, event: moment.event };
  const frames = (await plainState(kept, plain))?.frames ?? [];
  const above = frames[frames.findIndex((frame) => frame.call === call) - 1];
  const then = above?.start ? { thread: plain.thread, event: above.start.event - 1 } : plain;
  return kept.find(momentShelf(then), 'lineValues', { call, moment: then });
}

async function executions(kept: Kept, params: Params<'executions'>): Promise<Executions | undefined> {
  const { file, line, around, limit = 200 } = params;
  if (params.call !== undefined || params.span || params.thread !== undefined) return undefined;
  const all = await kept.find(fileShelf(file), 'executions', { file, line });
  if (!all) return { items: [], offset: 0, total: 0, more: false, current: null };
  const found = around
    ? all.items.findLastIndex(({ at }) => at.thread === around.thread && at.event <= around.event)
    : -1;
  const middle = Math.max(0, Math.min(found - Math.floor(limit / 2), all.items.length - limit));
  const page = pageOf(all, { offset: params.offset ?? middle, limit });
  return { ...page, current: found < 0 ? null : found };
}

async function flame(kept: Kept, { thread, span }: Params<'flame'>): Promise<Result<'flame'> | undefined> {
  const wanted = {
    fromNs: Math.max(span.fromNs, kept.part.span.fromNs),
    toNs: Math.min(span.toNs, kept.part.span.toNs),
  };
  for (const level of [...FLAME_LEVELS_AHEAD].reverse()) {
    for (let index = 0; index < flamePieces(level); index++) {
      if (level > 1 && !contains(flamePiece(kept.part.span, level, index), wanted)) continue;
      return kept.find(flameShelf(thread, level), 'flame', { thread, level, index });
    }
  }
  return undefined;
}

type ListMethod = 'logs' | 'exceptions' | 'requests' | 'skipped' | 'snapshots' | 'hot';

async function listed<M extends ListMethod>(
  kept: Kept,
  method: M,
  params: Page & { text?: string; aroundNs?: number },
  key: object,
): Promise<Result<M> | undefined> {
  if (params.text !== undefined) return undefined;
  const all = await kept.find(COMMON_SHELF, method, key);
  return all && (pageOf(all as List<unknown>, params) as Result<M>);
}

/** A fact, or something without a time of its own. */
interface Fact {
  at?: At | null;
  to?: At | null;
  from?: At | null;
}

function offsetAround(items: readonly unknown[], aroundNs: number, limit: number): number {
  const timeOf = ({ at, to, from }: Fact): number => (at ?? to ?? from)?.timeNs ?? Infinity;
  const before = items.findLastIndex((item) => timeOf(item as Fact) <= aroundNs) + 1;
  return Math.max(0, Math.min(before - Math.ceil(limit / 2), items.length - limit));
}

function pageOf<Item>(all: List<Item>, params: Page & { aroundNs?: number }): List<Item> {
  const { limit = 200, aroundNs } = params;
  const offset = aroundNs === undefined ? (params.offset ?? 0) : offsetAround(all.items, aroundNs, limit);
  const items = all.items.slice(offset, offset + limit);
  const isLast = offset + items.length >= all.items.length;
  return { items, offset, total: all.total, more: !isLast };
}

async function edges(kept: Kept, params: Params<'edges'>): Promise<Result<'edges'> | undefined> {
  const { acrossThreads = false, span, text } = params;
  if (text !== undefined) return undefined;
  const all = await kept.find(COMMON_SHELF, 'edges', { acrossThreads });
  if (!all) return undefined;
  const isIn = ({ timeNs }: At): boolean => !span || (timeNs >= span.fromNs && timeNs <= span.toNs);
  const items = all.items.filter(({ from, to }) => [from, to].some((at) => at && isIn(at)));
  return pageOf({ ...all, items, total: span ? items.length : all.total }, params);
}

async function calls(kept: Kept, params: Params<'calls'>): Promise<Result<'calls'> | undefined> {
  const { functionId, sort, where = [] } = params;
  const isByStart = sort === undefined || (sort.by === 'start' && !sort.descending);
  if (functionId === undefined || where.length > 0 || !isByStart) return undefined;
  const all = await kept.find(COMMON_SHELF, 'calls', { functionId });
  return all && pageOf(all, params);
}
