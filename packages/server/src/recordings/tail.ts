import { statSync } from 'node:fs';
import { durationNs, readRecording, stateOfRecording, type Recording, type ThreadRow } from '@execution-cinema/store';
import type { ThreadSums } from '../engine/views/thread-view.ts';
import { threadView } from '../engine/views/thread-view.ts';
import type { Notice, RecordingState, ThreadView } from '../protocol.ts';

/** A commit is noticed after at most so long, while the recording grows. */
const GROWING_INTERVAL_MS = 80;
/** For a recording that nobody writes: only its disappearance is news. */
const RESTING_INTERVAL_MS = 1_000;
/** Whether its processes live is asked so often. */
const STATE_INTERVAL_MS = 1_000;

interface ChunkRow {
  id: number;
  thread: number;
  firstEvent: number;
  events: number;
  calls: number;
  throws: number;
  startNs: number;
  endNs: number;
  maxDepth: number;
}

/**
 * Follows a recording while somebody watches. It asks SQLite whether anybody has committed, and only then reads the rows
 * that are new: each reading is over in well under a millisecond, so that it does not hold up the recorder's log.
 */
export class Tail {
  private readonly file: string;
  private readonly rec: string;
  private readonly tell: (notice: Notice) => void;
  private recording: Recording | undefined;
  private inode = 0;
  private timer: NodeJS.Timeout | undefined;
  private dataVersion = -1;
  private lastChunk = 0;
  private readonly sums = new Map<number, ThreadSums>();
  private prunedEvents = 0;
  private structure = '';
  private state: RecordingState = 'running';
  private stateMs = Number.NEGATIVE_INFINITY;
  /** When its length was told. */
  private lastsMs = Number.NEGATIVE_INFINITY;

  constructor(file: string, rec: string, tell: (notice: Notice) => void) {
    this.file = file;
    this.rec = rec;
    this.tell = tell;
  }

  get running(): boolean {
    if (this.recording === undefined) this.open();
    return this.state === 'running';
  }

  start(): void {
    if (this.timer) return;
    if (!this.recording) this.open();
    this.schedule();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.recording?.close();
    this.recording = undefined;
  }

  private schedule(): void {
    this.timer = setTimeout(
      () => {
        if (this.look()) this.schedule();
      },
      this.state === 'running' ? GROWING_INTERVAL_MS : RESTING_INTERVAL_MS,
    );
    this.timer.unref();
  }

  private open(): void {
    const recording = readRecording(this.file);
    this.recording = recording;
    this.inode = statSync(this.file).ino;
    this.lastChunk = 0;
    this.sums.clear();
    this.takeIn(recording);
    this.state = stateOfRecording(recording.processes(), recording.meta());
  }

  /** Looks once. False when there is nothing left to follow. */
  private look(): boolean {
    const { recording } = this;
    if (!recording) return false;
    const inode = statSync(this.file, { throwIfNoEntry: false })?.ino;
    if (inode !== this.inode) {
      this.tell({ kind: 'gone', rec: this.rec, reason: inode === undefined ? 'deleted' : 'replaced' });
      this.stop();
      return false;
    }
    try {
      this.news(recording);
    } catch {
      // A reader may be refused for a moment while the last process merges the log: the next look tells.
    }
    return true;
  }

  private news(recording: Recording): void {
    const version = dataVersion(recording);
    const nowMs = performance.now();
    const hasNews = version !== this.dataVersion;
    if (!hasNews && (this.state !== 'running' || nowMs - this.stateMs < STATE_INTERVAL_MS)) return;
    this.stateMs = nowMs;
    const before = this.state;
    this.state = stateOfRecording(recording.processes(), recording.meta());
    if (hasNews) this.takeIn(recording);
    if (before === 'running' && this.state !== 'running')
      this.tell({ kind: 'ended', rec: this.rec, state: this.state });
    if (this.state === 'running' && nowMs - this.lastsMs >= STATE_INTERVAL_MS) {
      this.lastsMs = nowMs;
      this.tell({ kind: 'lasts', rec: this.rec, durationNs: durationNs(recording) });
    }
  }

  /** Reads what is new and tells of it. */
  private takeIn(recording: Recording): void {
    const isFirst = this.dataVersion < 0;
    this.dataVersion = dataVersion(recording);
    const rows = recording.db
      .prepare(
        `SELECT id, thread_id AS thread, first_event AS firstEvent, events, calls, throws, start_ns AS startNs,
           end_ns AS endNs, max_depth AS maxDepth FROM chunks WHERE id > ? ORDER BY id`,
      )
      .all<ChunkRow>(this.lastChunk);
    const grown = new Set<number>();
    for (const row of rows) {
      this.add(row);
      grown.add(row.thread);
      this.lastChunk = Math.max(this.lastChunk, row.id);
    }
    const threads = recording.threads();
    const structure = structureOf(recording, threads);
    const isOther = structure !== this.structure;
    this.structure = structure;
    const pruned = recording.pruned().reduce((sum, { events }) => sum + events, 0);
    const wasPruned = pruned !== this.prunedEvents;
    this.prunedEvents = pruned;
    if (isFirst) return;
    const views = threads.map((row) => this.viewOf(row));
    if (wasPruned) {
      this.restart(recording);
      this.tell({ kind: 'pruned', rec: this.rec, threads: threads.map((row) => this.viewOf(row)) });
    }
    if (rows.length > 0 || isOther) this.tell(this.grown(recording, views, grown, isOther));
  }

  private add({ thread, firstEvent, events, calls, throws, startNs, endNs, maxDepth }: ChunkRow): void {
    let sums = this.sums.get(thread);
    if (!sums) this.sums.set(thread, (sums = { calls: 0, throws: 0, maxDepth: 0, first: null, last: null }));
    sums.calls += calls;
    sums.throws += throws;
    sums.maxDepth = Math.max(sums.maxDepth, maxDepth);
    if (events === 0) return;
    sums.first ??= { event: firstEvent, timeNs: startNs };
    sums.last = { event: firstEvent + events - 1, timeNs: endNs };
  }

  /** The oldest chunks are gone: what is left is summed up anew. */
  private restart(recording: Recording): void {
    this.sums.clear();
    this.lastChunk = 0;
    const all = recording.db
      .prepare(
        `SELECT id, thread_id AS thread, first_event AS firstEvent, events, calls, throws, start_ns AS startNs,
           end_ns AS endNs, max_depth AS maxDepth FROM chunks ORDER BY id`,
      )
      .all<ChunkRow>();
    for (const row of all) {
      this.add(row);
      this.lastChunk = Math.max(this.lastChunk, row.id);
    }
  }

  private viewOf(row: ThreadRow): ThreadView {
    return threadView(row, this.sums.get(row.id) ?? { calls: 0, throws: 0, maxDepth: 0, first: null, last: null });
  }

  private grown(
    recording: Recording,
    views: readonly ThreadView[],
    grown: ReadonlySet<number>,
    structure: boolean,
  ): Notice {
    const sum = (of: (thread: ThreadView) => number): number => views.reduce((total, view) => total + of(view), 0);
    return {
      kind: 'grown',
      rec: this.rec,
      state: this.state,
      durationNs: durationNs(recording),
      events: {
        produced: sum((thread) => thread.produced),
        stored: sum((thread) => thread.stored),
        dropped: sum((thread) => thread.dropped),
        pruned: sum((thread) => thread.pruned),
      },
      calls: sum((thread) => thread.calls),
      throws: sum((thread) => thread.throws),
      bytes: bytesOf(this.file),
      threads: structure ? [...views] : views.filter(({ id }) => grown.has(id)),
      structure,
    };
  }
}

function bytesOf(file: string): number {
  const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size(file) + size(`${file}-wal`);
}

function dataVersion(recording: Recording): number {
  return recording.db.prepare('PRAGMA data_version').get<{ data_version: number }>()?.data_version ?? 0;
}

/** Changes when there is another process, thread or module. */
function structureOf(recording: Recording, threads: readonly ThreadRow[]): string {
  const modules = recording.db.prepare('SELECT count(*) AS n FROM modules').get<{ n: number }>()?.n ?? 0;
  const ended = threads.filter(({ endNs }) => endNs !== null).length;
  return `${modules} ${threads.length} ${ended} ${recording.processes().filter(({ complete }) => complete).length}`;
}
