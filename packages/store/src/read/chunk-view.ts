import {
  captured,
  ChunkTables,
  decodeOperands,
  EventScanner,
  H,
  isCaptured,
  readChunkHeader,
  K,
  skipValue,
  T,
  ValueDecoder,
  type Captured,
  type ChunkHeader,
  type DecodedEvent,
  type Value,
} from '@execution-cinema/format';
import { ChunkMapper, readChunkMap, type ChunkMap } from './chunk-map.ts';
import { Chunk, type ChunkInfo } from './chunks.ts';
import { applyChange } from './live-objects.ts';
import { Recent } from './recent.ts';
import type { Recording } from './recording.ts';
import type { SiteResolver } from './sites.ts';
import { WordPool, type WordHolder } from './word-pool.ts';

/** Views kept per recording: one holds the words of its chunk, and where things stand in it. */
const VIEW_CACHE_COUNT = 12;

interface Views {
  views: Recent<string, ChunkView>;
  pool: WordPool;
}

const caches = new WeakMap<Recording, Views>();

/**
 * The view of a chunk, undefined when it is damaged from the start or not stored. Views are kept, since the next
 * question is often about the same chunk.
 */
export function chunkView(recording: Recording, thread: number, info: ChunkInfo): ChunkView | undefined {
  let cache = caches.get(recording);
  if (!cache) {
    cache = { views: new Recent(VIEW_CACHE_COUNT), pool: new WordPool(VIEW_CACHE_COUNT) };
    caches.set(recording, cache);
  }
  const { views, pool } = cache;
  const key = `${thread}/${info.chunk}/${info.words}`;
  let view = views.get(key);
  if (view) view.usedAt = pool.now;
  else {
    try {
      view = new ChunkView(recording, thread, info, pool);
    } catch {
      return undefined;
    }
    views.set(key, view);
  }
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
    return this.view()?.timeOf(this.event) ?? 0;
  }

  get values(): Value[] {
    this.decoded ??= this.view()?.operandsOf(this).values ?? [];
    return this.decoded;
  }
}

/** One chunk in which values are decoded one by one, wherever they stand. */
export class ChunkView implements WordHolder {
  /** The words lie in a pool: who holds a view while others are looked at may have to read them again. */
  held: Int32Array | undefined;
  usedAt = 0;
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly info: ChunkInfo;
  private readonly pool: WordPool;
  private readonly resolver: SiteResolver;
  private readonly view: () => ChunkView | undefined;
  private readonly strings = new Map<number, Value>();
  private readonly references = new Map<number, Captured>();
  readonly header: ChunkHeader;
  /** Read when it is asked for: a search needs the words only. */
  private known: ChunkMap | undefined;
  private readonly decoder: LazyDecoder;
  private owned: Chunk | undefined;

  /** Throws RangeError when the chunk is not stored, or damaged from the start. */
  constructor(recording: Recording, thread: number, info: ChunkInfo, pool: WordPool) {
    this.recording = recording;
    this.thread = thread;
    this.info = info;
    this.pool = pool;
    this.resolver = recording.resolver(thread);
    // What refers to a view from outside does not keep it.
    this.view = () => chunkView(recording, thread, info);
    const words = this.readWords();
    this.header = readChunkHeader(words);
    this.decoder = new LazyDecoder(this, words);
  }

  private readWords(): Int32Array {
    return this.recording.readWords(this.thread, this.info, (words) => this.pool.place(this, words));
  }

  /** The words of the chunk. They are there until others are looked at: ask again after that. */
  get words(): Int32Array {
    return this.held ?? this.readAgain();
  }

  private readAgain(): Int32Array {
    const words = this.readWords();
    this.useWords(words);
    return words;
  }

  private useWords(words: Int32Array): void {
    this.known?.useWords(words);
    this.decoder.words = words;
  }

  private get map(): ChunkMap {
    if (!this.held) this.readAgain();
    return (this.known ??= this.readMap());
  }

  private readMap(): ChunkMap {
    const { recording, thread, info, words } = this;
    const chunk = this.owned ?? new Chunk(words, info.endNs);
    const bytes = recording.chunkIndex?.map(thread, info.chunk, words.length);
    return bytes ? readChunkMap(chunk, bytes) : mapChunk(chunk, info.events);
  }

  /** The map, for what it knows without the words. */
  private get places(): ChunkMap {
    return this.known ?? this.map;
  }

  private get lazy(): LazyDecoder {
    if (!this.held) this.readAgain();
    return this.decoder;
  }

  /** The chunk in memory of its own, for those who go through it while others are looked at. */
  get chunk(): Chunk {
    if (!this.owned) {
      this.owned = this.recording.chunk(this.thread, this.info);
      this.owned.useTimeline(this.places.timeline);
      this.pool.release(this);
      this.held = this.owned.words;
      this.useWords(this.owned.words);
    }
    return this.owned;
  }

  /** Time of an event of the chunk. */
  timeOf(event: number): number {
    return this.places.timeline.at(event);
  }

  /** The last event of the chunk at or before a time, undefined when all are later. */
  eventAtTime(timeNs: number): number | undefined {
    return this.places.timeline.lastAt(timeNs);
  }

  get firstEvent(): number {
    return this.header.firstEvent;
  }

  /** Number of the event after the last one that can be read. */
  get endEvent(): number {
    return this.firstEvent + this.places.eventCount;
  }

  /** An event by its number from the first one; without its cause. */
  event(at: number): LazyEvent {
    return this.eventAt(this.map.head(at), this.firstEvent + at);
  }

  private eventAt(word: number, number: number): LazyEvent {
    const head = this.words[word]!;
    const event = new LazyEvent(this.view, K.operandsOf(head, word));
    event.kind = K.kindOf(head);
    event.payload = K.payloadOf(head);
    event.event = number;
    if (HAS_NUMBER[event.kind] === 1) this.readNumbers(event);
    return event;
  }

  /** Numbers that stand before the values. */
  private readNumbers(event: LazyEvent): void {
    const { words } = this;
    const [first, second] = [words[event.operands]! >>> 0, words[event.operands + 1]! >>> 0];
    if (event.kind === K.RESUME) event.number = H.u53(first, second);
    else if (event.kind === K.SCOPE_LINK) event.number = K.linkedInstance(words, event.operands);
    else event.number = first;
    if (event.kind === K.SCOPE_COPY || event.kind === K.MUTATION) event.number2 = second;
  }

  operandsOf(event: LazyEvent): { number: number; number2: number; number3: number; values: Value[] } {
    const result = { number: 0, number2: 0, number3: 0, values: [] as Value[] };
    this.lazy.operandsAt(event.operands, event.kind, event.payload, result);
    return result;
  }

  /** Word of the head of an event by its number from the first one. */
  head(at: number): number {
    return this.map.head(at);
  }

  /**
   * Values of an event with the content that it captured itself; what it only refers to is told by identity. For events
   * without numbers among their operands, or for which these do not matter.
   */
  freshValues(at: number): Value[] {
    const word = this.map.head(at);
    const head = this.words[word]!;
    const result = { number: 0, number2: 0, number3: 0, values: [] as Value[] };
    decodeOperands(new FreshDecoder(this, this.words, K.operandsOf(head, word)), K.kindOf(head), head >>> 8, result);
    return result.values;
  }

  /** A numbered string, whole or cut. */
  string(index: number): Value {
    let string = this.strings.get(index);
    if (string === undefined) {
      const position = this.map.strings[index];
      if (position === undefined) throw new RangeError(`unknown string ${index}`);
      this.strings.set(index, (string = this.lazy.readAt(position)));
    }
    return string;
  }

  /**
   * An object as it was just after event `until`: its content, in which other objects are told by identity, and the
   * event of its last capture or change. Undefined when it was not captured in this chunk up to there.
   */
  object(id: number, until: number): { node: Captured; asOf: number } | undefined {
    const { map } = this;
    const next = until + 1 - this.firstEvent;
    const end = next < map.eventCount ? map.head(next) : Infinity;
    const head = map.lastCapture(id, end);
    if (head < 0) return undefined;
    const node = this.lazy.readAt(head, head) as Captured;
    const takenAt = map.eventOfWord(head);
    const changes = map.changesOf(id, map.head(takenAt), end);
    if (changes.length === 0) return { node, asOf: this.firstEvent + takenAt };
    this.applyChanges(node, changes);
    return { node, asOf: this.firstEvent + map.eventOfWord(changes[changes.length - 1]!) };
  }

  /**
   * Applies changes by the words of their heads. Of the writes of one property only the last counts: a parser's position
   * is written ten thousand times in a chunk.
   */
  private applyChanges(node: Captured, changes: Int32Array): void {
    const isPlain = node.type === 'object' || node.type === 'error';
    const last = new Map<string, number>();
    const flush = (): void => {
      for (const word of last.values()) this.apply(node, word);
      last.clear();
    };
    for (const word of changes) {
      const head = this.words[word]!;
      const site = (head & 0xff) === K.PROPERTY ? this.resolver.resolve(head >>> 8) : undefined;
      const name = site?.table.names[site.a];
      if (isPlain && name !== undefined) last.set(name, word);
      else {
        flush();
        this.apply(node, word);
      }
    }
    flush();
  }

  /** What stands for an object of which only identity and class are told. One for all that refer to it; never changed. */
  reference(id: number): Captured {
    let known = this.references.get(id);
    if (known === undefined) {
      known = {
        ...captured('shallow', id, this.classAt(this.map.firstCapture(id)), 'depth'),
        keys: NOTHING,
        items: NOTHING,
      };
      this.references.set(id, known);
    }
    return known;
  }

  private classAt(head: number): string {
    if (head < 0) return '';
    const tag = this.words[head]! & 0xff;
    return CLASS_BY_TAG.get(tag) ?? textOf(this.lazy.readAt(head + 2));
  }

  /** True for an object captured in this chunk whose content never changes. */
  isFixed(id: number): boolean {
    const head = this.map.firstCapture(id);
    return head >= 0 && FIXED.has(this.words[head]! & 0xff);
  }

  private apply(node: Captured, word: number): void {
    const event = this.eventAt(word, UNNUMBERED);
    applyChange(node, event, this.resolver.resolve(event.payload));
  }

  /** Events of the chunk, by number, that change or capture an object. */
  eventsAbout(id: number): number[] {
    return this.eventsOf([...this.map.changesOf(id), ...this.map.capturesOf(id)]);
  }

  /** Events of the chunk, by number, that capture an object. */
  eventsThatCapture(id: number): number[] {
    return this.eventsOf([...this.map.capturesOf(id)]);
  }

  private eventsOf(words: readonly number[]): number[] {
    return [...new Set(words.map((word) => this.firstEvent + this.map.eventOfWord(word)))].sort((a, b) => a - b);
  }
}

function mapChunk(chunk: Chunk, eventsExpected: number): ChunkMap {
  const mapper = new ChunkMapper(chunk, eventsExpected);
  chunk.scan((scanner) => mapper.note(scanner), mapper.found);
  return mapper.finish();
}

/** Of an event that was found by its words: its number would have to be looked up. */
const UNNUMBERED = -1;

/** Kinds with numbers among their operands that a replay needs. */
const HAS_NUMBER = new Uint8Array(256);
for (const kind of [K.RESUME, K.SCOPE_OPEN, K.SCOPE_COPY, K.SCOPE_LINK, K.WRITE_SCOPED, K.MUTATION]) {
  HAS_NUMBER[kind] = 1;
}

/** Tags of objects whose content never changes. */
export const FIXED: ReadonlySet<number> = new Set([T.FUNCTION, T.REGEXP, T.DATE]);

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

/** What stands anywhere is found without tables. */
const NO_TABLES = new ChunkTables();

/** What references hold. */
const NOTHING = Object.freeze<Value[]>([]) as Value[];

/** Decodes a value anywhere in a chunk, with the content that stands there. */
class FreshDecoder extends ValueDecoder {
  private readonly view: ChunkView;

  constructor(view: ChunkView, words: Int32Array, position: number) {
    super(words, position, NO_TABLES);
    this.view = view;
  }

  protected override keep(node: Captured, fill: (node: Captured) => void): Captured {
    fill(node);
    return node;
  }

  protected override intern(): void {
    // Numbers of strings are known from where they stand.
  }

  protected override stringAt(index: number): Value {
    return this.view.string(index);
  }

  protected override objectAt(id: number): Value {
    return this.view.reference(id);
  }
}

/**
 * As that, but objects that can be referred to are told by identity, but for the one at `opened`. One is used again and
 * again: what it reads may make it read elsewhere in between.
 */
class LazyDecoder extends FreshDecoder {
  private opened = -1;

  constructor(view: ChunkView, words: Int32Array) {
    super(view, words, 0);
  }

  /** The value at a word; of the object at `opened` with its content. */
  readAt(position: number, opened = -1): Value {
    const { position: positionBefore, opened: openedBefore } = this;
    this.position = position;
    this.opened = opened;
    const value = this.read();
    this.position = positionBefore;
    this.opened = openedBefore;
    return value;
  }

  /** Operands of the event of this kind at a word. */
  operandsAt(position: number, kind: number, payload: number, result: Parameters<typeof decodeOperands>[3]): void {
    const { position: positionBefore, opened: openedBefore } = this;
    this.position = position;
    this.opened = -1;
    decodeOperands(this, kind, payload, result);
    this.position = positionBefore;
    this.opened = openedBefore;
  }

  override read(): Value {
    const { words, position } = this;
    if (position !== this.opened && REFERABLE.has(words[position]! & T.TAG_MASK) && words[position + 1] !== 0) {
      this.position = skipValue(words, position);
      return this.objectAt(words[position + 1]!);
    }
    return super.read();
  }
}

/** Text of a string, or what stands for it where it was cut or redacted. */
function textOf(value: Value): string {
  return typeof value === 'string' ? value : isCaptured(value) ? value.name : String(value);
}

/** False at the end, and where the words stop being events. */
export function nextEvent(scanner: EventScanner): boolean {
  try {
    return scanner.next();
  } catch {
    return false;
  }
}
