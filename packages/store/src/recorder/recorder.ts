import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { isBusy, sqliteCode } from '../driver/sqlite-codes.ts';
import type { Database } from '../driver/types.ts';
import { openRecording } from '../schema/open-recording.ts';
import { Checkpointer, closeRecording } from './checkpointer.ts';
import type { ProcessExitMessage, RecorderMessage, RecorderOptions, ThreadInfo } from './messages.ts';
import type { Extent, Piece } from './ring-reader.ts';
import { RowWriter } from './row-writer.ts';
import { move, ThreadRecord } from './thread-record.ts';

/** One commit takes at most this many pieces of a thread, so that slots come back while the rest is written. */
const PIECES_PER_COMMIT = 4;
const HEARTBEAT_NS = 1e9;

interface Batch {
  thread: ThreadRecord;
  pieces: Piece[];
}

/**
 * Turns rings and messages into rows. Does nothing by itself: the loop (recorder-loop.ts) calls `flush` and `finish`.
 * Every method that touches the database may throw an error of SQLite; the loop decides what that means.
 */
export class Recorder {
  readonly threads = new Map<number, ThreadRecord>();
  readonly ports: MessagePort[] = [];
  readonly processId: number;
  readonly joined: boolean;
  readonly db: Database;
  /** Set when the process has said that it ends. */
  exit: ProcessExitMessage | undefined;
  /** Accounts of threads that have ended already. */
  private endedStored = 0;
  private endedDropped = 0;
  private pending: RecorderMessage[] = [];
  private heartbeatNs = 0;
  private readonly rows: RowWriter;
  private readonly checkpointer: Checkpointer;
  private readonly originHrtimeNs: bigint;
  private readonly offsetNs: number;
  private readonly onMessage: () => void;

  /** Opens the recording and adds this process and its main thread. Throws StoreError. `onMessage` hears of new messages. */
  constructor(options: RecorderOptions, onMessage: () => void = () => {}) {
    const opened = openRecording(options.file, {
      format_version: '1',
      started_at: options.startedAt,
      start_hrtime_ns: String(options.originHrtimeNs),
      root: options.root,
      tool_version: options.toolVersion,
      clock: options.clock,
      state: 'open',
    });
    this.db = opened.db;
    this.joined = !opened.created;
    this.originHrtimeNs = options.originHrtimeNs;
    this.offsetNs = Number(options.originHrtimeNs - BigInt(opened.meta['start_hrtime_ns'] ?? options.originHrtimeNs));
    this.onMessage = onMessage;
    this.rows = new RowWriter(this.db);
    this.checkpointer = new Checkpointer(this.db);
    const main = this.addThread(options.main);
    this.processId = this.db.transaction(() => {
      this.rows.setState('open');
      const id = this.rows.addProcess(options.process, move(options.process.startNs, this.offsetNs));
      main.id = this.rows.addThread(id, options.main, null, move(options.main.startNs, this.offsetNs));
      return id;
    }, 'immediate');
    for (const port of options.ports) this.addPort(port);
  }

  /** Nanoseconds since the origin of this process's times. */
  nowNs(): number {
    return Number(process.hrtime.bigint() - this.originHrtimeNs);
  }

  /** Takes a further thread of the process in; its row is written with the next flush. */
  addThread(info: ThreadInfo): ThreadRecord {
    const thread = new ThreadRecord(info);
    this.threads.set(info.thread, thread);
    return thread;
  }

  private addPort(port: MessagePort): void {
    this.ports.push(port);
    port.on('message', (message: RecorderMessage) => {
      this.take(message);
      this.onMessage();
    });
  }

  private take(message: RecorderMessage): void {
    if (message.type === 'port') return this.addPort(message.port);
    if (message.type === 'thread-start') this.addThread(message).setRecorderState(1);
    else if (message.type === 'thread-end') {
      const thread = this.threads.get(message.thread);
      if (thread !== undefined) thread.endNs = message.timeNs;
    } else if (message.type === 'process-exit') this.exit = message;
    this.pending.push(message);
  }

  /** Takes every message that has been posted so far, whether or not the event loop has come to it. */
  receive(): void {
    // Ports that a message adds are visited too: the array grows while it is walked.
    for (const port of this.ports) {
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        this.take(next.message as RecorderMessage);
      }
    }
  }

  /** True when the next flush would write something. */
  hasWork(): boolean {
    if (this.pending.length > 0) return true;
    for (const thread of this.threads.values()) if (thread.reader.hasUnstored()) return true;
    return false;
  }

  /**
   * Commits what the rings hold, up to `extent`, and all messages before it. Returns false when another connection had
   * the database locked: nothing has happened then, and the call is repeated later.
   */
  flush(extent: Extent): boolean {
    for (;;) {
      // First the rings, then the ports: what a word in the ring needs was posted before that word was written.
      const batches: Batch[] = [];
      for (const thread of this.threads.values()) {
        batches.push({ thread, pieces: thread.collect(extent, PIECES_PER_COMMIT) });
      }
      this.receive();
      const some = batches.some(({ pieces }) => pieces.length > 0);
      if (!some && this.pending.length === 0) return true;
      if (!this.commit(batches)) return false;
      if (!batches.some(({ pieces }) => pieces.length === PIECES_PER_COMMIT)) return true;
    }
  }

  private commit(batches: readonly Batch[]): boolean {
    const messages = this.pending;
    const started: ThreadRecord[] = [];
    const nowNs = this.nowNs();
    let bytes = 0;
    try {
      this.db.transaction(() => {
        for (const message of messages) if (message.type === 'module') this.apply(message, started);
        for (const message of messages) if (message.type !== 'module') this.apply(message, started);
        for (const { thread, pieces } of batches) bytes += thread.write(this.rows, pieces, this.offsetNs);
        if (nowNs - this.heartbeatNs >= HEARTBEAT_NS) this.rows.heartbeat(this.processId, move(nowNs, this.offsetNs));
      }, 'immediate');
    } catch (error) {
      this.rows.rolledBack();
      for (const thread of started) thread.id = undefined;
      if (isBusy(error)) return false;
      throw error;
    }
    this.pending = this.pending.slice(messages.length);
    if (nowNs - this.heartbeatNs >= HEARTBEAT_NS) this.heartbeatNs = nowNs;
    for (const { thread, pieces } of batches) thread.accept(pieces);
    this.checkpointer.committed(bytes);
    return true;
  }

  /** Writes one message. One that makes no sense is noted and left out; it must not stop the rest. */
  private apply(message: RecorderMessage, started: ThreadRecord[]): void {
    try {
      this.write(message, started);
    } catch (error) {
      const code = sqliteCode(error);
      if (code !== undefined && code !== 'CONSTRAINT' && code !== 'ERROR' && code !== 'TOOBIG') throw error;
      const text = `message ${message.type} could not be stored: ${error instanceof Error ? error.message : String(error)}`;
      this.rows.addNote(this.processId, { kind: 'recorder', text }, move(this.nowNs(), this.offsetNs));
    }
  }

  private write(message: RecorderMessage, started: ThreadRecord[]): void {
    const { rows, processId, offsetNs } = this;
    switch (message.type) {
      case 'module':
        return rows.addModule(message);
      case 'load':
        return rows.addLoad(this.threadId(message.thread), message, move(message.timeNs, offsetNs));
      case 'thread-start': {
        const thread = this.threads.get(message.thread)!;
        const parent = message.parentThread === null ? null : (this.threads.get(message.parentThread)?.id ?? null);
        thread.id = rows.addThread(processId, message, parent, move(message.startNs, offsetNs));
        started.push(thread);
        return;
      }
      case 'sample':
        return rows.addSample(processId, message, move(message.timeNs, offsetNs));
      case 'note':
        return rows.addNote(processId, message, move(message.timeNs, offsetNs));
      default:
        return;
    }
  }

  private threadId(thread: number): number {
    const id = this.threads.get(thread)?.id;
    if (id === undefined) throw new RangeError(`thread ${thread} is not known`);
    return id;
  }

  /** Moves the write-ahead log into the file when that is due. */
  checkpoint(calm: boolean): void {
    this.checkpointer.step(calm);
  }

  /** Closes the accounts of threads that have ended and whose rings are empty. */
  endThreads(): void {
    for (const [key, thread] of this.threads) {
      if (thread.endNs === undefined || thread.reader.hasUnstored()) continue;
      this.endedDropped += this.db.transaction(
        () => thread.writeEnd(this.rows, thread.endNs!, this.offsetNs, 'ring full'),
        'immediate',
      );
      this.endedStored += thread.storedEvents;
      this.threads.delete(key);
    }
  }

  /** Events stored and dropped so far, over all threads. */
  totals(): { storedEvents: number; droppedEvents: number } {
    let storedEvents = this.endedStored;
    let droppedEvents = this.endedDropped;
    for (const thread of this.threads.values()) {
      storedEvents += thread.storedEvents;
      droppedEvents += thread.droppedEvents;
    }
    return { storedEvents, droppedEvents };
  }

  /** Ends the process's part of the recording: final accounts, `complete`, log merged, file closed. */
  finish(exit: ProcessExitMessage): void {
    this.db.transaction(() => {
      for (const thread of this.threads.values()) {
        const endNs = thread.endNs ?? exit.timeNs;
        this.endedDropped += thread.writeEnd(this.rows, endNs, this.offsetNs, 'ring full');
        this.endedStored += thread.storedEvents;
      }
      this.rows.endProcess(this.processId, { ...exit, timeNs: move(exit.timeNs, this.offsetNs) });
    }, 'immediate');
    this.threads.clear();
    closeRecording(this.db);
  }
}
