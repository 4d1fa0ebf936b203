import { H, K, type ChunkHeader, type EventScanner } from '@execution-cinema/format';
import type { SleepingCall } from './past.ts';
import { variableOf, type SiteResolver } from './sites.ts';

/** A frame while the chunk is scanned: numbers only, since most frames end before anybody asks for them. */
export interface CallRow {
  call: number;
  siteId: number;
  /** Event of its ENTER, relative to the chunk; -1 when it is older. */
  enter: number;
  causeCode: number;
  causeCall: number;
  link: number;
  position: number;
  /** Of one that sleeps: where it stood before it fell asleep, -1 when that is older than the chunk. */
  shown: number;
  /** Event of its last THIS. */
  thisEvent: number;
  sleptAt: number;
  /** Since when it sleeps when that is older than the chunk. */
  sleeper: SleepingCall | undefined;
  /** Variable and event of its last write, in turns; as far as `written`. Kept when the row is used again. */
  writes: number[];
  written: number;
}

/** What was written to the variables of a scope that closures share: event by variable. */
export type ScopeWrites = Map<number, number>;

/**
 * The open calls of one chunk, the scopes that it opened and the last writes of both, event by event and without values:
 * `ThreadReplay` in numbers. Events are told by their numbers from the first one of the chunk.
 */
export class ChunkReplay {
  readonly header: ChunkHeader;
  readonly stack: CallRow[] = [];
  readonly asleep = new Map<number, CallRow>();
  /** What was on top before the last event and left the stack by it, until the next one. */
  left: CallRow | undefined;
  /** Calls that opened a scope: their arguments may live on in a closure. */
  readonly openers = new Map<number, CallRow>();
  readonly writesOfScopes = new Map<number, ScopeWrites>();
  /** Event and call on top by scope instance, from the first one of the chunk. */
  readonly scopeEvents: number[] = [];
  readonly scopeCalls: number[] = [];
  private readonly resolver: SiteResolver;
  private readonly free: CallRow[] = [];
  private nextCall: number;

  /** `sleepers` are the calls that slept when the chunk began, as far as known. */
  constructor(header: ChunkHeader, resolver: SiteResolver, sleepers: readonly SleepingCall[] = []) {
    this.header = header;
    this.resolver = resolver;
    for (const sleeper of sleepers) {
      const row = newRow(sleeper.call, sleeper.siteId, sleeper.link);
      row.position = sleeper.suspendSite;
      row.sleeper = sleeper;
      this.asleep.set(sleeper.call, row);
    }
    for (const { call, site, scope } of header.frames) {
      const known = this.asleep.get(call);
      this.asleep.delete(call);
      this.stack.push(newRow(call, site, scope || (known?.link ?? 0)));
    }
    this.nextCall = header.nextCall;
  }

  /** Takes in the event at which the scanner stands. */
  step(scanner: EventScanner): void {
    const { stack, resolver } = this;
    const { kind, payload } = scanner;
    const at = scanner.event - this.header.firstEvent;
    this.left = undefined;
    if (kind <= K.ENTER_MANY) {
      const row = this.takeRow(this.nextCall++, payload);
      row.enter = at;
      row.position = payload;
      row.causeCode = scanner.causeCode;
      row.causeCall = scanner.causeCall;
      stack.push(row);
      return;
    }
    if (kind < K.SUSPEND) {
      if (kind === K.RETURN_VALUE) return;
      const count = kind === K.UNWIND ? payload : 1;
      this.left = stack[stack.length - 1];
      for (let left = count; left > 0 && stack.length > 0; left--) this.release(stack.pop()!);
      return;
    }
    const top = stack[stack.length - 1];
    if (kind <= K.SUSPEND_VALUE) {
      if (!top) return;
      this.left = stack.pop();
      top.shown = top.position;
      if (resolver.resolve(payload)) top.position = payload;
      top.sleptAt = at;
      this.asleep.set(top.call, top);
    } else if (kind === K.RESUME) {
      const { words, operands } = scanner;
      const call = H.u53(words[operands]!, words[operands + 1]!);
      const row = this.asleep.get(call) ?? newRow(call, payload, 0);
      this.asleep.delete(call);
      row.sleptAt = -1;
      row.sleeper = undefined;
      stack.push(row);
    } else this.execute(scanner, at, top);
  }

  /** A row for a call that begins: one of a call that has ended, where there is one. */
  private takeRow(call: number, siteId: number): CallRow {
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

  private release(row: CallRow): void {
    if (!this.openers.has(row.call)) this.free.push(row);
  }

  private execute(scanner: EventScanner, at: number, top: CallRow | undefined): void {
    const { kind, payload, words, operands } = scanner;
    const { resolver } = this;
    if (kind === K.SCOPE_LINK) {
      if (top) top.link ||= K.linkedInstance(words, operands);
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
}

/** Kinds that do not say where the frame on top stands. */
const NOT_EXECUTED = new Uint8Array(256);
for (const kind of [
  K.CORRELATION, K.LOG, K.UNCAUGHT, K.REQUEST_START, K.REQUEST_END, K.MARK, K.AGGREGATE, K.SEND, K.RECEIVE,
  K.REQUEST_SOCKET, K.REQUEST_TRACE,
]) NOT_EXECUTED[kind] = 1; // prettier-ignore

/** Whether an event of this kind tells where the frame on top stands. */
export function isExecuted(kind: number): boolean {
  return NOT_EXECUTED[kind] === 0;
}

function newRow(call: number, siteId: number, link: number): CallRow {
  return {
    call,
    siteId,
    enter: -1,
    causeCode: -1,
    causeCall: 0,
    link,
    position: -1,
    shown: -1,
    thisEvent: -1,
    sleptAt: -1,
    sleeper: undefined,
    writes: [],
    written: 0,
  };
}

function noteWrite(row: CallRow, variable: number, at: number): void {
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

/** Event of the last write of a variable, from the first one of the chunk; undefined when it was not written. */
export function lastWriteIn({ writes, written }: CallRow, variable: number): number | undefined {
  for (let i = 0; i < written; i += 2) if (writes[i] === variable) return writes[i + 1];
  return undefined;
}

/** True when the site lies in the function of the frame. */
function isOwn(resolver: SiteResolver, siteId: number, row: CallRow): boolean {
  const own = resolver.functionOf(siteId);
  return own > 0 && own === resolver.functionOf(row.siteId);
}
