import { FORMAT_VERSION } from '@execution-cinema/format';
import { dirname } from 'node:path';
import { isBusy, sqliteCode } from '../driver/sqlite-codes.ts';
import type { Database } from '../driver/types.ts';
import { Keeper } from '../retention/keeper.ts';
import { prune } from '../retention/prune.ts';
import { openRecording } from '../schema/open-recording.ts';
import { Checkpointer, closeRecording, LOG_BYTES_MAX } from './checkpointer.ts';
import { DiskGuard } from './disk-guard.ts';
import { Levels } from './levels/levels.ts';
import { mainThreadMs } from './levels/processor-time.ts';
import type { RecorderHooks } from './hooks.ts';
import type { Inbox } from './inbox.ts';
import type { ProcessExitMessage, RecorderMessage, RecorderOptions, ThreadInfo, TreeTotals } from './messages.ts';
import { whileOthersWrite } from './other-writers.ts';
import { showLife, type Extent, type Piece } from './ring-reader.ts';
import { RowWriter } from './row-writer.ts';
import { move, ThreadRecord } from './thread-record.ts';

/** One commit takes at most this many pieces of a thread, so that slots come back while the rest is written. */
const PIECES_PER_COMMIT = 4;
const HEARTBEAT_NS = 1e9;
/** A commit that finds the database locked gives up after so long and is tried again with the next tick. */
const COMMIT_WAIT_MS = 10;
/** Why events at a thread's end are missing although recording went on: the writer found no room for them. */
const LOST_AT_END = 'ring full';

interface Batch {
  thread: ThreadRecord;
  pieces: Piece[];
}

/**
 * Turns rings and messages into rows. Does nothing by itself: the loop (recorder-loop.ts) calls it. Methods that write
 * throw an error of SQLite, or DISK_FLOOR, when recording cannot go on; the loop decides what that means.
 */
export class Recorder {
  readonly threads = new Map<number, ThreadRecord>();
  readonly processId: number;
  /** The file held a recording already, to which this process was added. */
  readonly joined: boolean;
  readonly db: Database;
  readonly inbox: Inbox;
  readonly rows: RowWriter;
  /** Set when the process has said that it ends. */
  exit: ProcessExitMessage | undefined;
  private refusing = false;
  /** Accounts of threads that have ended already. */
  private endedStored = 0;
  private endedDropped = 0;
  /** Known at the end only: any process of the recording may prune. */
  private pruned = 0;
  /** Set by `finish`. */
  tree: TreeTotals | undefined;
  private heartbeatNs = 0;
  private bytesUnguarded = 0;
  private readonly checkpointer: Checkpointer;
  readonly levels: Levels;
  /** Recording is paused from outside, in all threads. */
  private paused = false;
  /** What to do when the program asks for a snapshot; until it is known, that is kept in mind. */
  private takeSnapshot: (() => void) | undefined;
  private isSnapshotAsked = false;
  private readonly keeper: Keeper | undefined;
  private keepNoted = false;
  private readonly disk: DiskGuard;
  private readonly originHrtimeNs: bigint;
  private readonly offsetNs: number;

  /** Opens the recording and adds this process and its main thread. Throws StoreError. */
  constructor(options: RecorderOptions, inbox: Inbox, hooks: RecorderHooks = {}) {
    this.inbox = inbox;
    this.disk = new DiskGuard(options.file, options.diskFloorBytes, hooks.freeBytes);
    this.disk.check(0);
    const ring = new Int32Array(options.main.ring);
    const patiently = <Result>(attempt: () => Result): Result =>
      whileOthersWrite(options.file, attempt, () => showLife(ring));
    const meta = {
      format_version: String(FORMAT_VERSION),
      started_at: options.startedAt,
      start_hrtime_ns: String(options.originHrtimeNs),
      root: options.root,
      tool_version: options.toolVersion,
      clock: options.clock,
      state: 'open',
    };
    const opened = patiently(() => openRecording(options.file, meta));
    this.db = opened.db;
    this.joined = !opened.created;
    this.originHrtimeNs = options.originHrtimeNs;
    this.offsetNs = Number(options.originHrtimeNs - BigInt(opened.meta['start_hrtime_ns'] ?? options.originHrtimeNs));
    this.rows = new RowWriter(this.db);
    this.keeper = options.keepBytes === undefined ? undefined : new Keeper(this.db, options.keepBytes, LOG_BYTES_MAX);
    this.checkpointer = new Checkpointer(this.db, this.keeper?.logBytesMax);
    this.levels = this.makeLevels(options, hooks, opened.meta['start_hrtime_ns'] ?? meta.start_hrtime_ns);
    const main = this.addThread(options.main);
    const addProcess = (): number => {
      this.rows.setState('open');
      const id = this.rows.addProcess(options.process, this.recordingNs(options.process.startNs));
      main.id = this.rows.addThread(id, options.main, null, this.recordingNs(options.main.startNs));
      if (options.plan !== undefined) {
        const note = options.plan.file === null ? 'in force at start' : `in force at start, from ${options.plan.file}`;
        this.rows.addPlan(id, options.plan.json, note, this.recordingNs(options.process.startNs));
      }
      return id;
    };
    this.processId = patiently(() => this.db.transaction(addProcess, 'immediate'));
    this.db.exec(`PRAGMA busy_timeout = ${COMMIT_WAIT_MS}`);
    inbox.hear((message) => this.arrived(message));
  }

  private makeLevels({ plan, budgetShare }: RecorderOptions, hooks: RecorderHooks, run: string): Levels {
    const file = plan?.file ?? undefined;
    const watched = file === undefined || hooks.plan === undefined ? undefined : { file, source: hooks.plan };
    return new Levels(this.db, {
      plan: watched,
      budget: budgetShare === undefined ? undefined : { share: budgetShare, memory: hooks.budgetMemory },
      mainThreadMs: hooks.mainThreadMs ?? mainThreadMs,
      run,
      planChanged: (change) => this.inbox.add({ type: 'plan', timeNs: this.nowNs() - this.offsetNs, ...change }),
      note: (kind, text) => this.note(kind, text),
    });
  }

  /** Nanoseconds since the recording began. */
  nowNs(): number {
    return this.recordingNs(Number(process.hrtime.bigint() - this.originHrtimeNs));
  }

  /** A time of this process as a time of the recording. */
  recordingNs(timeNs: number): number {
    return move(timeNs, this.offsetNs);
  }

  /** Takes a further thread of the process in; its row is written with the next flush. */
  private addThread(info: ThreadInfo): ThreadRecord {
    const thread = new ThreadRecord(info);
    this.threads.set(info.thread, thread);
    if (this.paused) thread.setPaused(true);
    this.levels.threadStarted(info);
    return thread;
  }

  private arrived(message: RecorderMessage): void {
    if (message.type === 'thread-start') this.addThread(message).setRecorderState(this.refusing ? 2 : 1);
    else if (message.type === 'thread-end') {
      const thread = this.threads.get(message.thread);
      if (thread !== undefined) thread.endNs = message.timeNs;
    } else if (message.type === 'process-exit') {
      this.exit = message;
      this.levels.remember();
    } else if (message.type === 'snapshot') this.snapshotAsked();
  }

  private snapshotAsked(): void {
    if (this.takeSnapshot === undefined) this.isSnapshotAsked = true;
    else this.takeSnapshot();
  }

  /** The program may have asked for a snapshot while the recording was being opened. */
  onSnapshotAsked(take: () => void): void {
    this.takeSnapshot = take;
    if (this.isSnapshotAsked) take();
  }

  /** Threads that wait for the recorder go on doing so. */
  showLife(): void {
    for (const { reader } of this.threads.values()) showLife(reader.control);
  }

  /** From now on writers drop what they have, in all threads. */
  refuse(): void {
    this.refusing = true;
    for (const thread of this.threads.values()) thread.setRecorderState(2);
  }

  /** True when the next flush would write something. */
  hasWork(): boolean {
    if (this.inbox.messages.length > 0) return true;
    for (const thread of this.threads.values()) if (thread.reader.hasUnstored()) return true;
    return false;
  }

  /**
   * Commits what the rings hold, up to `extent`, and all messages before it. Of the threads in `waiting`, which stand
   * still until they are answered, it commits everything. Returns false when another connection had the database
   * locked: then (part of) it is still to be done, by a later call.
   */
  flush(extent: Extent, waiting: ReadonlySet<ThreadRecord> = new Set()): boolean {
    for (;;) {
      // First the rings, then the ports: what a word in the ring needs was posted before that word was written.
      const batches: Batch[] = [];
      for (const thread of this.threads.values()) {
        const pieces = thread.collect(waiting.has(thread) ? 'written' : extent, PIECES_PER_COMMIT);
        batches.push({ thread, pieces });
      }
      this.inbox.receive();
      const some = batches.some(({ pieces }) => pieces.length > 0);
      if (!some && this.inbox.messages.length === 0) return true;
      if (!this.commit(batches)) return false;
      const isMore = batches.some(({ thread, pieces }) => waiting.has(thread) && pieces.length === PIECES_PER_COMMIT);
      // What a load led to say has no later commit when the process ends.
      const isUnsaid = this.exit !== undefined && this.inbox.messages.length > 0;
      if (!isMore && !isUnsaid) return true;
    }
  }

  private commit(batches: readonly Batch[]): boolean {
    this.disk.check(this.bytesUnguarded);
    this.bytesUnguarded = 0;
    const { messages } = this.inbox;
    const started: ThreadRecord[] = [];
    const nowNs = this.nowNs();
    const beats = nowNs - this.heartbeatNs >= HEARTBEAT_NS;
    let bytes = 0;
    try {
      this.db.transaction(() => {
        for (const message of messages) if (message.type === 'module') this.apply(message, started);
        for (const message of messages) if (message.type !== 'module') this.apply(message, started);
        for (const { thread, pieces } of batches) bytes += thread.write(this.rows, pieces, this.offsetNs);
        if (beats) this.rows.heartbeat(this.processId, nowNs);
      }, 'immediate');
    } catch (error) {
      this.rows.rolledBack();
      for (const thread of started) thread.id = undefined;
      if (isBusy(error)) return false;
      throw error;
    }
    // What a load leads to say comes behind them, for the next commit.
    const written = messages.length;
    for (const message of messages.slice()) if (message.type === 'load') this.levels.loaded(message);
    this.inbox.stored(written);
    if (beats) this.heartbeatNs = nowNs;
    for (const { thread, pieces } of batches) {
      if (this.levels.measures) thread.measure(this.levels, pieces);
      thread.accept(pieces);
    }
    this.checkpointer.committed(bytes);
    // A thread that waits for the end of its own may have to wait until those of the others are written.
    this.showLife();
    this.bytesUnguarded = bytes;
    return true;
  }

  /** Writes one message. One that makes no sense is noted and left out; it must not stop the rest. */
  private apply(message: RecorderMessage, started: ThreadRecord[]): void {
    try {
      this.write(message, started);
    } catch (error) {
      const code = sqliteCode(error);
      if (code !== undefined && code !== 'CONSTRAINT' && code !== 'ERROR' && code !== 'TOOBIG') throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const text = `message ${message.type} could not be stored: ${reason}`;
      this.rows.addNote(this.processId, { kind: 'recorder', text }, this.nowNs());
    }
  }

  private write(message: RecorderMessage, started: ThreadRecord[]): void {
    const { rows, processId } = this;
    switch (message.type) {
      case 'module':
        return rows.addModule(message);
      case 'load':
        return rows.addLoad(this.threadId(message.thread), message, this.recordingNs(message.timeNs));
      case 'thread-start':
        return this.insertThread(this.threads.get(message.thread)!, started);
      case 'sample':
        return rows.addSample(processId, message, this.recordingNs(message.timeNs));
      case 'note':
        return rows.addNote(processId, message, this.recordingNs(message.timeNs));
      case 'plan':
        return rows.addPlan(processId, message.json, message.note, this.recordingNs(message.timeNs));
      default:
        return;
    }
  }

  private insertThread(thread: ThreadRecord, started: ThreadRecord[]): void {
    const { info } = thread;
    const parent = info.parentThread === null ? null : (this.threads.get(info.parentThread)?.id ?? null);
    thread.id = this.rows.addThread(this.processId, info, parent, this.recordingNs(info.startNs));
    started.push(thread);
  }

  private threadId(thread: number): number {
    const id = this.threads.get(thread)?.id;
    if (id === undefined) throw new RangeError(`thread ${thread} is not known`);
    return id;
  }

  /** Keeps the recording within its limits: deletes the oldest chunks, moves the write-ahead log into the file. */
  maintain(calm: boolean): void {
    const kept = this.keeper?.step();
    if (kept === 'pruned') this.checkpointer.committed(0);
    if (kept === 'full' && !this.keepNoted) {
      this.keepNoted = true;
      this.note(
        'keep',
        'The recording is larger than --keep allows: what is left are modules and the newest calls of each thread.',
      );
    }
    this.checkpointer.step(calm);
  }

  /**
   * Deletes the oldest recordings of the folder when all together take more than `keepTotalBytes`. To be called once;
   * what does not work out is left for the next recording.
   */
  pruneFolder(file: string, keepTotalBytes: number): void {
    try {
      const { deleted, keptBytes } = prune({ folder: dirname(file), keepTotalBytes, except: [file] });
      if (deleted.length > 0) {
        this.note('keep', `deleted ${deleted.length} old recordings (--keep-total); ${keptBytes} bytes are kept`);
      }
    } catch (error) {
      this.note(
        'keep',
        `old recordings could not be deleted: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Pauses recording in all threads, those that start later included, or ends that. */
  setPaused(paused: boolean): void {
    this.paused = paused;
    for (const thread of this.threads.values()) thread.setPaused(paused);
  }

  /** Leaves a note for the reader, with the next commit. */
  note(kind: string, text: string): void {
    this.inbox.add({ type: 'note', kind, text, timeNs: this.nowNs() - this.offsetNs });
  }

  /** Closes the accounts of threads that have ended and whose rings are empty. */
  endThreads(): void {
    for (const thread of this.threads.values()) {
      if (thread.endNs === undefined || thread.id === undefined || thread.reader.hasUnstored()) continue;
      const dropped = this.db.transaction(() => this.writeEnd(thread, thread.endNs!, LOST_AT_END), 'immediate');
      this.forget(thread, dropped);
    }
  }

  private writeEnd(thread: ThreadRecord, endNs: number, reason: string): number {
    const at = this.recordingNs(endNs);
    return thread.writeAccounts(this.rows, { nowNs: at, endNs: at, reason });
  }

  private forget(thread: ThreadRecord, dropped: number): void {
    this.endedDropped += dropped;
    this.endedStored += thread.storedEvents;
    this.threads.delete(thread.info.thread);
    this.levels.threadEnded(thread.info.thread);
  }

  /** Events stored and dropped so far, over all threads. Once recording has stopped, what is not stored is dropped. */
  totals(): { storedEvents: number; droppedEvents: number; prunedEvents: number } {
    let storedEvents = this.endedStored;
    let droppedEvents = this.endedDropped;
    for (const thread of this.threads.values()) {
      storedEvents += thread.storedEvents;
      droppedEvents += this.refusing ? thread.producedEvents() - thread.storedEvents : thread.droppedEvents;
    }
    return { storedEvents: storedEvents - this.pruned, droppedEvents, prunedEvents: this.pruned };
  }

  /**
   * Once recording has stopped: writes how many events each thread has produced and lost by now. Tried again and again,
   * since a full disk may have room for a row later. Returns false when it could not be written.
   */
  writeLosses(reason: string, note?: string): boolean {
    const nowNs = this.nowNs();
    const started: ThreadRecord[] = [];
    try {
      // Merging the log lets the next commit start it over, which needs no room on a disk that is full.
      this.checkpointer.run('PASSIVE');
      this.db.transaction(() => {
        for (const thread of this.threads.values()) {
          if (thread.id === undefined) this.insertThread(thread, started);
          thread.writeAccounts(this.rows, { nowNs, reason });
        }
        if (note !== undefined) this.rows.addNote(this.processId, { kind: 'stopped', text: note }, nowNs);
        this.rows.heartbeat(this.processId, nowNs);
      }, 'immediate');
      return true;
    } catch {
      for (const thread of started) thread.id = undefined;
      return false;
    }
  }

  /** Ends the process's part of the recording: final accounts, `complete`, log merged, file closed. */
  finish(exit: ProcessExitMessage, lossReason = LOST_AT_END): void {
    const threads = [...this.threads.values()].filter(({ id }) => id !== undefined);
    const dropped = this.db.transaction(() => {
      this.pruned = this.rows.prunedEvents(this.processId);
      this.rows.endProcess(this.processId, { ...exit, timeNs: this.recordingNs(exit.timeNs) });
      return threads.map((thread) => this.writeEnd(thread, thread.endNs ?? exit.timeNs, lossReason));
    }, 'immediate');
    for (const [index, thread] of threads.entries()) this.forget(thread, dropped[index]!);
    this.tree = this.rows.treeTotals();
    closeRecording(this.db);
  }

  /** Closes the file as it is. */
  abandon(): void {
    try {
      this.db.close();
    } catch {
      // It has been reported already that recording failed.
    }
  }
}
