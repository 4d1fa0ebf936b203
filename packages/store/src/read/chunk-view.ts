import {
  captured,
  decodeOperands,
  EventScanner,
  isCaptured,
  K,
  skipValue,
  T,
  ValueDecoder,
  type Captured,
  type DecodedEvent,
  type Definitions,
  type Value,
} from '@execution-cinema/format';
import type { Chunk, ChunkInfo } from './chunks.ts';
import { applyChange, changesObjects } from './live-objects.ts';
import type { Recording } from './recording.ts';
import type { SiteResolver } from './sites.ts';
import { Timeline } from './times.ts';

/** Views kept per recording: one holds a few numbers per event, string and object of its chunk. */
const VIEW_CACHE_COUNT = 12;
const caches = new WeakMap<Recording, Map<string, ChunkView>>();

/**
 * The view of a chunk, undefined when it is damaged from the start or not stored. Views are kept, since the next
 * question is often about the same chunk.
 */
export function chunkView(recording: Recording, thread: number, info: ChunkInfo): ChunkView | undefined {
  let cache = caches.get(recording);
  if (!cache) caches.set(recording, (cache = new Map()));
  const key = `${thread}/${info.chunk}/${info.words}`;
  let view = cache.get(key);
  if (!view) {
    const chunk = recording.tryChunk(thread, info);
    if (typeof chunk === 'string') return undefined;
    // What refers to a view from outside does not keep it.
    view = new ChunkView(chunk, recording.resolver(thread), () => chunkView(recording, thread, info), info.events);
  }
  // Deleted and set again, so that the order of the map is that of the last use.
  cache.delete(key);
  if (cache.size >= VIEW_CACHE_COUNT) cache.delete(cache.keys().next().value!);
  cache.set(key, view);
  return view;
}

/** An event whose values are decoded when they are asked for. Objects in them are told by identity (`shallow`). */
export class LazyEvent implements DecodedEvent {
  kind = 0;
  payload = 0;
  event = 0;
  timeExact = false;
  number = 0;
  number2 = 0;
  number3 = 0;
  causeCode = -1;
  causeCall = 0;
  causeCorrelation = 0;
  /** Word of its first operand. */
  readonly operands: number;
  private readonly view: () => ChunkView | undefined;
  private decoded: Value[] | undefined;

  constructor(view: () => ChunkView | undefined, operands: number) {
    this.view = view;
    this.operands = operands;
  }

  get timeNs(): number {
    return this.view()?.chunk.timeOf(this.event) ?? 0;
  }

  get values(): Value[] {
    this.decoded ??= this.view()?.operandsOf(this).values ?? [];
    return this.decoded;
  }
}

/** One chunk in which values are decoded one by one, wherever they stand. */
export class ChunkView {
  readonly chunk: Chunk;
  private readonly resolver: SiteResolver;
  private readonly view: () => ChunkView | undefined;
  private readonly words: Int32Array;
  /** Word of the head of every event, by number from the first one. */
  private readonly events: Int32Array;
  private readonly found: Definitions = { objects: [], strings: [] };
  /** Events that change what objects hold, by number from the first one. */
  private readonly changes: Int32Array;
  private readonly texts = new Map<number, string>();
  private captures: Map<number, number[]> | undefined;
  private readonly changesOf = new Map<number, readonly number[]>();

  /** `view` finds this view again. `eventsExpected` spares growing lists. */
  constructor(chunk: Chunk, resolver: SiteResolver, view: () => ChunkView | undefined, eventsExpected: number) {
    this.chunk = chunk;
    this.view = view;
    this.resolver = resolver;
    this.words = chunk.words;
    const heads = new NumberList(eventsExpected);
    const changes = new NumberList(eventsExpected >> 2);
    const scanner = new EventScanner(chunk.words, chunk.header);
    scanner.found = this.found;
    const timeline = new Timeline();
    try {
      while (scanner.next()) {
        if (scanner.timePoint || heads.count === 0) timeline.note(scanner);
        if (CHANGES[scanner.kind] === 1) changes.add(heads.count);
        heads.add(scanner.at);
      }
    } catch {
      // What comes after damaged words is not an event.
    }
    chunk.useTimeline(timeline, chunk.header.firstEvent + heads.count);
    this.events = heads.taken();
    this.changes = changes.taken();
  }

  get firstEvent(): number {
    return this.chunk.header.firstEvent;
  }

  /** Number of the event after the last one that can be read. */
  get endEvent(): number {
    return this.firstEvent + this.events.length;
  }

  /** Calls `visit` with the events up to `until`. */
  forEach(until: number, visit: (event: LazyEvent) => void): void {
    const scanner = new EventScanner(this.words, this.chunk.header);
    while (scanner.event < until && nextEvent(scanner)) {
      const event = new LazyEvent(this.view, scanner.operands);
      event.kind = scanner.kind;
      event.payload = scanner.payload;
      event.event = scanner.event;
      event.timeExact = scanner.timePoint;
      event.causeCode = scanner.causeCode;
      event.causeCall = scanner.causeCall;
      event.causeCorrelation = scanner.causeCorrelation;
      if (HAS_NUMBER[event.kind] === 1) this.readNumbers(event);
      visit(event);
    }
  }

  /** An event by its number from the first one; without its cause. */
  event(at: number): LazyEvent {
    const word = this.events[at]!;
    const head = this.words[word]!;
    const event = new LazyEvent(this.view, word + 1);
    event.kind = head & 0xff;
    event.payload = head >>> 8;
    event.event = this.firstEvent + at;
    if (HAS_NUMBER[event.kind] === 1) this.readNumbers(event);
    return event;
  }

  private readNumbers(event: LazyEvent): void {
    const { number, number2, number3 } = this.operandsOf(event);
    event.number = number;
    event.number2 = number2;
    event.number3 = number3;
  }

  operandsOf(event: LazyEvent): { number: number; number2: number; number3: number; values: Value[] } {
    const result = { number: 0, number2: 0, number3: 0, values: [] as Value[] };
    decodeOperands(new LazyDecoder(this, event.operands), event.kind, event.payload, result);
    return result;
  }

  /** Word of the head of an event by its number from the first one. */
  head(at: number): number {
    return this.events[at]!;
  }

  /**
   * Values of an event with the content that it captured itself; what it only refers to is told by identity. For events
   * without numbers among their operands, or for which these do not matter.
   */
  freshValues(at: number): Value[] {
    const word = this.events[at]!;
    const head = this.words[word]!;
    const result = { number: 0, number2: 0, number3: 0, values: [] as Value[] };
    decodeOperands(new FreshDecoder(this, word + 1), head & 0xff, head >>> 8, result);
    return result.values;
  }

  /** Text of a numbered string. */
  text(index: number): string {
    let text = this.texts.get(index);
    if (text === undefined) {
      const position = this.found.strings[index];
      if (position === undefined) throw new RangeError(`unknown string ${index}`);
      const value = new LazyDecoder(this, position).read();
      text = typeof value === 'string' ? value : isCaptured(value) ? value.name : String(value);
      this.texts.set(index, text);
    }
    return text;
  }

  /**
   * An object as it was just after event `until`: its content, in which other objects are told by identity, and the
   * event of its last capture or change. Undefined when it was not captured in this chunk up to there.
   */
  object(id: number, until: number): { node: Captured; asOf: number } | undefined {
    const heads = this.capturesOf(id);
    const end = until + 1 - this.firstEvent < this.events.length ? this.events[until + 1 - this.firstEvent]! : Infinity;
    const last = lastBelow(heads, end);
    if (last < 0) return undefined;
    const head = heads[last]!;
    const node = new LazyDecoder(this, head, head).read() as Captured;
    let asOf = this.eventOfWord(head);
    const changes = this.changesTo(id);
    const from = lastBelow(changes, asOf - this.firstEvent) + 1;
    const to = lastBelow(changes, until + 1 - this.firstEvent);
    if (from <= to) {
      this.applyChanges(node, changes, from, to);
      asOf = this.firstEvent + changes[to]!;
    }
    return { node, asOf };
  }

  /**
   * Applies changes `from` to `to` of a list. Of the writes of one property only the last counts: a parser's position is
   * written ten thousand times in a chunk.
   */
  private applyChanges(node: Captured, changes: readonly number[], from: number, to: number): void {
    const isPlain = node.type === 'object' || node.type === 'error';
    const last = new Map<string, number>();
    const flush = (): void => {
      for (const at of last.values()) this.apply(node, at);
      last.clear();
    };
    for (let i = from; i <= to; i++) {
      const at = changes[i]!;
      const head = this.words[this.events[at]!]!;
      const site = (head & 0xff) === K.PROPERTY ? this.resolver.resolve(head >>> 8) : undefined;
      const name = site?.table.names[site.a];
      if (isPlain && name !== undefined) last.set(name, at);
      else {
        flush();
        this.apply(node, at);
      }
    }
    flush();
  }

  /** Class of an object that was captured in this chunk. */
  className(id: number): string {
    const head = this.capturesOf(id)[0];
    if (head === undefined) return '';
    const tag = this.words[head]! & 0xff;
    const name = CLASS_BY_TAG.get(tag);
    if (name !== undefined) return name;
    const text = new LazyDecoder(this, head + 2).read();
    return typeof text === 'string' ? text : isCaptured(text) ? text.name : '';
  }

  /** Event whose words hold this one. */
  private eventOfWord(word: number): number {
    return this.firstEvent + lastBelow(this.events, word + 1);
  }

  private apply(node: Captured, at: number): void {
    const event = this.event(at);
    applyChange(node, event, this.resolver.resolve(event.payload));
  }

  private capturesOf(id: number): readonly number[] {
    if (!this.captures) {
      this.captures = new Map();
      for (const head of this.found.objects) listIn(this.captures, this.words[head + 1]!).push(head);
    }
    return this.captures.get(id) ?? [];
  }

  /** Looked through for one object at a time: most changes of a chunk are never asked for. */
  private changesTo(id: number): readonly number[] {
    let found = this.changesOf.get(id);
    if (!found) {
      const own: number[] = [];
      for (const at of this.changes) if (this.ownerOf(at) === id) own.push(at);
      this.changesOf.set(id, (found = own));
    }
    return found;
  }

  /** Events of the chunk, by number, that change or capture an object. */
  eventsAbout(id: number): number[] {
    const changes = this.changesTo(id).map((at) => this.firstEvent + at);
    const captures = this.capturesOf(id).map((head) => this.eventOfWord(head));
    return [...new Set([...changes, ...captures])].sort((a, b) => a - b);
  }

  /** Identity of the object that a change is about; it stands behind the head of its value. */
  private ownerOf(at: number): number {
    const head = this.events[at]!;
    return this.words[head + ((this.words[head]! & 0xff) === K.MUTATION ? 4 : 2)]!;
  }
}

/** Numbers added one by one: an array of JavaScript takes twice as long as the scan that fills it. */
class NumberList {
  private numbers: Int32Array;
  count = 0;

  constructor(expected: number) {
    this.numbers = new Int32Array(Math.max(16, expected));
  }

  add(number: number): void {
    if (this.count === this.numbers.length) {
      const larger = new Int32Array(2 * this.count);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.count++] = number;
  }

  taken(): Int32Array {
    return this.numbers.subarray(0, this.count);
  }
}

const CHANGES = new Uint8Array(256);
for (let kind = 0; kind < 256; kind++) CHANGES[kind] = changesObjects(kind) ? 1 : 0;

/** Kinds with numbers among their operands that a replay needs. */
const HAS_NUMBER = new Uint8Array(256);
for (const kind of [K.RESUME, K.SCOPE_OPEN, K.SCOPE_COPY, K.SCOPE_LINK, K.WRITE_SCOPED, K.MUTATION]) {
  HAS_NUMBER[kind] = 1;
}

/** Other classes stand behind the identity. */
const CLASS_BY_TAG: ReadonlyMap<number, string> = new Map([
  [T.ARRAY, 'Array'],
  [T.MAP, 'Map'],
  [T.SET, 'Set'],
  [T.DATE, 'Date'],
]);

const REFERABLE: ReadonlySet<number> = new Set([
  T.OBJECT, T.ARRAY, T.MAP, T.SET, T.ERROR, T.BINARY, T.DATE, T.REGEXP, T.FUNCTION,
]); // prettier-ignore

/** Decodes a value anywhere in a chunk, with the content that stands there. */
class FreshDecoder extends ValueDecoder {
  private readonly view: ChunkView;

  constructor(view: ChunkView, position: number) {
    super(view.chunk.words, position);
    this.view = view;
  }

  protected override keep(node: Captured, fill: (node: Captured) => void): Captured {
    fill(node);
    return node;
  }

  protected override intern(): void {
    // Numbers of strings are known from where they stand.
  }

  protected override stringAt(index: number): string {
    return this.view.text(index);
  }

  protected override objectAt(id: number): Value {
    return { ...captured('shallow', id, this.view.className(id)), cut: 'depth' };
  }
}

/** As that, but objects that can be referred to are told by identity, but for the one at `opened`. */
class LazyDecoder extends FreshDecoder {
  private readonly opened: number;

  constructor(view: ChunkView, position: number, opened = -1) {
    super(view, position);
    this.opened = opened;
  }

  override read(): Value {
    const { words, position } = this;
    if (position !== this.opened && REFERABLE.has(words[position]! & 0xff) && words[position + 1] !== 0) {
      this.position = skipValue(words, position);
      return this.objectAt(words[position + 1]!);
    }
    return super.read();
  }
}

function listIn(map: Map<number, number[]>, key: number): number[] {
  let list = map.get(key);
  if (!list) map.set(key, (list = []));
  return list;
}

/** Index of the last number below `limit` in an ascending list, -1 when there is none. */
function lastBelow(ascending: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** False at the end, and where the words stop being events. */
export function nextEvent(scanner: EventScanner): boolean {
  try {
    return scanner.next();
  } catch {
    return false;
  }
}
