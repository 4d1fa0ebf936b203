import { R } from '@execution-cinema/format';
import { statSync } from 'node:fs';
import { storeFailure } from '../schema/failure.ts';
import type { RecorderOptions, RecorderReport } from './messages.ts';
import { Recorder } from './recorder.ts';
import type { ThreadRecord } from './thread-record.ts';

const TICK_MS = 1;
const FLUSH_DEFAULT_MS = 25;
/** Without a new word for so many ticks, and with nothing unsaved, the recorder goes to sleep. */
const IDLE_TICKS = 50;
/** Ticks between saying "asleep" and sleeping: what a writer wrote before it could see that is in memory by then. */
const SETTLE_TICKS = 3;
/** After `process-exit` the drain request is awaited for so long. */
const EXIT_GRACE_MS = 1_000;

/** ES2024; every Node that we support has it, the library types of our target do not. */
type AtomicsWithWaitAsync = typeof Atomics & {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ): { async: false; value: string } | { async: true; value: Promise<string> };
};

/**
 * The recorder thread's life. While threads are busy it turns about once a millisecond: ticks, and flushes when a chunk
 * is complete or `flushMs` have passed. When they are idle it sleeps, without a timer, until a writer or a message wakes
 * it. Between turns the event loop runs. Whatever goes wrong ends recording and never touches the program.
 */
export class RecorderLoop {
  private readonly options: RecorderOptions;
  private readonly flushMs: number;
  private recorder: Recorder | undefined;
  private lastFlushMs = 0;
  private idleTicks = 0;
  private asleep = false;
  private ended = false;
  private exitSeenMs: number | undefined;
  private readonly waiting = new WeakMap<Int32Array, number>();

  constructor(options: RecorderOptions) {
    this.options = options;
    this.flushMs = options.flushMs ?? FLUSH_DEFAULT_MS;
  }

  start(): void {
    try {
      this.recorder = new Recorder(this.options, () => this.wake());
    } catch (error) {
      return this.fail(error);
    }
    const { db, processId, joined } = this.recorder;
    for (const thread of this.recorder.threads.values()) thread.setRecorderState(1);
    this.report({ type: 'ready', file: this.options.file, driver: db.driver, processId, joined });
    this.turn();
  }

  private report(report: RecorderReport): void {
    this.options.ports[0]?.postMessage(report);
  }

  private turn(): void {
    if (this.ended) return;
    try {
      this.step(this.recorder!);
    } catch (error) {
      return this.fail(error);
    }
    if (!this.ended && !this.asleep) setImmediate(() => this.turn());
  }

  private step(recorder: Recorder): void {
    const nowMs = performance.now();
    const wanted = drainRequests(recorder);
    let moved = false;
    for (const thread of recorder.threads.values()) if (thread.reader.tick()) moved = true;
    this.idleTicks = moved || wanted.length > 0 ? 0 : this.idleTicks + 1;
    const full = [...recorder.threads.values()].some(({ reader }) => reader.fullSlots() > 0);
    const due = nowMs - this.lastFlushMs >= this.flushMs;
    if (wanted.length > 0 || due || full) {
      const flushed = recorder.flush(wanted.length > 0 ? 'written' : due ? 'published' : 'full');
      if (flushed && due) this.lastFlushMs = nowMs;
      if (flushed) {
        recorder.endThreads();
        if (this.finishIfDone(recorder, wanted.length > 0, nowMs)) return;
        for (const { thread, request } of wanted) thread.answerDrain(request);
      }
      recorder.checkpoint(!full);
    }
    if (this.idleTicks >= IDLE_TICKS && this.trySleep(recorder)) return;
    const { control } = recorder.threads.values().next().value!.reader;
    Atomics.wait(control, R.R_WAKE, Atomics.load(control, R.R_WAKE), TICK_MS);
  }

  /** Ends the recording once the process has said good-bye and everything is stored. */
  private finishIfDone(recorder: Recorder, drained: boolean, nowMs: number): boolean {
    if (recorder.exit === undefined) return false;
    this.exitSeenMs ??= nowMs;
    if (!drained && nowMs - this.exitSeenMs < EXIT_GRACE_MS) return false;
    const threads = [...recorder.threads.values()];
    recorder.finish(recorder.exit);
    this.ended = true;
    const { storedEvents, droppedEvents } = recorder.totals();
    const fileBytes = statSync(this.options.file).size;
    this.report({ type: 'closed', storedEvents, droppedEvents, prunedEvents: 0, fileBytes });
    this.release(recorder, threads);
    return true;
  }

  /** Writers neither write nor wait from now on; whoever waits for a drain is answered. */
  private release(recorder: Recorder, threads: readonly ThreadRecord[]): void {
    for (const thread of threads) {
      thread.setRecorderState(2);
      const request = thread.drainWanted();
      if (request !== undefined) thread.answerDrain(request);
    }
    for (const port of recorder.ports) port.close();
  }

  private trySleep(recorder: Recorder): boolean {
    const threads = [...recorder.threads.values()];
    if (this.idleTicks < IDLE_TICKS + SETTLE_TICKS) {
      for (const { reader } of threads) Atomics.store(reader.control, R.R_SLEEPING, 1);
      return false;
    }
    recorder.receive();
    if (recorder.hasWork() || recorder.exit !== undefined) return false;
    this.asleep = threads.every(({ reader }) => this.sleepOn(reader.control));
    if (!this.asleep) this.wakeThreads();
    return this.asleep;
  }

  /** Arranges to be woken by one ring. False when it has called already. */
  private sleepOn(control: Int32Array): boolean {
    const seen = Atomics.load(control, R.R_WAKE);
    if (this.waiting.get(control) === seen) return true;
    const wait = (Atomics as AtomicsWithWaitAsync).waitAsync(control, R.R_WAKE, seen);
    if (!wait.async) return false;
    this.waiting.set(control, seen);
    void wait.value.then(() => {
      this.waiting.delete(control);
      this.wake();
    });
    return true;
  }

  private wake(): void {
    if (!this.asleep || this.ended) return;
    this.asleep = false;
    this.wakeThreads();
    this.turn();
  }

  private wakeThreads(): void {
    this.idleTicks = 0;
    for (const { reader } of this.recorder!.threads.values()) Atomics.store(reader.control, R.R_SLEEPING, 0);
  }

  private fail(error: unknown): void {
    this.ended = true;
    const failure = storeFailure(error, this.options.file);
    const { recorder, options } = this;
    const storedEvents = recorder?.totals().storedEvents ?? 0;
    this.report({ type: 'failed', error: failure.info(), storedEvents });
    if (recorder === undefined) {
      const words = new Int32Array(options.main.ring);
      Atomics.store(words, R.R_RECORDER, 2);
      for (const word of [R.R_RECORDER, R.R_PROGRESS, R.R_DRAINED]) Atomics.notify(words, word);
      for (const port of options.ports) port.close();
      return;
    }
    this.release(recorder, [...recorder.threads.values()]);
    try {
      recorder.db.close();
    } catch {
      // It is lost anyway, and has been reported.
    }
  }
}

function drainRequests(recorder: Recorder): { thread: ThreadRecord; request: number }[] {
  const requests: { thread: ThreadRecord; request: number }[] = [];
  for (const thread of recorder.threads.values()) {
    const request = thread.drainWanted();
    if (request !== undefined) requests.push({ thread, request });
  }
  return requests;
}
