import { H, K, type EventScanner } from '@execution-cinema/format';
import { FIXED } from '../read/chunk-view.ts';
import type { ChunkMapper } from '../read/chunk-map.ts';
import type { Chunk } from '../read/chunks.ts';
import { namesSite } from '../read/event-list.ts';
import { END, POSITION, THIS_VALUE, type SleepingCall } from '../read/past.ts';
import { variableOf, type SiteResolver } from '../read/sites.ts';
import { FACTS_OF_KIND } from './fact-chunks.ts';
import { ownerOfCall, ownerOfScope, type Owner } from '../read/variables.ts';

/** What one chunk adds to the seek index. */
export interface ChunkSeek {
  /** What this chunk touched of owners that are older than it. */
  touched: Map<Owner, Set<number>>;
  /** Calls that fell asleep here and still sleep at its end. */
  slept: SleepingCall[];
  /** Calls that slept when it began and do not any more. */
  woken: number[];
  /** Sites that its events name, ascending. */
  sites: Uint32Array;
  /** Objects older than the chunk whose content it captured, ascending. */
  objects: Uint32Array;
  /** Calls that scheduled calls which begin here. */
  causes: Set<number>;
  /** Which facts lists are made of happened: bits of `FACT_BITS`. */
  facts: number;
}

/** Kinds whose payload is a site of the function on top: where the frame stands. */
const STANDS = new Uint8Array(256);
for (const kind of [
  K.WRITE, K.WRITE_SCOPED, K.PROPERTY, K.PROPERTY_COMPUTED, K.PROPERTY_DELETE, K.MUTATION, K.EXPRESSION, K.THROW, K.CATCH, K.THIS,
  K.RESUME_VALUE, K.LOG_INJECTED, K.SCOPE_OPEN, K.SCOPE_COPY,
]) STANDS[kind] = 1; // prettier-ignore

const NAMES_SITE = new Uint8Array(256);
for (let kind = K.FIRST_EVENT_KIND; kind < 256; kind++) NAMES_SITE[kind] = namesSite(kind) ? 1 : 0;

const EMPTY = new Uint32Array(0);

/** A set of site ids that costs one comparison for those already in it. */
class NotedSites {
  private rounds = new Uint32Array(1024);
  private round = 1;
  private list: number[] = [];

  add(site: number): void {
    if (this.rounds[site] === this.round) return;
    if (site >= this.rounds.length) {
      const larger = new Uint32Array(2 * site);
      larger.set(this.rounds);
      this.rounds = larger;
    }
    this.rounds[site] = this.round;
    this.list.push(site);
  }

  /** What was added since the last time, ascending. */
  take(): Uint32Array {
    const result = Uint32Array.from(this.list).sort();
    this.list = [];
    this.round++;
    return result;
  }
}

/** Identities below `next` of objects whose content can change, each once, ascending. */
function olderThan(next: number, words: Int32Array, heads: readonly number[]): Uint32Array {
  const ids: number[] = [];
  for (const head of heads) {
    const id = words[head + 1]!;
    if (id > 0 && id < next && !FIXED.has(words[head]! & 0xff)) ids.push(id);
  }
  const sorted = Uint32Array.from(ids).sort();
  return sorted.filter((id, i) => id !== sorted[i - 1]);
}

/** Frames of the chunk as three arrays: this loop runs millions of times a second and must not allocate. */
interface Frames {
  calls: number[];
  sites: number[];
  links: number[];
}

/**
 * Scans the chunks of one thread in order, without decoding values. `asleep` are the calls that sleep when the first
 * one begins; it is kept up to date.
 */
export class SeekScanner {
  private readonly resolver: SiteResolver;
  readonly asleep: Map<number, SleepingCall>;
  private readonly noted = new NotedSites();

  constructor(resolver: SiteResolver, asleep: Map<number, SleepingCall>) {
    this.resolver = resolver;
    this.asleep = asleep;
  }

  /** Scans one chunk. What comes after damaged words is not counted. `mapper` and `also` get the same events. */
  scan(chunk: Chunk, mapper: ChunkMapper, also: (scanner: EventScanner) => void): ChunkSeek {
    const { header, words } = chunk;
    const older = header.nextCall;
    const olderScopes = header.nextScope;
    const result: ChunkSeek = {
      touched: new Map(),
      slept: [],
      woken: [],
      sites: EMPTY,
      objects: EMPTY,
      causes: new Set(),
      facts: 0,
    };
    const { noted } = this;
    const frames: Frames = {
      calls: header.frames.map((frame) => frame.call),
      sites: header.frames.map((frame) => frame.site),
      links: header.frames.map((frame) => frame.scope),
    };
    const fresh = new Map<number, SleepingCall>();
    let nextCall = header.nextCall;
    let nextScope = header.nextScope;
    // After a gap the header may list calls that slept before it.
    for (const call of frames.calls) this.wake(call, fresh, result);
    chunk.scan((scanner) => {
      mapper.note(scanner);
      also(scanner);
      const { kind, payload } = scanner;
      if (NAMES_SITE[kind] === 1) noted.add(payload);
      result.facts |= FACTS_OF_KIND[kind]!;
      if (kind <= K.ENTER_MANY) {
        if (scanner.causeCode >= 0 && scanner.causeCall > 0) result.causes.add(scanner.causeCall);
        push(frames, nextCall++, payload, 0);
        return;
      }
      const depth = frames.calls.length - 1;
      if (kind < K.SUSPEND) {
        if (kind === K.RETURN_VALUE || depth < 0) return;
        for (let left = kind === K.UNWIND ? payload : 1; left > 0 && frames.calls.length > 0; left--) {
          const call = pop(frames);
          if (call < older) touch(result.touched, ownerOfCall(call), END);
        }
        return;
      }
      if (kind <= K.SUSPEND_VALUE) {
        if (depth < 0) return;
        const call = this.sleep(frames, scanner, fresh);
        if (call < older) touch(result.touched, ownerOfCall(call), POSITION);
        return;
      }
      if (kind === K.RESUME) {
        const call = H.u53(words[scanner.operands]!, words[scanner.operands + 1]!);
        const sleeper = this.wake(call, fresh, result);
        push(frames, call, payload, sleeper?.link ?? 0);
        return;
      }
      if (kind === K.SCOPE_OPEN || kind === K.SCOPE_COPY) {
        const instance = nextScope++;
        if (depth >= 0 && this.isOwn(payload, frames.sites[depth]!)) frames.links[depth] = instance;
      } else if (kind === K.SCOPE_LINK) {
        if (depth >= 0) frames.links[depth] ||= K.linkedInstance(words, scanner.operands);
      } else if (kind === K.WRITE_SCOPED) {
        const instance = words[scanner.operands]! >>> 0;
        if (instance < olderScopes) {
          const site = this.resolver.resolve(payload);
          if (site) touch(result.touched, ownerOfScope(instance), site.a);
        }
      }
      if (depth >= 0 && frames.calls[depth]! < older && STANDS[kind] === 1) {
        this.touchOlder(frames.calls[depth]!, frames.sites[depth]!, kind, payload, result);
      }
    }, mapper.found);
    for (const sleeper of fresh.values()) {
      result.slept.push(sleeper);
      this.asleep.set(sleeper.call, sleeper);
    }
    result.sites = noted.take();
    result.objects = olderThan(header.nextObject, words, mapper.found.objects);
    return result;
  }

  private sleep(frames: Frames, scanner: EventScanner, fresh: Map<number, SleepingCall>): number {
    const depth = frames.calls.length - 1;
    const siteId = frames.sites[depth]!;
    const link = frames.links[depth]!;
    const call = pop(frames);
    fresh.set(call, {
      call,
      siteId,
      link,
      suspendSite: scanner.payload,
      sinceEvent: scanner.event,
      sinceNs: scanner.timeNs,
    });
    return call;
  }

  private wake(call: number, fresh: Map<number, SleepingCall>, result: ChunkSeek): SleepingCall | undefined {
    const recent = fresh.get(call);
    if (recent) {
      fresh.delete(call);
      return recent;
    }
    const sleeper = this.asleep.get(call);
    if (sleeper) {
      this.asleep.delete(call);
      result.woken.push(call);
    }
    return sleeper;
  }

  /** True when the site lies in the function of the FUNCTION site. */
  private isOwn(siteId: number, functionSite: number): boolean {
    const own = this.resolver.functionOf(siteId);
    return own > 0 && own === this.resolver.functionOf(functionSite);
  }

  private touchOlder(call: number, functionSite: number, kind: number, payload: number, result: ChunkSeek): void {
    if (!this.isOwn(payload, functionSite)) return;
    const owner = ownerOfCall(call);
    touch(result.touched, owner, POSITION);
    if (kind === K.THIS) touch(result.touched, owner, THIS_VALUE);
    else if (kind === K.WRITE || kind === K.CATCH) {
      const site = this.resolver.resolve(payload)!;
      if (kind === K.WRITE || variableOf(site)) touch(result.touched, owner, site.a);
    }
  }
}

function push(frames: Frames, call: number, site: number, link: number): void {
  frames.calls.push(call);
  frames.sites.push(site);
  frames.links.push(link);
}

function pop(frames: Frames): number {
  frames.sites.pop();
  frames.links.pop();
  return frames.calls.pop()!;
}

function touch(touched: Map<Owner, Set<number>>, owner: Owner, variable: number): void {
  const variables = touched.get(owner);
  if (variables) variables.add(variable);
  else touched.set(owner, new Set([variable]));
}
