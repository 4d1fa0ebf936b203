import { K, type Captured, type Value } from '@execution-cinema/format';
import type { ChunkEvent } from '../read/chunks.ts';
import { copyValue, LiveObjects } from '../read/live-objects.ts';
import type { TimeRange } from '../read/moments.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay, type Frame, type Outcome } from '../read/replay.ts';
import { workOf, type Part } from '../read/work.ts';

/** Of a range only the events in it; a call that began earlier is known without its arguments. */
export interface WalkOptions extends Part {
  /** What cannot be read is left out, and told here. */
  onDamage?: (thread: number, chunk: number, reason: string) => void;
}

/** A call that has ended, or is open where the walk ends, with what was kept of its values. */
export interface WalkedCall<Kept> {
  thread: number;
  frame: Frame;
  /** Values of its beginning; undefined when it began before the walk. */
  arguments: readonly Kept[] | undefined;
  outcome: Outcome;
  /** Undefined where it did not return. */
  result: { kept: Kept } | undefined;
  /** What it threw, where recorded code threw or caught it further in; undefined when that is not known. */
  thrown: { value: Value } | undefined;
  endEvent: number;
  /** Null while it has not ended. */
  endNs: number | null;
}

export interface WalkVisitor<Kept> {
  /** A thread begins. */
  thread?(thread: number): void;
  /** An event, after the frames have moved; its values may change with the next event. */
  event?(event: ChunkEvent, frame: Frame | undefined, replay: ThreadReplay): void;
  entered?(frame: Frame, event: ChunkEvent): void;
  /** What a call keeps of a value until it has ended: objects change meanwhile. `frame` is the call, `position` that of an argument. */
  keep(value: Value, frame: Frame, position: number | 'result'): Kept;
  ended(call: WalkedCall<Kept>): void;
  /** The content of an object is about to change. */
  changed?(node: Captured): void;
  /** A chunk begins: its objects are others, even where they have the same identity. */
  chunk?(): void;
}

/**
 * Goes over all events of a recording in the order of each thread, values included, holding what is open only. It stops
 * every few thousand events: a good moment to hand on what was gathered.
 */
export function* walk<Kept>(recording: Recording, options: WalkOptions, visitor: WalkVisitor<Kept>): Generator<void> {
  const { range, threads, done } = workOf(recording, options);
  for (const { thread, chunks } of threads) {
    visitor.thread?.(thread.id);
    const walker = new ThreadWalker(recording, thread.id, range, visitor);
    for (const info of chunks) {
      const chunk = recording.tryChunk(thread.id, info, 'once');
      if (typeof chunk === 'string') options.onDamage?.(thread.id, info.chunk, chunk);
      else {
        yield* walker.chunk(chunk);
        if (chunk.damage !== undefined) options.onDamage?.(thread.id, info.chunk, chunk.damage);
      }
      done(info);
      yield;
    }
    const isWhole = chunks.at(-1) === recording.chunks(thread.id).at(-1);
    walker.finish(isWhole ? thread.endNs : null);
    yield;
  }
}

/** Events between two stops of a walk: their calls with all values, as text, take some megabytes. */
const EVENTS_PER_STEP = 4_096;

/** Errors of these come up in a promise: the caller does not see them. */
const PROMISE_KINDS = /^async/;
/** An error that passes through code outside of any frame. */
const OUTSIDE = 0;

class ThreadWalker<Kept> {
  private readonly thread: number;
  private readonly range: TimeRange;
  private readonly visitor: WalkVisitor<Kept>;
  private readonly replay: ThreadReplay;
  private readonly known = new Map<number, readonly Kept[]>();
  private readonly inFlight = new Map<number, Value>();

  private readonly recording: Recording;

  constructor(recording: Recording, thread: number, range: TimeRange, visitor: WalkVisitor<Kept>) {
    this.recording = recording;
    this.thread = thread;
    this.range = range;
    this.visitor = visitor;
    this.replay = new ThreadReplay(this.recording.resolver(thread));
  }

  /** Stops now and then, so that what was gathered need not pile up. */
  *chunk(chunk: ReturnType<Recording['chunk']>): Generator<void> {
    const { replay, visitor, range } = this;
    for (const frame of replay.beginChunk(chunk.header)) {
      this.end(frame, 'terminated', undefined, chunk.header.firstEvent, chunk.header.startNs);
    }
    visitor.chunk?.();
    const objects = new LiveObjects((node) => visitor.changed?.(node));
    let untilStop = EVENTS_PER_STEP;
    for (const event of chunk.events()) {
      objects.begin(event);
      const frame = replay.step(event);
      const isIn = event.timeNs >= range.fromNs && event.timeNs <= range.toNs;
      if (isIn) {
        const { entered } = replay;
        if (entered) {
          this.known.set(
            entered.call,
            event.values.map((value, position) => visitor.keep(value, entered, position)),
          );
          visitor.entered?.(entered, event);
        }
        visitor.event?.(event, frame, replay);
      }
      this.noteError(event, frame);
      for (const { frame: gone, outcome, value } of replay.ended) {
        if (isIn) this.end(gone, outcome, value, event.event, event.timeNs);
        else this.known.delete(gone.call);
      }
      objects.end(event, replay.resolver.resolve(event.payload));
      if (--untilStop > 0) continue;
      untilStop = EVENTS_PER_STEP;
      yield;
    }
  }

  private noteError({ kind, values }: ChunkEvent, frame: Frame | undefined): void {
    if (kind === K.THROW && frame) this.inFlight.set(frame.call, copyValue(values[0]));
    else if (kind === K.CATCH && frame) this.inFlight.delete(frame.call);
  }

  private end(frame: Frame, outcome: Outcome, value: Value, endEvent: number, endNs: number | null): void {
    const thrown = this.inFlight.has(frame.call) ? { value: this.inFlight.get(frame.call) } : undefined;
    this.inFlight.delete(frame.call);
    const threw = outcome === 'threw';
    if (threw && thrown && !PROMISE_KINDS.test(frame.site?.function.kind ?? '')) {
      this.inFlight.set(this.replay.top?.call ?? OUTSIDE, thrown.value);
    }
    const values = this.known.get(frame.call);
    this.known.delete(frame.call);
    this.visitor.ended({
      thread: this.thread,
      frame,
      arguments: values,
      outcome,
      result: outcome === 'returned' ? { kept: this.visitor.keep(value, frame, 'result') } : undefined,
      thrown: threw ? thrown : undefined,
      endEvent,
      endNs,
    });
  }

  /** What is still open: it ends with its thread, if that has ended. */
  finish(threadEndNs: number | null): void {
    const open = [...this.replay.stack].reverse();
    for (const frame of open)
      this.end(frame, threadEndNs === null ? 'running' : 'terminated', undefined, -1, threadEndNs);
    for (const frame of this.replay.asleep.values()) this.end(frame, 'suspended', undefined, -1, null);
  }
}
