import { H, K, type EventScanner, type Value } from '@execution-cinema/format';
import type { ChunkView } from '../read/chunk-view.ts';
import type { Site, SiteResolver } from '../read/sites.ts';

/** A call as a comparison needs it. */
export interface RunFrame {
  call: number;
  site: Site | undefined;
  /** Where it stands. */
  position: Site | undefined;
  /** What it is about to return, from a `return` that passes a `finally`. */
  pending: Value;
}

export type RunOutcome = 'returned' | 'threw' | 'closed' | 'terminated';

/** The stack of a thread while its events are gone through, without values: `ThreadReplay` for millions of events. */
export class RunStack {
  readonly resolver: SiteResolver;
  stack: RunFrame[] = [];
  nextCall = 1;
  /** How the last event ended the innermost frame that it ended; undefined when it ended none. */
  outcome: RunOutcome | undefined;
  /** The frame that the last event ended first. */
  ended: RunFrame | undefined;
  /** The last event woke a frame. */
  woke = false;
  private readonly asleep = new Map<number, RunFrame>();
  private nextEvent = -1;

  constructor(resolver: SiteResolver) {
    this.resolver = resolver;
  }

  beginChunk({ chunk: { header } }: ChunkView): void {
    const { stack: before, asleep } = this;
    const follows = header.firstEvent === this.nextEvent && header.dropped === 0;
    const outer = follows && before.length >= header.framesOmitted ? before.slice(0, header.framesOmitted) : [];
    const known = new Map(before.map((frame) => [frame.call, frame]));
    const listed = header.frames.map(({ call, site }) => {
      const frame = known.get(call) ?? asleep.get(call) ?? this.frame(call, site);
      asleep.delete(call);
      return frame;
    });
    this.stack = [...outer, ...listed];
    this.nextCall = header.nextCall;
    this.nextEvent = header.firstEvent;
  }

  private frame(call: number, siteId: number): RunFrame {
    const site = this.resolver.resolve(siteId);
    return { call, site, position: undefined, pending: undefined };
  }

  /** Takes in an event. Returns the frame that it belongs to: on top, or the one that it began, ended, woke or put to sleep. */
  step(scanner: EventScanner, view: ChunkView): RunFrame | undefined {
    const { kind, payload } = scanner;
    const { stack } = this;
    this.outcome = undefined;
    this.woke = false;
    this.nextEvent = scanner.event + 1;
    if (kind <= K.ENTER_MANY) {
      const frame = this.frame(this.nextCall++, payload);
      frame.position = frame.site;
      stack.push(frame);
      return frame;
    }
    const top = stack[stack.length - 1];
    if (kind < K.SUSPEND) return kind === K.RETURN_VALUE ? this.pend(scanner, view, top) : this.leave(kind, payload);
    if (kind <= K.SUSPEND_VALUE) {
      const frame = stack.pop();
      if (!frame) return undefined;
      frame.position = this.resolver.resolve(payload) ?? frame.position;
      this.asleep.set(frame.call, frame);
      return frame;
    }
    if (kind === K.RESUME) {
      const call = H.u53(scanner.words[scanner.operands]!, scanner.words[scanner.operands + 1]!);
      const frame = this.asleep.get(call) ?? this.frame(call, payload);
      this.asleep.delete(call);
      this.woke = true;
      stack.push(frame);
      return frame;
    }
    if (top && NO_PLACE[kind] !== 1) {
      const site = this.resolver.resolve(payload);
      if (site && site.function === top.site?.function) top.position = site;
    }
    return top;
  }

  private pend({ event }: EventScanner, view: ChunkView, top: RunFrame | undefined): RunFrame | undefined {
    if (top) [top.pending] = view.freshValues(event - view.firstEvent);
    return top;
  }

  private leave(kind: number, payload: number): RunFrame | undefined {
    const { stack } = this;
    if (kind !== K.UNWIND) {
      this.ended = stack.pop();
      if (this.ended) this.outcome = kind === K.LEAVE_THROW ? 'threw' : kind === K.LEAVE_CLOSED ? 'closed' : 'returned';
      return this.ended;
    }
    for (let left = payload; left > 0 && stack.length > 0; left--) {
      const frame = stack.pop();
      if (this.outcome === undefined) this.ended = frame;
      this.outcome = 'terminated';
    }
    return stack[stack.length - 1];
  }
}

/** Kinds whose payload is no site of the frame on top. */
const NO_PLACE = new Uint8Array(256);
for (const kind of [
  K.SCOPE_LINK, K.CORRELATION, K.LOG, K.UNCAUGHT, K.REQUEST_START, K.REQUEST_END, K.MARK, K.AGGREGATE, K.SEND, K.RECEIVE,
  K.REQUEST_SOCKET,
]) NO_PLACE[kind] = 1; // prettier-ignore
