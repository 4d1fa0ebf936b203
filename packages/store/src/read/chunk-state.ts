import { EventScanner } from '@execution-cinema/format';
import { ChunkReplay, lastWriteIn, type CallRow } from './chunk-replay.ts';
import { nextEvent, type ChunkView } from './chunk-view.ts';
import type { SleepingCall } from './past.ts';
import { unknownFrame, type Frame, type ScopeInstance } from './replay.ts';
import type { SiteResolver } from './sites.ts';
import { LastWrite } from './variables.ts';

/** What one chunk knows of open calls, scopes and variables just after an event: `ThreadReplay` without what has ended. */
export class ChunkState {
  private readonly view: ChunkView;
  private readonly resolver: SiteResolver;
  private readonly replay: ChunkReplay;
  private readonly scanner: EventScanner;
  private readonly frames = new Map<CallRow, Frame>();
  /** Whether it knows what slept when the chunk began. */
  readonly sleepersKnown: boolean;

  /** `sleepers` are the calls that slept when the chunk began, undefined when that is not known. */
  constructor(view: ChunkView, resolver: SiteResolver, until: number, sleepers?: readonly SleepingCall[]) {
    const { words, header } = view;
    this.view = view;
    this.resolver = resolver;
    this.sleepersKnown = sleepers !== undefined;
    this.replay = new ChunkReplay(header, resolver, sleepers);
    this.scanner = new EventScanner(words, header);
    this.advance(until);
  }

  /** Goes on to just after a later event. */
  advance(until: number): void {
    const { scanner, replay } = this;
    this.frames.clear();
    // They may have been moved since the last time.
    scanner.words = this.view.words;
    while (scanner.event < until && nextEvent(scanner)) replay.step(scanner);
  }

  /** Number of the last event that was taken in. */
  get event(): number {
    return this.scanner.event;
  }

  /** Open frames, outermost first. */
  get stack(): Frame[] {
    return this.replay.stack.map((row) => this.frameOfRow(row));
  }

  get asleep(): Frame[] {
    return [...this.replay.asleep.values()].map((row) => this.frameOfRow(row));
  }

  /** The frame that the last event took from the stack, the first one where it took several. */
  get left(): Frame | undefined {
    return this.replay.left && this.frameOfRow(this.replay.left);
  }

  /** A call that is open or sleeps, or that opened a scope in this chunk. */
  frame(call: number): Frame | undefined {
    const row = this.openRow(call) ?? this.replay.openers.get(call);
    return row && this.frameOfRow(row);
  }

  private openRow(call: number): CallRow | undefined {
    const { stack, asleep } = this.replay;
    return stack.find((open) => open.call === call) ?? asleep.get(call);
  }

  private frameOfRow(row: CallRow): Frame {
    let frame = this.frames.get(row);
    if (!frame) {
      const { resolver, view } = this;
      const { chunk } = this.replay.header;
      frame = unknownFrame(row.call, row.siteId, resolver);
      frame.link = row.link;
      frame.position = row.position < 0 ? undefined : resolver.resolve(row.position);
      frame.chunk = chunk;
      if (row.enter >= 0) beginFrame(frame, view, row.enter, row.causeCode >= 0 ? row.causeCall : 0);
      if (row.thisEvent >= 0) frame.thisFrom = { event: view.event(row.thisEvent), chunk };
      if (row.sleptAt >= 0) {
        const { event, timeNs } = view.event(row.sleptAt);
        frame.sleeping = { event, timeNs, site: frame.position };
      } else if (row.sleeper) {
        frame.sleeping = { event: row.sleeper.sinceEvent, timeNs: row.sleeper.sinceNs, site: frame.position };
      }
      this.frames.set(row, frame);
    }
    return frame;
  }

  hasScope(instance: number): boolean {
    const { header, scopeEvents } = this.replay;
    const at = instance - header.nextScope;
    return at >= 0 && at < scopeEvents.length;
  }

  scope(instance: number): ScopeInstance | undefined {
    if (!this.hasScope(instance)) return undefined;
    const { header, scopeEvents, scopeCalls } = this.replay;
    const at = instance - header.nextScope;
    return openedScope(instance, this.view, scopeEvents[at]!, scopeCalls[at]!, this.resolver);
  }

  writeOfCall(call: number, variable: number): LastWrite | undefined {
    const row = this.openRow(call);
    return this.writeAt(row && lastWriteIn(row, variable));
  }

  writeOfScope(instance: number, variable: number): LastWrite | undefined {
    return this.writeAt(this.replay.writesOfScopes.get(instance)?.get(variable));
  }

  /** Variables of a scope instance that were written in this chunk. */
  variablesOfScope(instance: number): Iterable<number> {
    return this.replay.writesOfScopes.get(instance)?.keys() ?? [];
  }

  private writeAt(at: number | undefined): LastWrite | undefined {
    return at === undefined ? undefined : new LastWrite(this.view, at);
  }
}

/** Fills in how a call began: with the event at this place in its chunk. */
export function beginFrame(frame: Frame, view: ChunkView, enter: number, causeCall: number): void {
  const event = view.event(enter);
  frame.begin = event;
  frame.startEvent = event.event;
  frame.startNs = event.timeNs;
  frame.asyncParent = causeCall;
  if (frame.site?.function.parameters[0] === 'this') frame.thisFrom = { event, chunk: frame.chunk };
}

/** The scope instance that the event at this place in a chunk opened. */
export function openedScope(
  instance: number,
  view: ChunkView,
  at: number,
  call: number,
  resolver: SiteResolver,
): ScopeInstance {
  const { event, number, number2, payload } = view.event(at);
  return { instance, site: resolver.resolve(payload), parent: number, from: number2, call, event };
}
