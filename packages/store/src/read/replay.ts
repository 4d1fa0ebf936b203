import { K, type ChunkHeader, type DecodedEvent, type Value } from '@execution-cinema/format';
import type { Site, SiteResolver } from './sites.ts';

export type Outcome = 'returned' | 'threw' | 'suspended' | 'running' | 'closed' | 'terminated';

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
  /** Correlation that calls made from here get: its own until `withCorrelation` or a request changes it. */
  correlationInForce: number;
  /** Its ENTER; undefined when it began before the replayed part. */
  begin: DecodedEvent | undefined;
  /** Values of ENTER by position, decoded when they are asked for. */
  readonly arguments: Value[] | undefined;
  startEvent: number;
  startNs: number;
  /** Frames below it now; changes when it is resumed. */
  depth: number;
  /** Frames below it when it was called. */
  startDepth: number;
  /**
   * Innermost shared scope instance: the one it opened last, else the one it closes over; 0 none but the module's.
   * Its parents lead to all others in reach.
   */
  link: number;
  /** What told `this`, first or last of its values, and the chunk in which that lies. */
  thisFrom: { event: DecodedEvent; chunk: number } | undefined;
  /** Chunk in which its arguments lie, as far as replayed. */
  chunk: number;
  /** Value of a return that still runs finally blocks. */
  pending: DecodedEvent | undefined;
  hasPending: boolean;
  /** Site last executed in this frame: where it stands. Undefined when that lies before the replayed part. */
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
 * sleeps and which scopes exist; consumers look at `top`, `entered`, `ended`, `woken` and `slept` after each `step`.
 */
export class ThreadReplay {
  readonly resolver: SiteResolver;
  stack: Frame[] = [];
  readonly asleep = new Map<number, Frame>();
  readonly scopes = new Map<number, ScopeInstance>();
  nextCall = 1;
  nextScope = 1;
  private nextEvent = -1;
  /** Number of the chunk that is replayed. */
  chunk = 0;
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

  /**
   * Begins a chunk: takes the open frames from its header, keeping what is already known of them. Returns the frames
   * that ended unseen, because events were dropped in between.
   */
  beginChunk(header: ChunkHeader): Frame[] {
    const before = this.stack;
    const follows = header.firstEvent === this.nextEvent && header.dropped === 0;
    const known = new Map(before.map((frame) => [frame.call, frame]));
    // The header lists the innermost frames only; those further out are known when nothing is missing in between.
    const outer = follows && before.length >= header.framesOmitted ? before.slice(0, header.framesOmitted) : [];
    const listed = header.frames.map((open, i) => {
      const frame =
        known.get(open.call) ?? this.asleep.get(open.call) ?? unknownFrame(open.call, open.site, this.resolver);
      frame.link = open.scope || frame.link;
      frame.depth = i + header.framesOmitted;
      frame.sleeping = undefined;
      this.asleep.delete(open.call);
      return frame;
    });
    this.stack = [...outer, ...listed];
    const top = this.top;
    if (top) {
      top.correlation ||= header.correlation;
      top.correlationInForce = header.correlation || top.correlationInForce;
    }
    this.chunk = header.chunk;
    this.nextCall = header.nextCall;
    this.nextScope = header.nextScope;
    this.nextEvent = header.firstEvent;
    if (follows || before.length === 0) return [];
    const open = new Set(this.stack);
    return before.filter((frame) => !open.has(frame)).reverse();
  }

  /**
   * Applies one event. Returns the frame that the event belongs to: the one on top, or the one that began, ended,
   * slept or woke.
   */
  step(event: DecodedEvent): Frame | undefined {
    if (this.ended.length > 0) this.ended = [];
    this.entered = this.woken = this.slept = undefined;
    this.openedScope = undefined;
    this.nextEvent = event.event + 1;
    const { kind } = event;
    if (kind >= K.ENTER_0 && kind <= K.ENTER_MANY) return this.enter(event);
    switch (kind) {
      case K.LEAVE_VALUE:
      case K.LEAVE_SMI:
        return this.leave('returned', event.values[0]);
      case K.LEAVE_UNDEFINED:
        return this.leave('returned', undefined);
      case K.LEAVE_THROW:
        return this.leave('threw', undefined);
      case K.LEAVE_PENDING:
        return this.leave('returned', this.top?.pending?.values[0]);
      case K.LEAVE_CLOSED:
        return this.leave('closed', undefined);
      case K.UNWIND: {
        for (let i = 0; i < event.payload && this.stack.length > 0; i++) this.leave('terminated', undefined);
        return this.top;
      }
      case K.SUSPEND:
      case K.SUSPEND_VALUE:
        return this.suspend(event);
      case K.RESUME:
        return this.resume(event);
      default:
        return this.note(event);
    }
  }

  private enter(event: DecodedEvent): Frame {
    const parent = this.top;
    const site = this.resolver.resolve(event.payload);
    const call = this.nextCall++;
    const caused = event.causeCode >= 0;
    const correlation = caused ? event.causeCorrelation || call : parent ? parent.correlationInForce : call;
    const frame = new OpenCall(call, site, event.payload, event);
    frame.parent = parent?.call ?? 0;
    frame.asyncParent = caused ? event.causeCall : 0;
    frame.causeCode = caused ? event.causeCode : -1;
    frame.correlation = frame.correlationInForce = correlation;
    frame.chunk = this.chunk;
    frame.startEvent = event.event;
    frame.startNs = event.timeNs;
    frame.depth = frame.startDepth = this.stack.length;
    frame.position = site;
    if (site?.function.parameters[0] === 'this') frame.thisFrom = { event, chunk: this.chunk };
    this.stack.push(frame);
    this.entered = frame;
    return frame;
  }

  private leave(outcome: Outcome, value: Value): Frame | undefined {
    const frame = this.stack.pop();
    if (!frame) return undefined;
    this.ended.push({ frame, outcome, value });
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
    return frame;
  }

  private resume(event: DecodedEvent): Frame {
    const call = event.number;
    const frame = this.asleep.get(call) ?? unknownFrame(call, event.payload, this.resolver);
    this.asleep.delete(call);
    frame.sleeping = undefined;
    if (event.causeCode >= 0 && event.causeCorrelation !== 0) {
      frame.correlation ||= event.causeCorrelation;
      frame.correlationInForce = event.causeCorrelation;
    } else if (this.top) {
      // A generator that is resumed synchronously works for whoever resumes it.
      frame.correlationInForce = this.top.correlationInForce;
    }
    frame.depth = this.stack.length;
    this.stack.push(frame);
    this.woken = frame;
    return frame;
  }

  private note(event: DecodedEvent): Frame | undefined {
    const top = this.top;
    switch (event.kind) {
      case K.SCOPE_OPEN:
      case K.SCOPE_COPY:
        this.openScope(event, top);
        return top;
      case K.SCOPE_LINK:
        // A scope that the frame has opened already leads there by its parents.
        if (top && top.link === 0) top.link = event.number;
        return top;
      case K.RETURN_VALUE:
        if (top) {
          top.pending = event;
          top.hasPending = true;
        }
        return top;
      case K.CORRELATION: // names it; what belongs to it says so before its ENTER
      case K.LOG:
      case K.UNCAUGHT:
      case K.REQUEST_START:
      case K.REQUEST_END:
      case K.MARK:
      case K.AGGREGATE:
      case K.SEND:
      case K.RECEIVE:
      case K.REQUEST_SOCKET:
      case K.REQUEST_TRACE:
        return top;
      default:
        break;
    }
    const site = this.resolver.resolve(event.payload);
    if (!top || !site || site.function !== top.site?.function) return top;
    top.position = site;
    if (event.kind === K.THIS) top.thisFrom = { event, chunk: this.chunk };
    return top;
  }

  private openScope(event: DecodedEvent, top: Frame | undefined): void {
    const instance = this.nextScope++;
    const site = this.resolver.resolve(event.payload);
    this.openedScope = {
      instance,
      site,
      parent: event.number,
      from: event.number2,
      call: top?.call ?? 0,
      event: event.event,
    };
    this.scopes.set(instance, this.openedScope);
    // A module's scope opens while the frame that loads it is on top: that one does not see it.
    if (top && site && site.function === top.site?.function) {
      top.link = instance;
      top.position = site;
    }
  }
}

/** A class, not an object literal: millions of them are made. */
class OpenCall implements Frame {
  readonly call: number;
  readonly site: Site | undefined;
  readonly siteId: number;
  parent = -1;
  asyncParent = 0;
  causeCode = -1;
  correlation = 0;
  correlationInForce = 0;
  begin: DecodedEvent | undefined;
  startEvent = -1;
  startNs = -1;
  depth = 0;
  startDepth = 0;
  link = 0;
  thisFrom: Frame['thisFrom'];
  chunk = 0;
  pending: DecodedEvent | undefined;
  hasPending = false;
  position: Site | undefined;
  sleeping: Frame['sleeping'];

  constructor(call: number, site: Site | undefined, siteId: number, begin: DecodedEvent | undefined) {
    this.call = call;
    this.site = site;
    this.siteId = siteId;
    this.begin = begin;
    this.thisFrom = undefined;
    this.pending = undefined;
    this.position = undefined;
    this.sleeping = undefined;
  }

  get arguments(): Value[] | undefined {
    return this.begin?.values;
  }
}

/** A frame of which only its call and its function are known. */
export function unknownFrame(call: number, siteId: number, resolver: SiteResolver): Frame {
  return new OpenCall(call, resolver.resolve(siteId), siteId, undefined);
}
