/* Answers ahead for a page without a server: the engine's own methods, asked about every moment of a part. */
import { basename, dirname } from 'node:path';
import type { SeekLookup } from '@execution-cinema/store';
import { EngineContext } from '../engine/context.ts';
import { Job } from '../engine/job.ts';
import { METHODS } from '../engine/methods/index.ts';
import { errorInfo } from '../errors.ts';
import {
  callShelf,
  COMMON_SHELF,
  fileShelf,
  FILM_COLUMNS_AHEAD,
  FLAME_COLUMNS_AHEAD,
  FLAME_LEVELS_AHEAD,
  flamePiece,
  flamePieces,
  flameShelf,
  historyShelf,
  LIST_LIMIT_MAX,
  momentShelf,
  MOMENTS_KEY,
  PROTOCOL_VERSION,
  requestKey,
  type Hello,
  type Method,
  type MoveKind,
  type Params,
  type Progress,
  type Result,
  type Span,
  type StateView,
  type VariableName,
} from '../protocol.ts';
import { namesInState } from './names-in-state.ts';
import { partOf, spanOfPart, type PartOptions, type ThreadPart } from './part.ts';
import { Shelves } from './shelves.ts';

/** What an HTML page may hold. Every moment costs several answers, and those in long calls cost more the longer they are. */
export const PAGE_EVENTS_MAX = 10_000;
/** Packed answers of a page. */
const PAGE_BYTES_MAX = 256 * 1024 * 1024;
/** Calls of one list. */
const LIST_ITEMS_MAX = 20_000;
/** Variables and properties whose history is in the page; of more the ones that were met first. */
const HISTORIES_MAX = 2_000;
/** Values of one history. */
const HISTORY_LIMIT = 1_000;
/** Turns of the event loop whose sequence diagram is in the page. */
const TURNS_MAX = 300;
const SEQUENCE_LIMIT = 400;
const GRAPH_LIMIT = 500;
const FLAME_DEPTH = 256;
const FRAMES_DESCRIBED = 12;
const TREE_LIMIT = 600;
const CHILDREN_LIMIT = 300;

export interface PageContent {
  hello: Hello;
  shelves: Record<string, string>;
}

export interface PageOptions extends PartOptions {
  file: string;
  toolVersion: string;
  onProgress: (progress: Progress) => void;
}

type Refusal = 'too much' | 'nothing' | 'running';

/** Moves that the page cannot work out by itself. */
const MOVES: readonly [MoveKind, ('forward' | 'back')[]][] = [
  ['into', ['forward', 'back']],
  ['over', ['forward', 'back']],
  ['out', ['forward', 'back']],
  ['throw', ['forward', 'back']],
  ['cause', ['back']],
];

/** Once everything is indexed, what the index tells need not be looked up by new statements for every answer. */
class SettledContext extends EngineContext {
  private settled: SeekLookup | undefined;

  override get index(): SeekLookup {
    return this.settled ?? super.index;
  }

  settle(): void {
    this.settled = super.index;
  }
}

/** Everything that a page about the part can show, or why there is no page. */
export function collectPage(options: PageOptions): PageContent | Refusal {
  const { file } = options;
  const context = new SettledContext({ file, rec: basename(file), folder: dirname(file), others: [file] });
  try {
    const parts = partOf(context.recording, options, PAGE_EVENTS_MAX);
    if (parts === 'too much') return parts;
    if (parts.length === 0) return 'nothing';
    return new Collector(context, options, parts).collect();
  } finally {
    context.close();
  }
}

class Collector {
  private readonly context: SettledContext;
  private readonly options: PageOptions;
  private readonly parts: readonly ThreadPart[];
  private readonly span: Span;
  private readonly isWhole: boolean;
  private readonly job: Job;
  private readonly shelves = new Shelves();
  /** Outermost calls. */
  private readonly turns = new Set<string>();
  /** By `requestKey`, in the order in which they were met. */
  private readonly names = new Map<string, VariableName>();

  constructor(context: SettledContext, options: PageOptions, parts: readonly ThreadPart[]) {
    this.context = context;
    this.options = options;
    this.parts = parts;
    this.span = spanOfPart(parts, options.range);
    this.isWhole = options.range === undefined && options.thread === undefined;
    this.job = new Job(new Int32Array(1), options.onProgress);
  }

  collect(): PageContent | Refusal {
    const opened = this.answer('open', {});
    if (opened.running) return 'running';
    this.answer('index', {});
    this.context.settle();
    this.keep(COMMON_SHELF, 'index', {}, { built: false });
    this.putOverview(opened);
    this.putMoments();
    this.putCode();
    this.putPictures();
    this.putLists();
    const calls = this.putEveryMoment();
    if (!calls) return 'too much';
    this.putCalls(calls);
    this.putHistories();
    this.putGraphs();
    const { toolVersion, file } = this.options;
    return {
      hello: {
        version: PROTOCOL_VERSION,
        tool: toolVersion,
        rec: basename(file),
        at: null,
        idleMs: 0,
        part: { span: this.span, whole: this.isWhole },
      },
      shelves: this.shelves.all(),
    };
  }

  private answer<M extends Exclude<Method, 'watch' | 'sql'>>(method: M, params: Params<M>): Result<M> {
    const answer = METHODS[method] as (context: EngineContext, params: Params<M>, job: Job) => Result<M>;
    return answer(this.context, params, this.job);
  }

  private keep<M extends Method>(shelf: string, method: M, key: object, result: Result<M>): void {
    this.shelves.get(shelf)[requestKey(method, key)] = { result };
  }

  /** Asks and keeps; what fails is kept as its error. `key` is the plain form of the question where that is shorter. */
  private put<M extends Exclude<Method, 'watch' | 'sql'>>(
    shelf: string,
    method: M,
    params: Params<M>,
    key: object = params,
  ): Result<M> | undefined {
    try {
      const result = this.answer(method, params);
      this.keep(shelf, method, key, result);
      return result;
    } catch (error) {
      this.shelves.get(shelf)[requestKey(method, key)] = { error: errorInfo(error) };
      return undefined;
    }
  }

  /** The whole list, for the page to cut pages from. */
  private putList<
    M extends 'logs' | 'exceptions' | 'requests' | 'edges' | 'calls' | 'snapshots' | 'skipped' | 'hot' | 'executions',
  >(shelf: string, method: M, params: Params<M>, key: object): void {
    const items: unknown[] = [];
    let more = true;
    try {
      while (more && items.length < LIST_ITEMS_MAX) {
        const page = this.answer(method, { ...params, offset: items.length, limit: LIST_LIMIT_MAX });
        items.push(...page.items);
        more = page.more && page.items.length > 0;
      }
      const list = { items, offset: 0, total: more ? null : items.length, more };
      this.keep(shelf, method, key, list as unknown as Result<M>);
    } catch (error) {
      this.shelves.get(shelf)[requestKey(method, key)] = { error: errorInfo(error) };
    }
  }

  private putOverview({ overview, start }: Result<'open'>): void {
    const threads = overview.threads.flatMap((thread) => {
      const part = this.parts.find((own) => own.thread === thread.id);
      if (!part) return [];
      const at = (i: number) => ({ thread: part.thread, event: part.events.at(i)!, timeNs: part.timesNs.at(i)! });
      return [{ ...thread, first: at(0), last: at(-1) }];
    });
    const own = { ...overview, threads };
    const isInPart =
      start &&
      this.parts.some(({ thread, events }) => thread === start.moment.thread && events.includes(start.moment.event));
    const first = threads[0]!.first;
    const beginning = {
      moment: { thread: first.thread, event: first.event },
      timeNs: first.timeNs,
      why: 'the beginning of this part',
      kind: 'beginning' as const,
    };
    this.keep(COMMON_SHELF, 'open', {}, { overview: own, start: isInPart ? start : beginning, running: false });
    this.keep(COMMON_SHELF, 'overview', {}, own);
    const { folder, recordings } = this.answer('recordings', {});
    const listed = recordings.filter(({ rec }) => rec === overview.rec);
    this.keep(COMMON_SHELF, 'recordings', {}, { folder, recordings: listed, advice: [] });
  }

  private putMoments(): void {
    const result = this.parts.map(({ thread, events, timesNs }) => ({
      thread,
      events: Float64Array.from(events),
      timesNs: Float64Array.from(timesNs),
    }));
    this.shelves.get(COMMON_SHELF)[MOMENTS_KEY] = { result };
  }

  private putCode(): void {
    const { range, thread } = this.options;
    const code = this.put(COMMON_SHELF, 'code', {});
    const files = new Set(code?.modules.flatMap((module) => module.files));
    const only = { ...(range && { span: range }), ...(thread !== undefined && { thread }) };
    for (const file of files) {
      this.put(fileShelf(file), 'source', { file });
      const hits = this.put(fileShelf(file), 'hits', { file, wait: true, ...only }, { file });
      for (const line of hits?.lines ?? []) {
        this.putList(fileShelf(file), 'executions', { file, line, ...only }, { file, line });
      }
    }
  }

  private putPictures(): void {
    const { span } = this;
    const threads = this.parts.map(({ thread }) => thread);
    for (const columns of FILM_COLUMNS_AHEAD) {
      this.put(COMMON_SHELF, 'film', { span, columns, ...(!this.isWhole && { threads }) }, { columns });
    }
    for (const thread of threads) {
      for (const level of FLAME_LEVELS_AHEAD) {
        for (let index = 0; index < flamePieces(level); index++) {
          const params = {
            thread,
            span: flamePiece(span, level, index),
            columns: FLAME_COLUMNS_AHEAD,
            depth: FLAME_DEPTH,
          };
          this.put(flameShelf(thread, level), 'flame', params, { thread, level, index });
        }
      }
    }
  }

  private putLists(): void {
    const { range, thread } = this.options;
    const only = { ...(range && { span: range }), ...(thread !== undefined && { thread }) };
    for (const method of ['logs', 'exceptions', 'requests'] as const) this.putList(COMMON_SHELF, method, only, {});
    for (const acrossThreads of [true, false]) {
      this.putList(COMMON_SHELF, 'edges', { ...only, acrossThreads }, { acrossThreads });
    }
    for (const async of [true, false]) {
      this.put(COMMON_SHELF, 'tree', { ...only, async, depth: 3, limit: TREE_LIMIT }, { async });
    }
    this.putList(COMMON_SHELF, 'skipped', {}, {});
    // What is about the whole run says something wrong about a part of it.
    if (!this.isWhole) return;
    this.putList(COMMON_SHELF, 'snapshots', {}, {});
    for (const sort of ['self', 'total', 'calls', 'mean', 'max', 'threw'] as const) {
      this.putList(COMMON_SHELF, 'hot', { sort }, { sort });
    }
    this.put(COMMON_SHELF, 'map', {});
    for (const { id } of this.answer('code', {}).functions) this.put(COMMON_SHELF, 'types', { functionId: id });
  }

  /** Returns the calls that were on the stack, or undefined when the page gets too large. */
  private putEveryMoment(): Set<string> | undefined {
    const calls = new Set<string>();
    const total = this.parts.reduce((sum, { events }) => sum + events.length, 0);
    let done = 0;
    for (const { thread, events } of this.parts) {
      let shelf = '';
      for (const event of events) {
        const moment = { thread, event };
        const next = momentShelf(moment);
        if (next !== shelf) this.shelves.pack('moments ');
        if (this.shelves.bytes > PAGE_BYTES_MAX) return undefined;
        shelf = next;
        this.putMoment(shelf, moment, calls);
        this.job.progress('answering moments', ++done, total);
      }
    }
    return calls;
  }

  private putMoment(shelf: string, moment: { thread: number; event: number }, calls: Set<string>): void {
    const state = this.put(shelf, 'state', { moment, frames: FRAMES_DESCRIBED }, { moment });
    for (const { call } of state?.frames ?? []) calls.add(call);
    const turn = state?.frames.at(-1)?.call;
    if (turn !== undefined && this.turns.size < TURNS_MAX) this.turns.add(turn);
    if (state) this.meetNames(state);
    for (const [kind, directions] of MOVES) {
      for (const direction of directions) {
        this.put(shelf, 'move', { from: moment, kind, direction });
      }
    }
    for (const call of standingCalls(state))
      this.put(shelf, 'lineValues', { call, moment, wait: true }, { call, moment });
  }

  private meetNames(state: StateView): void {
    for (const of of namesInState(state)) {
      if (this.names.size >= HISTORIES_MAX) return;
      this.names.set(requestKey('history', { of }), of);
    }
  }

  private putHistories(): void {
    const { range } = this.options;
    let done = 0;
    for (const of of this.names.values()) {
      const params = { of, limit: HISTORY_LIMIT, ...(range && { span: range }) };
      this.put(historyShelf(of), 'history', params, { of });
      this.job.progress('answering histories', ++done, this.names.size);
    }
  }

  private putGraphs(): void {
    const { span } = this;
    const { thread } = this.options;
    for (const by of ['file', 'class'] as const) {
      const only = { span, by, limit: SEQUENCE_LIMIT, ...(thread !== undefined && { thread }) };
      this.put(COMMON_SHELF, 'sequence', only, { by });
      for (const root of this.turns) {
        this.put(callShelf(root), 'sequence', { root, by, limit: SEQUENCE_LIMIT }, { root, by });
      }
    }
    this.put(COMMON_SHELF, 'asyncGraph', { span, limit: GRAPH_LIMIT }, {});
  }

  private putCalls(calls: ReadonlySet<string>): void {
    const { range, thread } = this.options;
    const only = { ...(range && { span: range }), ...(thread !== undefined && { thread }) };
    let done = 0;
    for (const call of calls) {
      const shelf = callShelf(call);
      this.put(shelf, 'call', { call, limit: 1 }, { call });
      this.put(
        shelf,
        'tree',
        { root: call, depth: 2, limit: CHILDREN_LIMIT, async: true },
        { root: call, async: true },
      );
      this.job.progress('answering calls', ++done, calls.size);
    }
    for (const { id } of this.answer('code', {}).functions) {
      this.putList(COMMON_SHELF, 'calls', { ...only, functionId: id }, { functionId: id });
    }
  }
}

/** The innermost call, and one that this event has put to sleep. */
function standingCalls(state: StateView | undefined): Set<string> {
  const { kind, call } = state?.event ?? {};
  const asleep = (kind === 'suspend' || kind === 'yield') && call ? [call] : [];
  return new Set([...asleep, ...(state?.frames.slice(0, 1).map((frame) => frame.call) ?? [])]);
}
