import { K, type ChunkHeader, type DecodedEvent, type Value } from "@execution-cinema/format";
import type { Site, SiteResolver } from "./sites.ts";

export type Outcome = "returned" | "threw" | "suspended" | "running" | "closed" | "terminated";

/** A call that has begun and, as far as replayed, not ended. */
export interface Frame {
  call: number;
  /** FUNCTION site; undefined when the module's table is not in the recording. */
  site: Site | undefined;
  siteId: number;
  /** Call number of the caller on the stack when it began, 0 for none; -1 when it began before the replayed part. */
  parent: number;
  asyncParent: number;
  causeCode: number;
  correlation: number;
  /** Values of ENTER by position; undefined when it began before the replayed part. */
  arguments: Value[] | undefined;
  startEvent: number;
  startNs: number;
  depth: number;
  /**
   * Innermost shared scope instance: the one it opened last, else the one it closes over; 0 none but the module's.
   * Its parents lead to all others in reach.
   */
  link: number;
  thisValue: Value;
  /** Value of a return that still runs finally blocks. */
  pending: Value;
  hasPending: boolean;
  /** Site last executed in this frame: where it stands. */
  position: Site | undefined;
  /** While it sleeps: since when and where. */
  sleeping: { event: number; timeNs: number; site: Site | undefined } | undefined;
}

/** A scope instance shared by closures. */
export interface ScopeInstance {
  instance: number;
  site: Site | undefined;
  parent: number;
  /** Instance whose values it began with (`for (let ...)`), 0 none. */
  from: number;
  /** Call on top when it opened, 0 none. */
  call: number;
  event: number;
}

export interface Ended {
  frame: Frame;
  outcome: Outcome;
  value: Value;
}

/**
 * The stack machine of one thread: feed it the events of consecutive chunks in order. It holds what is open, what
 * sleeps and which scopes exist; consumers look at `top`, `entered`, `ended` and `woken` after each `step`.
 */
export class ThreadReplay {
  readonly resolver: SiteResolver;
  stack: Frame[] = [];
  readonly asleep = new Map<number, Frame>();
  readonly scopes = new Map<number, ScopeInstance>();
  nextCall = 1;
  nextScope = 1;
  correlation = 0;
  /** Frames that the last step ended, innermost first. */
  ended: Ended[] = [];
  /** Frame that the last step began. */
  entered: Frame | undefined;
  /** Frame that the last step woke or put to sleep. */
  woken: Frame | undefined;
  slept: Frame | undefined;
  openedScope: ScopeInstance | undefined;

  constructor(resolver: SiteResolver) {
    this.resolver = resolver;
  }

  get top(): Frame | undefined {
    return this.stack[this.stack.length - 1];
  }

  /** Begins a chunk: takes the open frames from its header, keeping what is already known of them. */
  beginChunk(header: ChunkHeader): void {
    const known = new Map(this.stack.map((frame) => [frame.call, frame]));
    this.stack = header.frames.map((open, i) => {
      const frame = known.get(open.call) ?? this.asleep.get(open.call) ?? this.unknownFrame(open.call, open.site, header, header.frames[i - 1]?.call ?? 0);
      frame.link = open.scope || frame.link;
      frame.depth = i + header.framesOmitted;
      frame.sleeping = undefined;
      this.asleep.delete(open.call);
      return frame;
    });
    this.nextCall = header.nextCall;
    this.nextScope = header.nextScope;
    this.correlation = header.correlation;
  }

  /** Applies one event. Returns the frame that the event belongs to: the one on top, or the one that began, ended, slept or woke. */
  step(event: DecodedEvent): Frame | undefined {
    if (this.ended.length > 0) this.ended = [];
    this.entered = this.woken = this.slept = undefined;
    this.openedScope = undefined;
    const { kind } = event;
    if (kind >= K.ENTER_0 && kind <= K.ENTER_MANY) return this.enter(event);
    switch (kind) {
      case K.LEAVE_VALUE: case K.LEAVE_SMI: return this.leave("returned", event.values[0]);
      case K.LEAVE_UNDEFINED: return this.leave("returned", undefined);
      case K.LEAVE_THROW: return this.leave("threw", undefined);
      case K.LEAVE_PENDING: return this.leave("returned", this.top?.pending);
      case K.LEAVE_CLOSED: return this.leave("closed", undefined);
      case K.UNWIND: {
        for (let i = 0; i < event.payload; i++) this.leave("terminated", undefined);
        return this.top;
      }
      case K.SUSPEND: case K.SUSPEND_VALUE: return this.suspend(event);
      case K.RESUME: return this.resume(event);
      default: return this.note(event);
    }
  }

  private enter(event: DecodedEvent): Frame {
    const parent = this.top;
    const site = this.resolver.resolve(event.payload);
    const call = this.nextCall++;
    const caused = event.causeCode >= 0;
    if (caused) this.correlation = event.causeCorrelation || call;
    else if (!parent) this.correlation = call;
    const frame: Frame = {
      call, site, siteId: event.payload, parent: parent?.call ?? 0,
      asyncParent: caused ? event.causeCall : 0, causeCode: caused ? event.causeCode : -1,
      correlation: this.correlation, arguments: event.values, startEvent: event.event, startNs: event.timeNs,
      depth: this.stack.length, link: 0, thisValue: undefined, pending: undefined, hasPending: false,
      position: site, sleeping: undefined,
    };
    if (site?.function.parameters[0] === "this") frame.thisValue = event.values[0];
    this.stack.push(frame);
    this.entered = frame;
    return frame;
  }

  private leave(outcome: Outcome, value: Value): Frame | undefined {
    const frame = this.stack.pop();
    if (!frame) return undefined;
    this.ended.push({ frame, outcome, value });
    if (this.stack.length === 0) this.correlation = 0;
    return frame;
  }

  private suspend(event: DecodedEvent): Frame | undefined {
    const frame = this.stack.pop();
    if (!frame) return undefined;
    const site = this.resolver.resolve(event.payload);
    frame.position = site ?? frame.position;
    frame.sleeping = { event: event.event, timeNs: event.timeNs, site };
    this.asleep.set(frame.call, frame);
    this.slept = frame;
    if (this.stack.length === 0) this.correlation = 0;
    return frame;
  }

  private resume(event: DecodedEvent): Frame {
    const call = event.number;
    const parent = this.top;
    const frame = this.asleep.get(call) ?? this.unknownFrame(call, event.payload, undefined, -1);
    this.asleep.delete(call);
    if (event.causeCode >= 0 && event.causeCorrelation !== 0) frame.correlation = event.causeCorrelation;
    this.correlation = frame.correlation || parent?.correlation || 0;
    frame.depth = this.stack.length;
    this.stack.push(frame);
    this.woken = frame;
    return frame;
  }

  private note(event: DecodedEvent): Frame | undefined {
    const top = this.top;
    switch (event.kind) {
      case K.SCOPE_OPEN: case K.SCOPE_COPY: {
        const instance = this.nextScope++;
        this.openedScope = {
          instance, site: this.resolver.resolve(event.payload), parent: event.number, from: event.number2,
          call: top?.call ?? 0, event: event.event,
        };
        this.scopes.set(instance, this.openedScope);
        if (top && this.openedScope.site?.function === top.site?.function) top.link = instance;
        return top;
      }
      case K.SCOPE_LINK: if (top) top.link = event.number; return top;
      case K.RETURN_VALUE: if (top) { top.pending = event.values[0]; top.hasPending = true; } return top;
      case K.THIS: if (top) top.thisValue = event.values[0]; break;
      case K.CORRELATION: this.correlation = event.number; return top;
      case K.LOG: case K.UNCAUGHT: case K.REQUEST_START: case K.REQUEST_END: case K.MARK: return top;
      default: break;
    }
    const site = this.resolver.resolve(event.payload);
    if (top && site && site.function === top.site?.function) top.position = site;
    return top;
  }

  private unknownFrame(call: number, siteId: number, header: ChunkHeader | undefined, parent: number): Frame {
    const site = this.resolver.resolve(siteId);
    return {
      call, site, siteId, parent, asyncParent: 0, causeCode: -1, correlation: header?.correlation ?? 0,
      arguments: undefined, startEvent: -1, startNs: -1, depth: 0, link: 0, thisValue: undefined,
      pending: undefined, hasPending: false, position: undefined, sleeping: undefined,
    };
  }
}
