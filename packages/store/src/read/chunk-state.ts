import { EventScanner, H, K, type ChunkHeader } from '@execution-cinema/format';
import { LazyEvent, nextEvent, type ChunkView } from './chunk-view.ts';
import type { SleepingCall } from './past.ts';
import { unknownFrame, type Frame, type ScopeInstance } from './replay.ts';
import type { SiteResolver } from './sites.ts';
import { variableOf } from './sites.ts';
import type { LastWrite, Owner } from './variables.ts';

/** A frame while the chunk is scanned: numbers only, since most frames end before anybody asks for them. */
interface Row {
  call: number;
  siteId: number;
  /** Event of its ENTER, relative to the chunk; -1 when it is older. */
  enter: number;
  causeCode: number;
  causeCall: number;
  link: number;
  position: number;
  /** Event of its last THIS. */
  thisEvent: number;
  sleptAt: number;
  /** Since when it sleeps when that is older than the chunk. */
  sleeper: SleepingCall | undefined;
  /** Variable and event of its last write, in turns; as far as `written`. Kept when the row is used again. */
  writes: number[];
  written: number;
}

/** What one chunk knows of open calls, scopes and variables just after an event: `ThreadReplay` without what has ended. */
export class ChunkState {
  private readonly header: ChunkHeader;
  private held: ChunkView | undefined;
  private readonly again: () => ChunkView | undefined;
  private readonly resolver: SiteResolver;
  private readonly stackRows: Row[] = [];
  private readonly asleepRows = new Map<number, Row>();
  /** Calls that opened a scope: their arguments may live on in a closure. */
  private readonly openers = new Map<number, Row>();
  private readonly free: Row[] = [];
  private readonly writesOfScopes = new Map<number, Map<number, number>>();
  /** Event and call on top by scope instance, from the first one of the chunk. */
  private readonly scopeEvents: number[] = [];
  private readonly scopeCalls: number[] = [];
  private readonly frames = new Map<Row, Frame>();
  private scanner: EventScanner | undefined;
  private nextCall: number;

  constructor(view: ChunkView, resolver: SiteResolver, until: number, sleepers: readonly SleepingCall[] = []) {
    this.header = view.chunk.header;
    this.held = view;
    this.again = view.again;
    this.resolver = resolver;
    for (const sleeper of sleepers) {
      const row = newRow(sleeper.call, sleeper.siteId, sleeper.link);
      row.position = sleeper.suspendSite;
      row.sleeper = sleeper;
      this.asleepRows.set(sleeper.call, row);
    }
    for (const { call, site, scope } of this.header.frames) {
      const known = this.asleepRows.get(call);
      this.asleepRows.delete(call);
      this.stackRows.push(newRow(call, site, scope || (known?.link ?? 0)));
    }
    this.scanner = new EventScanner(view.chunk.words, view.chunk.header);
    this.nextCall = this.header.nextCall;
    this.advance(until);
  }

  /** Goes on to just after a later event. */
  advance(until: number): void {
    const { resolver, stackRows, scanner, header } = this;
    if (!scanner) return;
    const { words } = scanner;
    this.frames.clear();
    while (scanner.event < until && nextEvent(scanner)) {
      const { kind, payload } = scanner;
      const at = scanner.event - header.firstEvent;
      if (kind <= K.ENTER_MANY) {
        const row = this.takeRow(this.nextCall++, payload);
        row.enter = at;
        row.position = payload;
        row.causeCode = scanner.causeCode;
        row.causeCall = scanner.causeCall;
        stackRows.push(row);
        continue;
      }
      if (kind < K.SUSPEND) {
        if (kind === K.RETURN_VALUE) continue;
        const count = kind === K.UNWIND ? payload : 1;
        for (let left = count; left > 0 && stackRows.length > 0; left--) this.release(stackRows.pop()!);
        continue;
      }
      const top = stackRows[stackRows.length - 1];
      if (kind <= K.SUSPEND_VALUE) {
        if (!top) continue;
        stackRows.pop();
        if (resolver.resolve(payload)) top.position = payload;
        top.sleptAt = at;
        this.asleepRows.set(top.call, top);
      } else if (kind === K.RESUME) {
        const call = H.u53(words[scanner.operands]!, words[scanner.operands + 1]!);
        const row = this.asleepRows.get(call) ?? newRow(call, payload, 0);
        this.asleepRows.delete(call);
        row.sleptAt = -1;
        row.sleeper = undefined;
        stackRows.push(row);
      } else this.execute(scanner, at, top);
    }
  }

  /** Lets go of the words, once it will not go on: a few numbers are left, which lead to values through a view found again. */
  finish(): this {
    this.held = this.scanner = undefined;
    return this;
  }

  private get view(): ChunkView {
    const view = this.held ?? this.again();
    if (!view) throw new RangeError(`chunk ${this.header.chunk} is not in the recording any more (pruned?)`);
    return view;
  }

  /** A row for a call that begins: one of a call that has ended, where there is one. */
  private takeRow(call: number, siteId: number): Row {
    const row = this.free.pop();
    if (!row) return newRow(call, siteId, 0);
    // Field by field: this runs for every call of a chunk.
    row.call = call;
    row.siteId = siteId;
    row.link = 0;
    row.thisEvent = -1;
    row.sleptAt = -1;
    row.sleeper = undefined;
    row.written = 0;
    return row;
  }

  private release(row: Row): void {
    if (!this.openers.has(row.call)) this.free.push(row);
  }

  private execute(scanner: EventScanner, at: number, top: Row | undefined): void {
    const { kind, payload, words, operands } = scanner;
    const { resolver } = this;
    if (kind === K.SCOPE_LINK) {
      if (top) top.link ||= words[operands]! >>> 0;
      return;
    }
    if (kind === K.SCOPE_OPEN || kind === K.SCOPE_COPY) {
      const instance = this.header.nextScope + this.scopeEvents.length;
      this.scopeEvents.push(at);
      this.scopeCalls.push(top?.call ?? 0);
      if (!top) return;
      this.openers.set(top.call, top);
      // A module's scope opens while the frame that loads it is on top: that one does not see it.
      if (!isOwn(resolver, payload, top)) return;
      top.link = instance;
      top.position = payload;
      return;
    }
    if (NOT_EXECUTED[kind] === 1) return;
    if (kind === K.WRITE_SCOPED) {
      const site = resolver.resolve(payload);
      const instance = words[operands]! >>> 0;
      let writes = this.writesOfScopes.get(instance);
      if (!writes) this.writesOfScopes.set(instance, (writes = new Map()));
      if (site && site.a >= 0) writes.set(site.a, at);
    }
    if (!top || !isOwn(resolver, payload, top)) return;
    top.position = payload;
    if (kind === K.THIS) top.thisEvent = at;
    else if (kind === K.WRITE || kind === K.CATCH) {
      const site = resolver.resolve(payload)!;
      const variable = variableOf(site);
      if (!variable || (kind === K.CATCH && site.table.scopes[variable.scope]?.shared)) return;
      noteWrite(top, site.a, at);
    }
  }

  /** Open frames, outermost first. */
  get stack(): Frame[] {
    return this.stackRows.map((row) => this.frameOfRow(row));
  }

  get asleep(): Frame[] {
    return [...this.asleepRows.values()].map((row) => this.frameOfRow(row));
  }

  /** A call that is open or sleeps, or that opened a scope in this chunk. */
  frame(call: number): Frame | undefined {
    const row =
      this.stackRows.find((open) => open.call === call) ?? this.asleepRows.get(call) ?? this.openers.get(call);
    return row && this.frameOfRow(row);
  }

  private frameOfRow(row: Row): Frame {
    let frame = this.frames.get(row);
    if (!frame) {
      const { resolver, view } = this;
      const { chunk } = this.header;
      frame = unknownFrame(row.call, row.siteId, resolver);
      frame.link = row.link;
      frame.position = row.position < 0 ? undefined : resolver.resolve(row.position);
      frame.chunk = chunk;
      if (row.enter >= 0) {
        const enter = view.event(row.enter);
        frame.arguments = enter.values;
        frame.startEvent = enter.event;
        frame.startNs = enter.timeNs;
        frame.asyncParent = row.causeCode >= 0 ? row.causeCall : 0;
        if (frame.site?.function.parameters[0] === 'this') frame.thisFrom = { event: enter, chunk };
      }
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
    const at = instance - this.header.nextScope;
    return at >= 0 && at < this.scopeEvents.length;
  }

  scope(instance: number): ScopeInstance | undefined {
    if (!this.hasScope(instance)) return undefined;
    const at = instance - this.header.nextScope;
    const { event, number, number2, payload } = this.view.event(this.scopeEvents[at]!);
    const site = this.resolver.resolve(payload);
    return { instance, site, parent: number, from: number2, call: this.scopeCalls[at]!, event };
  }

  writeOf(owner: Owner, variable: number): LastWrite | undefined {
    return owner % 2 === 0 ? this.writeOfCall(owner / 2, variable) : this.writeOfScope((owner - 1) / 2, variable);
  }

  writeOfCall(call: number, variable: number): LastWrite | undefined {
    const row = this.stackRows.find((open) => open.call === call) ?? this.asleepRows.get(call);
    return this.writeAt(row && lastWriteIn(row, variable));
  }

  writeOfScope(instance: number, variable: number): LastWrite | undefined {
    return this.writeAt(this.writesOfScopes.get(instance)?.get(variable));
  }

  private writeAt(at: number | undefined): LastWrite | undefined {
    if (at === undefined) return undefined;
    const source: LazyEvent = this.view.event(at);
    return {
      get value() {
        return source.values[0];
      },
      chunk: this.header.chunk,
      event: source.event,
      timeNs: source.timeNs,
      site: this.resolver.resolve(source.payload)!,
    };
  }
}

/** Kinds that do not say where the frame on top stands. */
const NOT_EXECUTED = new Uint8Array(256);
for (const kind of [
  K.CORRELATION, K.LOG, K.UNCAUGHT, K.REQUEST_START, K.REQUEST_END, K.MARK, K.AGGREGATE, K.SEND, K.RECEIVE,
  K.REQUEST_SOCKET, K.REQUEST_TRACE,
]) NOT_EXECUTED[kind] = 1; // prettier-ignore

function newRow(call: number, siteId: number, link: number): Row {
  return {
    call,
    siteId,
    enter: -1,
    causeCode: -1,
    causeCall: 0,
    link,
    position: -1,
    thisEvent: -1,
    sleptAt: -1,
    sleeper: undefined,
    writes: [],
    written: 0,
  };
}

function noteWrite(row: Row, variable: number, at: number): void {
  const { writes, written } = row;
  for (let i = 0; i < written; i += 2) {
    if (writes[i] === variable) {
      writes[i + 1] = at;
      return;
    }
  }
  writes[written] = variable;
  writes[written + 1] = at;
  row.written = written + 2;
}

function lastWriteIn({ writes, written }: Row, variable: number): number | undefined {
  for (let i = 0; i < written; i += 2) if (writes[i] === variable) return writes[i + 1];
  return undefined;
}

/** True when the site lies in the function of the frame. */
function isOwn(resolver: SiteResolver, siteId: number, row: Row): boolean {
  const site = resolver.resolve(siteId);
  return site !== undefined && site.function === resolver.resolve(row.siteId)?.function;
}
