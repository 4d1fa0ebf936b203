import { R } from '@execution-cinema/format';
import { statSync } from 'node:fs';
import { isBusy } from '../driver/sqlite-codes.ts';
import { storeError, type StoreError } from '../errors.ts';
import { storeFailure } from '../schema/failure.ts';
import type { RecorderHooks } from './hooks.ts';
import { Inbox } from './inbox.ts';
import type { RecorderOptions, RecorderReport } from './messages.ts';
import { CONTENDED_MS_MAX, OtherWriters } from './other-writers.ts';
import { Recorder } from './recorder.ts';
import type { RecorderAccess, RecorderService } from './service.ts';
import { Recording } from '../read/recording.ts';
import { RingSleep } from './ring-sleep.ts';
import { workerName } from './row-writer.ts';
import type { ThreadRecord } from './thread-record.ts';

const TICK_MS = 1;
const FLUSH_DEFAULT_MS = 25;
/** Without a new word for so many ticks, and with nothing unsaved, the recorder goes to sleep. */
const IDLE_TICKS = 50;
/** Ticks between saying "asleep" and sleeping: what a writer wrote before it could see that is in memory by then. */
const SETTLE_TICKS = 3;
/** Recording pauses for a service at most this long: what a kill would lose meanwhile is bounded. */
const HOLD_MS_MAX = 150;
/**
 * After `process-exit` the drain request is awaited for so long, and so long after a full ring was emptied: the thread may
 * have waited for room in it before it could ask.
 */
const EXIT_GRACE_MS = 1_000;
/** A program that wants to end waits for what a service is about to finish at most this long. */
const SERVICE_AT_EXIT_MS = 1_000;
/** A program that wants to end is not held up longer than this by a lock on the recording while nobody writes to it. */
const LOCKED_AT_EXIT_MS = 3_000;
/** Once recording has stopped, its losses are written at most this often. */
const LOSSES_MS = 1_000;

/**
 * The recorder thread's life. While threads are busy it turns about once a millisecond: ticks, and flushes when a chunk
 * is complete or `flushMs` have passed. When they are idle it sleeps, without a timer, until a writer or a message wakes
 * it. Between turns the event loop runs. What goes wrong stops recording and never touches the program: writers drop
 * from then on (R_RECORDER = 2), and all that is left to do is to count what is lost.
 */
export class RecorderLoop {
  private readonly options: RecorderOptions;
  private readonly hooks: RecorderHooks;
  private readonly flushMs: number;
  private readonly sleep = new RingSleep(() => this.wake());
  private recorder: Recorder | undefined;
  private service: RecorderService | undefined;
  private lastFlushMs = 0;
  private heldUntilMs = 0;
  private idleTicks = 0;
  private state: 'running' | 'asleep' | 'stopped' | 'ended' = 'running';
  private exitSeenMs: number | undefined;
  /** When full slots of the main thread were stored last. */
  private emptiedMs = 0;
  private held = false;
  /** While somebody waits and the database is locked: since when, and since when nobody else writes to it either. */
  private locked: { sinceMs: number; quietSinceMs: number; others: OtherWriters } | undefined;
  private stopReason = '';
  private stopNote: string | undefined;
  private lossesTimer: NodeJS.Timeout | undefined;

  constructor(options: RecorderOptions, hooks: RecorderHooks = {}) {
    this.options = options;
    this.hooks = hooks;
    this.flushMs = options.flushMs ?? FLUSH_DEFAULT_MS;
  }

  start(): void {
    // Before the file is opened, which may take its time: what is said on a channel without a listener is lost.
    const inbox = this.listen();
    try {
      this.recorder = new Recorder(this.options, inbox, this.hooks);
    } catch (error) {
      return this.failToStart(storeFailure(error, this.options.file), inbox);
    }
    const { db, processId, joined } = this.recorder;
    for (const thread of this.recorder.threads.values()) thread.setRecorderState(1);
    this.report({ type: 'ready', file: this.options.file, driver: db.driver, processId, joined });
    this.service = this.hooks.service?.(this.access(this.recorder));
    this.recorder.onSnapshotAsked(() => this.service?.snapshotAsked());
    this.turn();
    const { file, keepTotalBytes } = this.options;
    // Not before the first events are safe; a process that joins leaves it to the one that began the recording.
    if (keepTotalBytes !== undefined && !joined) setImmediate(() => this.pruneFolder(file, keepTotalBytes));
  }

  private listen(): Inbox {
    const { ports, channel, listening } = this.options;
    const inbox = new Inbox(() => this.wake(), ports);
    if (channel !== undefined) inbox.addChannel(channel);
    if (listening !== undefined) {
      const word = new Int32Array(listening);
      Atomics.store(word, 0, 1);
      Atomics.notify(word, 0);
    }
    return inbox;
  }

  private access(recorder: Recorder): RecorderAccess {
    const isLive = (): boolean => this.state === 'running' || this.state === 'asleep';
    const whenFree = <Result>(write: () => Result): Result | undefined => {
      if (!isLive()) return undefined;
      try {
        return write();
      } catch (error) {
        if (!isBusy(error)) this.stop(recorder, storeFailure(error, this.options.file));
        return undefined;
      }
    };
    return {
      file: this.options.file,
      processId: recorder.processId,
      reader: () => new Recording(this.options.file, recorder.db),
      levels: recorder.levels.live,
      nowNs: () => recorder.nowNs(),
      recordingNs: (timeNs) => recorder.recordingNs(timeNs),
      threads: () => {
        // One that has just been announced is there too.
        recorder.inbox.receive();
        return [...recorder.threads.values()]
          .filter(({ endNs }) => endNs === undefined)
          .map(({ info, id, reader }) => ({
            ...info,
            id,
            ...(info.name === '' && id !== undefined && { name: workerName(id) }),
            control: reader.control,
          }));
      },
      turnWorkers: () => recorder.inbox.turnPeers(),
      hold: (ms) => {
        this.heldUntilMs = performance.now() + Math.min(ms, HOLD_MS_MAX);
      },
      flush: () => whenFree(() => recorder.flush('published')) ?? false,
      addSnapshot: (timeNs, reason, json) =>
        whenFree(() => recorder.rows.addSnapshot(recorder.processId, timeNs, reason, json)),
      note: (kind, text) => {
        recorder.note(kind, text);
        this.wake();
      },
      setPaused: (paused) => recorder.setPaused(paused),
    };
  }

  private pruneFolder(file: string, keepTotalBytes: number): void {
    if (this.state !== 'ended') this.recorder!.pruneFolder(file, keepTotalBytes);
  }

  private report(report: RecorderReport): void {
    this.options.ports[0]?.postMessage(report);
  }

  private turn(): void {
    if (this.state !== 'running') return;
    if (performance.now() < this.heldUntilMs && drainRequests(this.recorder!).size === 0) {
      setTimeout(() => this.turn(), TICK_MS);
      return;
    }
    try {
      this.step(this.recorder!);
    } catch (error) {
      return this.stop(this.recorder!, storeFailure(error, this.options.file));
    }
    if (this.state === 'running') setImmediate(() => this.turn());
  }

  private step(recorder: Recorder): void {
    const nowMs = performance.now();
    const waiting = drainRequests(recorder);
    const moved: number[] = [];
    let full = false;
    const mainFull = (recorder.threads.get(this.options.main.thread)?.reader.fullSlots() ?? 0) > 0;
    for (const [thread, { reader }] of recorder.threads) {
      if (reader.tick()) moved.push(thread);
      if (reader.fullSlots() > 0) full = true;
    }
    recorder.levels.step(nowMs, moved);
    if (moved.length > 0 || waiting.size > 0) {
      this.idleTicks = 0;
      this.sleep.end(this.controls());
    } else this.idleTicks++;
    // What the other threads did until the process ends is taken as far as they have published it.
    const due = nowMs - this.lastFlushMs >= this.flushMs || recorder.exit !== undefined;
    if (waiting.size > 0 || due || full) {
      if (this.flush(recorder, due ? 'published' : 'full', waiting)) {
        if (mainFull) this.emptiedMs = performance.now();
        if (due) this.lastFlushMs = nowMs;
        if (this.finishIfDone(recorder, waiting, nowMs)) return;
        // A process that ends waits for the end of its recording.
        if (recorder.exit === undefined) for (const [thread, request] of waiting) thread.answerDrain(request);
      } else this.giveUpIfLocked(recorder, waiting, nowMs);
      recorder.maintain(!full);
    }
    if (this.idleTicks >= IDLE_TICKS && !recorder.levels.awaitsTime && this.trySleep(recorder)) return;
    // A full ring is emptied without a pause; else this is the pause between two ticks, cut short by a call of a writer.
    if (!full) this.sleep.pause(recorder.threads.values().next().value?.reader.control, TICK_MS);
  }

  /** False when the database was locked: to be tried again. */
  private flush(recorder: Recorder, extent: 'published' | 'full', waiting: Map<ThreadRecord, number>): boolean {
    try {
      if (!recorder.flush(extent, new Set(waiting.keys()))) return false;
      // At the end there is more to write than this, so all of it counts.
      if (recorder.exit === undefined) this.locked = undefined;
      recorder.endThreads();
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  }

  /** Ends the recording once the process has said good-bye and everything is stored. */
  private finishIfDone(recorder: Recorder, waiting: Map<ThreadRecord, number>, nowMs: number): boolean {
    if (recorder.exit === undefined) return false;
    this.exitSeenMs ??= nowMs;
    if (waiting.size === 0 && nowMs - Math.max(this.exitSeenMs, this.emptiedMs) < EXIT_GRACE_MS) return false;
    if (this.service?.isBusy() === true && nowMs - this.exitSeenMs < SERVICE_AT_EXIT_MS) return false;
    if (!this.holds(recorder, waiting)) return false;
    // They stand still for so long.
    const isMore = [...recorder.threads.values()].some(({ reader }) => reader.fullSlots() > 0);
    if (isMore && nowMs - this.exitSeenMs < R.HOLD_MS_MAX) return false;
    const threads = [...recorder.threads.values()];
    try {
      recorder.finish(recorder.exit);
    } catch (error) {
      if (!isBusy(error)) throw error;
      this.giveUpIfLocked(recorder, waiting, nowMs);
      return true;
    }
    this.end(recorder, threads);
    return true;
  }

  /** The other threads stand still by the next turn: the process ends in the middle of whatever they do. */
  private holds(recorder: Recorder, waiting: Map<ThreadRecord, number>): boolean {
    if (this.held) return true;
    this.held = true;
    const others = [...recorder.threads.values()].filter((thread) => !waiting.has(thread));
    for (const { reader } of others) Atomics.store(reader.control, R.R_HOLD, 1);
    return others.length === 0;
  }

  private giveUpIfLocked(recorder: Recorder, waiting: Map<ThreadRecord, number>, nowMs: number): void {
    if (recorder.exit === undefined && waiting.size === 0) return;
    this.locked ??= { sinceMs: nowMs, quietSinceMs: nowMs, others: new OtherWriters(this.options.file) };
    const { locked } = this;
    if (locked.others.haveWritten()) {
      locked.quietSinceMs = nowMs;
      recorder.showLife();
    }
    if (nowMs - locked.quietSinceMs > LOCKED_AT_EXIT_MS || nowMs - locked.sinceMs > CONTENDED_MS_MAX) {
      throw storeError('OUT_LOCKED', this.options.file);
    }
  }

  private end(recorder: Recorder, threads: readonly ThreadRecord[]): void {
    this.state = 'ended';
    this.service?.stop();
    clearTimeout(this.lossesTimer);
    const { tree, levels } = recorder;
    const { degraded } = levels;
    this.report({ type: 'closed', ...recorder.totals(), fileBytes: fileBytes(this.options.file), tree, degraded });
    for (const thread of threads) {
      const request = thread.drainWanted();
      if (request !== undefined) thread.answerDrain(request);
      thread.setRecorderState(2);
    }
    recorder.inbox.close();
  }

  private trySleep(recorder: Recorder): boolean {
    const controls = [...recorder.threads.values()].map(({ reader }) => reader.control);
    if (this.idleTicks < IDLE_TICKS + SETTLE_TICKS) {
      this.sleep.announce(controls);
      return false;
    }
    recorder.inbox.receive();
    if (recorder.hasWork() || recorder.exit !== undefined) return false;
    recorder.maintain(true);
    recorder.levels.remember();
    if (this.sleep.start(controls)) this.state = 'asleep';
    else this.idleTicks = 0;
    return this.state === 'asleep';
  }

  /** A writer or a message calls. */
  private wake(): void {
    if (this.state === 'asleep') {
      this.state = 'running';
      this.idleTicks = 0;
      this.sleep.end(this.controls());
      this.turn();
    } else if (this.state === 'stopped') {
      this.sleep.end(this.controls());
      this.countLosses();
    }
  }

  private controls(): Int32Array[] {
    return [...this.recorder!.threads.values()].map(({ reader }) => reader.control);
  }

  private failToStart(failure: StoreError, inbox: Inbox): void {
    this.state = 'ended';
    this.report({ type: 'failed', error: failure.info(), storedEvents: 0 });
    refuse(this.options.main.ring);
    for (const port of this.options.ports) port.close();
    // Worker threads of the process, which have only the channel, must not wait for anybody.
    inbox.hear((message) => {
      if (message.type === 'thread-start') refuse(message.ring);
      inbox.stored(inbox.messages.length);
    });
  }

  /** Recording ends here, the thread stays to count. */
  private stop(recorder: Recorder, failure: StoreError): void {
    this.state = 'stopped';
    recorder.refuse();
    const info = failure.info();
    this.stopReason = `recording stopped: ${info.code}`;
    this.stopNote = `${info.message}. ${info.remedy}`;
    this.report({ type: 'failed', error: info, storedEvents: recorder.totals().storedEvents });
    this.countLosses();
  }

  /** Writes the losses now, and again when the program has moved on, until it ends. */
  private countLosses(): void {
    const recorder = this.recorder!;
    recorder.inbox.receive();
    recorder.inbox.stored(recorder.inbox.messages.length);
    const threads = [...recorder.threads.values()];
    if (recorder.exit !== undefined) return this.endStoppedSoon(recorder, threads);
    if (this.lossesTimer !== undefined) return;
    for (const { reader } of threads) reader.tick();
    if (recorder.writeLosses(this.stopReason, this.stopNote)) this.stopNote = undefined;
    for (const [thread, request] of drainRequests(recorder)) thread.answerDrain(request);
    this.lossesTimer = setTimeout(() => {
      this.lossesTimer = undefined;
      this.sleep.announce(this.controls());
      if (!this.sleep.start(this.controls())) this.countLosses();
    }, LOSSES_MS);
  }

  /** Once the program waits for us its last count is published; the message that it ends may come before that. */
  private endStoppedSoon(recorder: Recorder, threads: readonly ThreadRecord[]): void {
    this.exitSeenMs ??= performance.now();
    const waited = performance.now() - this.exitSeenMs >= EXIT_GRACE_MS;
    if (drainRequests(recorder).size > 0 || waited) return this.endStopped(recorder, threads);
    setTimeout(() => {
      if (this.state === 'stopped') this.endStoppedSoon(recorder, threads);
    }, TICK_MS);
  }

  private endStopped(recorder: Recorder, threads: readonly ThreadRecord[]): void {
    try {
      if (this.stopNote !== undefined) recorder.writeLosses(this.stopReason, this.stopNote);
      recorder.finish(recorder.exit!, this.stopReason);
    } catch {
      // There is no room even for the accounts: the process stays open in the recording, which reads as cut off.
      recorder.abandon();
    }
    this.end(recorder, threads);
  }
}

/** Writers of this ring drop from now on, and wait for nothing. */
function refuse(ring: SharedArrayBuffer): void {
  const words = new Int32Array(ring);
  Atomics.store(words, R.R_RECORDER, 2);
  for (const word of [R.R_RECORDER, R.R_PROGRESS, R.R_DRAINED]) Atomics.notify(words, word);
}

function fileBytes(file: string): number {
  // Somebody may have deleted it meanwhile.
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Threads that wait until everything they wrote is committed, with the number of their request. */
function drainRequests(recorder: Recorder): Map<ThreadRecord, number> {
  const requests = new Map<ThreadRecord, number>();
  for (const thread of recorder.threads.values()) {
    const request = thread.drainWanted();
    if (request !== undefined) requests.set(thread, request);
  }
  return requests;
}
