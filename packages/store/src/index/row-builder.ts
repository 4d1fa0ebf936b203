import { callId, K, type Value } from '@execution-cinema/format';
import type { Database } from '../driver/index.ts';
import { chunkOfCall, type ChunkEvent, type ChunkInfo } from '../read/chunks.ts';
import { digestOf } from '../read/digest.ts';
import { LiveObjects } from '../read/live-objects.ts';
import { ObjectsAt } from '../read/objects-at.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay, type Frame } from '../read/replay.ts';
import { CallRows, type PendingReturns } from './call-rows.ts';
import { siteOfEvent } from '../read/event-list.ts';
import { eventName } from '../read/event-names.ts';
import { ExceptionRows, type InFlight } from './exception-rows.ts';
import { LinkRows } from './link-rows.ts';
import { RowBatch } from './row-batch.ts';
import { FactRows } from './fact-rows.ts';
import type { RowGroup } from './sidecar-schema.ts';
import { SiteRows } from './site-rows.ts';
import { TextStore } from './text-store.ts';
import { RowTexts } from './value-text.ts';
import { WriteRows } from './write-rows.ts';

/** What the rows of a chunk need to know of the chunks before it, beyond the header. Stored as JSON with the coverage. */
export interface Carry {
  inFlight: [call: number, inFlight: InFlight][];
  pending: PendingReturns;
}

export interface ChunkResult {
  /** Words that were read. */
  words: number;
  carry: Carry | undefined;
  /** Why (the rest of) the chunk could not be read. */
  damage: string | undefined;
}

const CALL_EXPRESSION = /^(call|new|await)/;

/**
 * Turns the chunks of one thread into rows of the sidecar. Consecutive chunks continue each other; a chunk that does
 * not follow the last one starts from its header and the `carry` of the chunk before it, if that is indexed.
 * Rows are keyed by what the recording says, so doing a chunk again replaces them. The transaction is the caller's.
 */
export class RowBuilder {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly texts = new RowTexts();
  private readonly sites: SiteRows;
  private readonly store: TextStore;
  private readonly db: Database;
  private readonly wants: (frame: Frame) => boolean;
  private readonly events: RowBatch;
  private replay: ThreadReplay;
  private calls: CallRows;
  private writes: WriteRows;
  private exceptions: ExceptionRows;
  private readonly facts: FactRows;
  private readonly links: LinkRows;
  private lastChunk = -1;
  private lastCallsChunk = -1;

  /** `wants` says which calls get rows; all when left out. */
  constructor(recording: Recording, thread: number, sidecar: Database, wants: (frame: Frame) => boolean = () => true) {
    this.wants = wants;
    this.recording = recording;
    this.thread = thread;
    this.db = sidecar;
    this.sites = new SiteRows(sidecar);
    this.store = new TextStore(sidecar);
    this.facts = new FactRows(sidecar, thread, this.texts);
    this.links = new LinkRows(sidecar, thread);
    this.events = new RowBatch(sidecar, 'INSERT OR REPLACE INTO event_rows', 6);
    [this.replay, this.calls, this.writes, this.exceptions] = this.start();
  }

  private start(): [ThreadReplay, CallRows, WriteRows, ExceptionRows] {
    const { db, thread, texts, sites, store } = this;
    const replay = new ThreadReplay(this.recording.resolver(thread));
    const exceptions = new ExceptionRows(db, thread, (call, exception) => calls.threw(call, exception));
    const calls = new CallRows(db, thread, replay, { texts, sites, exceptions, store }, this.wants);
    return [replay, calls, new WriteRows(db, thread, replay, { texts, sites, store }), exceptions];
  }

  /** Adds the rows of one chunk. `carry` is what the chunk before it left. */
  addChunk(info: ChunkInfo, groups: ReadonlySet<RowGroup>, carry: Carry | undefined): ChunkResult {
    const chunk = this.recording.tryChunk(this.thread, info);
    if (typeof chunk === 'string') return { words: info.words, carry: undefined, damage: chunk };
    const follows = this.lastChunk >= 0 && info.chunk === this.lastChunk + 1;
    if (!follows) [this.replay, this.calls, this.writes, this.exceptions] = this.start();
    const { replay, calls } = this;
    this.texts.clear();
    const objects = new LiveObjects((node) => this.texts.changed(node));
    const lost = replay.beginChunk(chunk.header);
    const withCalls = groups.has('calls');
    if (withCalls) {
      calls.lost(lost, chunk.header.firstEvent, chunk.header.startNs);
      if (!follows || this.lastCallsChunk !== this.lastChunk) {
        this.exceptions.restore(carry?.inFlight ?? []);
        this.addOlderFrames(info);
        calls.restore(carry?.pending ?? []);
      }
    }
    chunk.forEach((event) => {
      objects.begin(event);
      const frame = replay.step(event);
      if (withCalls) this.callEvent(event, frame);
      if (groups.has('writes')) this.writes.event(event, frame);
      if (groups.has('events')) this.eventRow(event, frame);
      objects.end(event, replay.resolver.resolve(event.payload));
    });
    const result: ChunkResult = { words: chunk.words.length, carry: undefined, damage: chunk.damage };
    this.writes.flush();
    this.events.flush();
    if (withCalls) result.carry = { pending: calls.endChunk(), inFlight: this.exceptions.carry() };
    // A chunk that is still growing, or cannot be read to its end, does not tell how the next one begins.
    this.lastChunk = info.final && chunk.damage === undefined ? info.chunk : -1;
    if (withCalls) this.lastCallsChunk = this.lastChunk;
    return result;
  }

  /** Open frames whose beginning no indexed chunk has told: their own chunk is asked. */
  private addOlderFrames(info: ChunkInfo): void {
    const chunks = this.recording.chunks(this.thread);
    for (const frame of this.replay.stack) {
      if (!this.wants(frame) || this.calls.hasStart(frame.call)) continue;
      const birth = chunks[chunkOfCall(chunks, frame.call)];
      if (!birth || birth.chunk >= info.chunk) continue;
      const known = digestOf(this.recording, this.thread, birth)?.frame(frame.call);
      if (known?.arguments) this.calls.addOlder({ ...known, arguments: this.contents(known.arguments, birth) });
    }
  }

  /** Values of an older chunk with what their objects held at its end. */
  private contents(values: readonly Value[], { chunk }: ChunkInfo): Value[] {
    const at = this.recording.chunks(this.thread).findIndex((info) => info.chunk === chunk);
    const objects = new ObjectsAt(this.recording, this.thread, at, Number.MAX_SAFE_INTEGER, undefined);
    return values.map((value) => objects.value(value, chunk));
  }

  private callEvent(event: ChunkEvent, frame: Frame | undefined): void {
    const { kind } = event;
    this.calls.event(event);
    this.links.event(event, frame);
    if (kind < K.WRITE) return;
    const callRow = frame ? callId(this.thread, frame.call) : null;
    const value = event.values[0];
    switch (kind) {
      case K.THROW:
        this.exceptions.thrown(value, event, frame, callRow);
        break;
      case K.CATCH:
        this.exceptions.seen(value, event, frame, callRow, true);
        break;
      case K.UNCAUGHT:
        this.exceptions.seen(value, event, frame, callRow, false);
        break;
      case K.EXPRESSION: {
        const site = this.replay.resolver.resolve(event.payload);
        const isCall = site !== undefined && CALL_EXPRESSION.test(site.table.names[site.b] ?? '');
        this.calls.placeCalls(isCall ? site.line : undefined);
        return;
      }
      default:
        if (kind > K.THROW) this.facts.event(event, frame);
        break;
    }
    this.calls.placeCalls(undefined);
  }

  private eventRow(event: ChunkEvent, frame: Frame | undefined): void {
    const site = siteOfEvent(event.kind, event.payload, this.replay.resolver);
    this.events.add(
      this.thread,
      event.event,
      event.timeNs,
      eventName(event.kind),
      frame ? callId(this.thread, frame.call) : null,
      site ? this.sites.need(site) : null,
    );
  }
}
