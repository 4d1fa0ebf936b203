import { H, K, type ChunkHeader, type EventScanner, type FunctionEntry } from '@execution-cinema/format';
import { namesSite } from '../read/event-list.ts';
import type { SiteResolver } from '../read/sites.ts';

/** Kinds that say where the frame on top stands, when their site lies in its function. */
const STANDS = new Uint8Array(256);
for (let kind = K.WRITE; kind < 256; kind++) STANDS[kind] = namesSite(kind) && kind !== K.AGGREGATE ? 1 : 0;
STANDS[K.RESUME_VALUE] = 1;

/** Where a frame stood is not known from this chunk. */
export const UNKNOWN = -1;

export interface TrackedFrame {
  readonly call: number;
  readonly functionSite: number;
  readonly entry: FunctionEntry | undefined;
  /** Site last executed, UNKNOWN when that lies before this chunk. */
  position: number;
  /** Where it stood at the last moment at which it was on top. */
  shown: number;
}

/** What is known of frames that are older than the chunk. */
export interface TrackPast {
  /** Position of a frame that was open when the chunk began. */
  position(call: number): number;
  /** Positions of a frame that slept when the chunk began. */
  sleeping(call: number): { position: number; shown: number };
  /** Kind of the event just before the chunk, 0 when that is not stored. */
  lastKind(): number;
}

/**
 * The stack of a thread event by event, without values: enough to say where every frame stands. Begin it with the
 * header of a chunk and call `step` after every `scanner.next()`; then look at the fields.
 */
export class Track {
  readonly stack: TrackedFrame[] = [];
  readonly asleep = new Map<number, TrackedFrame>();
  private readonly resolver: SiteResolver;
  private readonly past: TrackPast;
  private nextCall: number;

  /** The last event began a step of the frame on top: another line, or the same place again. */
  moved = false;
  /** The frame that the last event belongs to: that began, ended, slept, woke or executed a site; else undefined. */
  actor: TrackedFrame | undefined;
  /** Where the actor stood before the event. */
  before = UNKNOWN;
  private kind = 0;
  private previous = UNKNOWN;
  /** Frames that the last event ended. */
  readonly ended: TrackedFrame[] = [];

  constructor(header: ChunkHeader, resolver: SiteResolver, past: TrackPast) {
    this.resolver = resolver;
    this.past = past;
    this.nextCall = header.nextCall;
    for (const { call, site } of header.frames) this.push(call, site, UNKNOWN);
  }

  get top(): TrackedFrame | undefined {
    return this.stack[this.stack.length - 1];
  }

  private push(call: number, functionSite: number, position: number): TrackedFrame {
    const entry = this.resolver.resolve(functionSite)?.function;
    const frame = { call, functionSite, entry, position, shown: position };
    this.stack.push(frame);
    return frame;
  }

  step(scanner: EventScanner): void {
    const { kind, payload } = scanner;
    this.previous = this.kind;
    this.kind = kind;
    this.moved = false;
    this.actor = undefined;
    if (this.ended.length > 0) this.ended.length = 0;
    if (kind <= K.ENTER_MANY) {
      this.actor = this.push(this.nextCall++, payload, payload);
      this.before = UNKNOWN;
      this.moved = true;
      return;
    }
    if (kind < K.SUSPEND) return this.leave(kind, payload);
    if (kind <= K.SUSPEND_VALUE) return this.suspend(payload);
    if (kind === K.RESUME) return this.resume(scanner);
    if (STANDS[kind] === 1) this.execute(kind, payload);
  }

  private leave(kind: number, payload: number): void {
    if (kind === K.RETURN_VALUE) return;
    for (let left = kind === K.UNWIND ? payload : 1; left > 0; left--) {
      const frame = this.stack.pop();
      if (!frame) break;
      this.ended.push(frame);
    }
    this.actor = this.ended[0];
    this.before = UNKNOWN;
  }

  private suspend(site: number): void {
    const frame = this.stack.pop();
    if (!frame) return;
    this.actor = frame;
    this.settle(frame);
    this.before = frame.position;
    if (this.resolver.resolve(site)) frame.position = site;
    this.asleep.set(frame.call, frame);
  }

  private resume(scanner: EventScanner): void {
    const { words, operands } = scanner;
    const call = H.u53(words[operands]!, words[operands + 1]!);
    let frame = this.asleep.get(call);
    if (frame) {
      this.asleep.delete(call);
      this.stack.push(frame);
    } else {
      frame = this.push(call, scanner.payload, UNKNOWN);
      Object.assign(frame, this.past.sleeping(call));
    }
    this.actor = frame;
    this.before = frame.shown;
    this.moved = this.lineOf(frame.shown) !== this.lineOf(frame.position);
    frame.shown = frame.position;
  }

  private execute(kind: number, siteId: number): void {
    const frame = this.top;
    const site = this.resolver.resolve(siteId);
    if (!frame || !site || site.function !== frame.entry) return;
    this.settle(frame);
    this.actor = frame;
    this.before = frame.position;
    const again = siteId === frame.position && kind !== K.RESUME_VALUE;
    this.moved = again || this.lineOf(frame.position) !== site.line;
    frame.position = frame.shown = siteId;
  }

  /** Kind of the event before the last one. */
  previousKind(): number {
    // No kind is 0: this is the first event of the chunk.
    return this.previous === 0 ? this.past.lastKind() : this.previous;
  }

  /** The last event put another frame on top: one began, ended, slept or woke. */
  get switched(): boolean {
    const { kind } = this;
    if (kind <= K.ENTER_MANY || kind === K.RESUME) return true;
    if (kind === K.SUSPEND || kind === K.SUSPEND_VALUE) return this.actor !== undefined;
    return this.ended.length > 0;
  }

  /** Finds out where an older frame stands. */
  private settle(frame: TrackedFrame): void {
    if (frame.position === UNKNOWN) frame.position = frame.shown = this.past.position(frame.call);
  }

  /** Site at which the frame on top stands. */
  standing(): number {
    const frame = this.top;
    if (!frame) return UNKNOWN;
    this.settle(frame);
    return frame.position;
  }

  lineOf(siteId: number): number {
    return siteId === UNKNOWN ? 0 : (this.resolver.resolve(siteId)?.line ?? 0);
  }
}
