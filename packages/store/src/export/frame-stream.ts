import { K, type Value } from '@execution-cinema/format';
import { chunkDetail, NO_SITE, type FrameVisitor, type OpenStack } from '../detail/chunk-detail.ts';
import { plainText } from '../index/value-text.ts';
import type { Chunk } from '../read/chunks.ts';
import type { TimeRange } from '../read/moments.ts';
import type { ProcessRow, Recording, ThreadRow } from '../read/recording.ts';
import type { Site } from '../read/sites.ts';
import { workOf, type Part } from '../read/work.ts';
import { ByteSink } from './byte-sink.ts';

/** Calls that reach beyond a range are cut at its ends. */
export interface ExportOptions extends Part {
  onDamage?: (thread: number, chunk: number, reason: string) => void;
}

type Piece = string | Uint8Array;

/**
 * One format: what it makes of the frames of each thread. Every method returns text or bytes to be written, which may be
 * gone when the next one is called.
 */
export interface FrameFormat {
  head(): Piece;
  threadStart(thread: ThreadRow, process: ProcessRow | undefined): Piece;
  /** A frame comes on top: a call, or one that goes on after an await. */
  begin(frame: StreamFrame, timeNs: number): Piece;
  /** The frame on top goes. */
  end(frame: StreamFrame, timeNs: number, outcome: number): Piece;
  /** A line of output or a mark. */
  instant(text: string, kind: 'log' | 'mark', timeNs: number): Piece;
  threadEnd(timeNs: number): Piece;
  tail(): Piece;
}

export interface StreamFrame {
  thread: number;
  call: number;
  siteId: number;
  site: Site | undefined;
}

/** Pieces of the whole export, in order, a chunk of the recording at a time. */
export function* streamFrames(
  recording: Recording,
  format: FrameFormat,
  options: ExportOptions = {},
): Generator<Uint8Array[]> {
  const { range, threads, done } = workOf(recording, options);
  const processes = new Map(recording.processes().map((process) => [process.id, process]));
  const sink = new ByteSink();
  sink.add(format.head());
  for (const { thread, chunks } of threads) {
    if (chunks.length === 0) continue;
    sink.add(format.threadStart(thread, processes.get(thread.processId)));
    const stream = new ThreadStream(recording, thread.id, range, format, sink);
    let before: OpenStack | undefined;
    for (const info of chunks) {
      const chunk = recording.tryChunk(thread.id, info, 'once');
      if (typeof chunk === 'string') options.onDamage?.(thread.id, info.chunk, chunk);
      else {
        stream.texts = textsOf(chunk);
        before = chunkDetail(chunk, info.events, before, recording.resolver(thread.id), stream).stack;
        if (chunk.damage !== undefined) options.onDamage?.(thread.id, info.chunk, chunk.damage);
        yield sink.take();
      }
      done(info);
    }
    const isWhole = chunks.at(-1) === recording.chunks(thread.id).at(-1);
    const endNs = Math.min(range.toNs, (isWhole ? thread.endNs : null) ?? chunks.at(-1)!.endNs);
    stream.finish(endNs);
  }
  sink.add(format.tail());
  yield sink.take();
}

/** Lines of output and marks of a chunk, by event. */
function textsOf(chunk: Chunk): Map<number, string> {
  const texts = new Map<number, string>();
  let has = false;
  chunk.scan(({ kind }) => (has ||= TEXT_KINDS.has(kind)));
  if (!has) return texts;
  for (const { kind, event, values } of chunk.events()) if (TEXT_KINDS.has(kind)) texts.set(event, textOf(values));
  return texts;
}

const TEXT_KINDS: ReadonlySet<number> = new Set([K.LOG, K.LOG_INJECTED, K.MARK]);

function textOf([first, second]: readonly Value[]): string {
  const text = plainText(first);
  return second === undefined ? text : `${text} ${plainText(second)}`;
}

const RUNNING = 3;
const TERMINATED = 5;

/** Keeps what was written in step with the stack, and everything within the range. */
class ThreadStream implements FrameVisitor {
  texts = new Map<number, string>();
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly range: TimeRange;
  private readonly format: FrameFormat;
  private readonly sink: ByteSink;
  private readonly written: StreamFrame[] = [];
  /** The stack, as far as it is not written since the range has not begun. */
  private stack: StreamFrame[] = [];
  private nowNs = 0;
  private begun = false;
  private ended = false;

  constructor(recording: Recording, thread: number, range: TimeRange, format: FrameFormat, sink: ByteSink) {
    this.recording = recording;
    this.thread = thread;
    this.range = range;
    this.format = format;
    this.sink = sink;
  }

  start(sinceNs: number, { calls, sites }: Pick<OpenStack, 'calls' | 'sites'>): void {
    this.nowNs = Math.max(this.nowNs, sinceNs);
    this.stack = calls.map((call, depth) => this.frame(call, sites[depth]!));
    if (this.begun && !this.ended) this.align(this.nowNs);
  }

  private frame(call: number, siteId: number): StreamFrame {
    const site = siteId === NO_SITE ? undefined : this.recording.resolver(this.thread).resolve(siteId);
    return { thread: this.thread, call, siteId, site };
  }

  /** Ends and begins what is written so that it is the stack. */
  private align(timeNs: number): void {
    const { written, stack } = this;
    let same = 0;
    while (same < written.length && same < stack.length && written[same]!.call === stack[same]!.call) same++;
    while (written.length > same) this.sink.add(this.format.end(written.pop()!, timeNs, TERMINATED));
    for (const frame of stack.slice(same)) {
      this.sink.add(this.format.begin(frame, timeNs));
      written.push(frame);
    }
  }

  advance(timeNs: number, kind: number, event: number): void {
    this.nowNs = timeNs;
    if (!this.begun && timeNs >= this.range.fromNs) {
      this.begun = true;
      this.align(Math.max(this.range.fromNs, Math.min(timeNs, this.range.toNs)));
    }
    if (timeNs > this.range.toNs) this.close();
    if (!this.begun || this.ended) return;
    const text = this.texts.get(event);
    if (text !== undefined) this.sink.add(this.format.instant(text, kind === K.MARK ? 'mark' : 'log', timeNs));
  }

  begin(siteId: number, _isCall: boolean, timeNs: number, call: number): void {
    const frame = this.frame(call, siteId);
    this.stack.push(frame);
    if (!this.begun || this.ended) return;
    this.written.push(frame);
    this.sink.add(this.format.begin(frame, timeNs));
  }

  end(_siteId: number, outcome: number, timeNs: number): void {
    const frame = this.stack.pop();
    if (!frame || !this.begun || this.ended) return;
    this.written.pop();
    this.sink.add(this.format.end(frame, timeNs, outcome));
  }

  private close(): void {
    if (!this.begun || this.ended) return;
    this.ended = true;
    const { toNs } = this.range;
    while (this.written.length > 0) this.sink.add(this.format.end(this.written.pop()!, toNs, RUNNING));
  }

  finish(endNs: number): void {
    const atNs = Math.max(endNs, Math.min(this.nowNs, this.range.toNs), this.range.fromNs);
    while (this.written.length > 0) this.sink.add(this.format.end(this.written.pop()!, atNs, TERMINATED));
    this.sink.add(this.format.threadEnd(atNs));
  }
}
