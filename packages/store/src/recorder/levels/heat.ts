import { EventScanner, K, R, T, type Definitions } from '@execution-cinema/format';
import type { Piece } from '../ring-reader.ts';
import { Sampling } from './sampling.ts';

/*
 * What recording costs, per function, estimated from the words that threads produced. Only the beginning of what an
 * interval brought is looked at when it is much, in samples, and taken for the whole; counts are added up whole.
 */

/**
 * About what a middling machine needs, fitted to what acorn, TypeScript, prettier, marked and a fastify server took longer
 * than plain at boundaries and locals: within a quarter of it for each of them, and rather too much than too little,
 * since a budget is a promise.
 */
const EVENT_NS = 14;
const WORD_NS = 6;
/**
 * What a recorded call costs beyond that: V8 does not inline it any more, nor what it calls. Found in acorn with a fifth of it
 * recorded; with everything recorded the words are what counts.
 */
const CALL_NS = 60;
/** Finding out what an object is, giving it its number. */
const OBJECT_NS = 400;
/** A property, item or entry of an object whose content is taken. */
const ENTRY_NS = 60;
/** A text that is searched for secrets, and each of its characters. */
const TEXT_NS = 450;
const CHAR_NS = 4;
/** What is told of a request: start, connection and end, each. */
const REQUEST_NS = 600;
/** A promise, timer, tick or handle that is followed, with what Node itself takes for telling us. */
const FOLLOWED_NS = 180;
/** What a visit to a site costs that is only counted. */
const COUNTED_NS = 30;
/** Events gone through per interval and thread; few of them are looked at, but counts, which come all at once, are all found. */
const EVENTS_MAX = 400_000;
/** Frames followed within one look. */
const DEPTH_MAX = 1_000;

export interface SiteHeat {
  /** Nanoseconds in the interval that recording this site took. */
  recordedNs: number;
  /** How often it was recorded. */
  visits: number;
  /** How often the site was counted instead of recorded. */
  counted: number;
}

export interface ThreadHeat {
  /** Nanoseconds in the interval that recording took, over all sites. */
  recordedNs: number;
  sites: Map<number, SiteHeat>;
  /** Sites of functions that threw, as far as seen. */
  thrown: Set<number>;
  /** Nanoseconds in the interval that following resources took. */
  followedNs: number;
}

/** Gathers one thread's events of one interval. */
export class HeatGauge {
  private sampling = new Sampling();
  /** Weights of the events that were looked at, and what recording them took. */
  private seenEvents = 0;
  private seenNs = 0;
  private allEvents = 0;
  private readonly sites = new Map<number, SiteHeat>();
  private readonly thrown = new Set<number>();
  private readonly found: Definitions = { objects: [], strings: [] };
  private readonly control: Int32Array;
  private followed: number;

  /** `control`: the control words of the thread's ring. */
  constructor(control: Int32Array) {
    this.control = control;
    this.followed = control[R.R_FOLLOWED]!;
  }

  /** Takes a stored piece into account. `words` is the whole slot that it lies in. */
  add(words: Int32Array, piece: Piece): void {
    const room = EVENTS_MAX - this.allEvents;
    this.allEvents += piece.events;
    if (room <= 0 && piece.throws === 0) return;
    const scanner = new EventScanner(words, piece.header, piece.to);
    scanner.position = Math.max(piece.from, piece.header.headerWords);
    const frames: number[] = [];
    let events = 0;
    let before = scanner.position;
    let isSeen = this.look(scanner, room > 0);
    while (scanner.next()) {
      if (scanner.kind === K.AGGREGATE) this.count(scanner);
      if (isSeen) this.charge(scanner, frames, scanner.position - before);
      if (isSeen || piece.throws > 0) this.follow(scanner, frames);
      else frames.length = 0;
      if (++events >= room && piece.throws === 0) break;
      isSeen = this.look(scanner, events < room);
      before = scanner.position;
    }
  }

  /** Whether the next event is looked at; its values are found then. */
  private look(scanner: EventScanner, isWithin: boolean): boolean {
    const isSeen = isWithin && this.sampling.next();
    scanner.found = isSeen ? this.found : undefined;
    return isSeen;
  }

  /** The function on top, as far as it can be told from the middle of a stream, and what it threw. */
  private follow({ kind, payload }: EventScanner, frames: number[]): void {
    if (kind <= K.ENTER_MANY || kind === K.RESUME) {
      if (frames.length < DEPTH_MAX) frames.push(payload);
    } else if (kind === K.THROW) this.thrown.add(payload);
    else if (kind === K.LEAVE_THROW) {
      const site = frames.pop();
      if (site !== undefined) this.thrown.add(site);
    } else if (kind === K.UNWIND) frames.length = Math.max(0, frames.length - payload);
    else if (kind >= K.LEAVE_VALUE && kind <= K.SUSPEND_VALUE && kind !== K.RETURN_VALUE) frames.pop();
  }

  private charge(scanner: EventScanner, frames: readonly number[], words: number): void {
    const { weight } = this.sampling;
    const ns = EVENT_NS + words * WORD_NS + this.valuesNs(scanner) + extraNs(scanner);
    this.found.objects.length = this.found.strings.length = 0;
    this.seenEvents += weight;
    this.seenNs += ns * weight;
    if (scanner.kind === K.AGGREGATE) return;
    const own = siteOf(scanner);
    const site = own ?? frames.at(-1);
    if (site === undefined) return;
    const heat = this.heatOf(site);
    heat.recordedNs += ns * weight;
    if (own !== undefined) heat.visits += weight;
  }

  private count({ payload, words, operands }: EventScanner): void {
    this.heatOf(payload).counted += words[operands]! >>> 0;
  }

  private heatOf(site: number): SiteHeat {
    let heat = this.sites.get(site);
    if (heat === undefined) this.sites.set(site, (heat = { recordedNs: 0, visits: 0, counted: 0 }));
    return heat;
  }

  /** What the event's values take beyond their words. */
  private valuesNs({ words }: EventScanner): number {
    const { objects, strings } = this.found;
    let ns = 0;
    for (const at of strings) ns += TEXT_NS + ((words[at]! >>> 8) & T.STRING_LENGTH_MAX) * CHAR_NS;
    for (const at of objects) {
      const tag = words[at]! & 0xff;
      if (tag !== T.FUNCTION) ns += OBJECT_NS + entriesOf(tag, words[at]! >>> 8) * ENTRY_NS;
    }
    return ns;
  }

  /** What the interval brought. The gauge begins a new one. */
  take(): ThreadHeat {
    const followed = this.control[R.R_FOLLOWED]!;
    // The count wraps.
    const followedNs = ((followed - this.followed) >>> 0) * FOLLOWED_NS;
    this.followed = followed;
    const factor = this.seenEvents === 0 ? 0 : this.allEvents / this.seenEvents;
    for (const heat of this.sites.values()) {
      heat.recordedNs *= factor;
      heat.visits *= factor;
    }
    const taken = {
      recordedNs: this.seenNs * factor,
      sites: new Map(this.sites),
      thrown: new Set(this.thrown),
      followedNs,
    };
    this.sampling = new Sampling();
    this.seenEvents = this.seenNs = this.allEvents = 0;
    this.sites.clear();
    this.thrown.clear();
    return taken;
  }
}

/** Nanoseconds that so many counted visits take. */
export function countedNs(visits: number): number {
  return visits * COUNTED_NS;
}

/** What an event takes for what it is. */
function extraNs({ kind }: EventScanner): number {
  if (kind <= K.ENTER_MANY) return CALL_NS;
  return kind === K.REQUEST_START || kind === K.REQUEST_SOCKET || kind === K.REQUEST_END ? REQUEST_NS : 0;
}

/** Values that the head of an object announces. */
function entriesOf(tag: number, payload: number): number {
  if (tag === T.OBJECT || tag === T.ERROR) return payload & T.OBJECT_COUNT_MASK;
  if (tag === T.MAP) return 2 * payload;
  return tag === T.ARRAY || tag === T.SET ? payload : 0;
}

/** The site in an event's header; undefined where the payload is something else and the frame on top pays. */
function siteOf({ kind, payload }: EventScanner): number | undefined {
  if (kind <= K.ENTER_MANY) return payload;
  if (kind < K.SUSPEND) return undefined;
  const other =
    kind === K.SCOPE_LINK || kind === K.LOG || (kind >= K.UNCAUGHT && kind <= K.MARK) || kind >= K.CORRELATION;
  return other ? undefined : payload;
}
