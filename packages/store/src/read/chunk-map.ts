import { H, K, skipOperands, T, type Definitions, type EventScanner } from '@execution-cinema/format';
import type { Chunk } from './chunks.ts';
import { changesObjects } from './live-objects.ts';
import { NumberList } from './number-list.ts';
import { lastBelow } from './search.ts';
import { Timeline } from './times.ts';
import { wordsOf } from './words.ts';

/** Events per head that the stored form keeps; those between are found by skipping. */
const STRIDE = 64;
/** Marks behind which heads are kept. */
const BLOCKS = 16;
/** Words of the stored form before its lists: their lengths, and the number of events. */
const COUNTS = 6;
/** So many words about one object are found faster by looking at each. */
const NEAR = 8;
const NONE = new Int32Array(0);
/** One number holds an identity (32 bits) and a place in a list. */
const PLACES_MAX = 2 ** 21;

/**
 * Where things stand in one chunk: heads of events, texts, contents of objects and changes to them, by word. What it
 * leads to is read from the words one by one. The seek index stores it, so that a moment which needs ten values of an
 * old chunk does not scan its hundred thousand events.
 */
export class ChunkMap {
  readonly eventCount: number;
  readonly timeline: Timeline;
  /** Words of strings, by their numbers. */
  readonly strings: ArrayLike<number>;
  private words: Int32Array;
  private readonly firstEvent: number;
  /** Words of the heads of every STRIDE-th event. */
  private readonly marks: Int32Array;
  /** Words of the heads of all events, where they are known. */
  private readonly heads: Int32Array | undefined;
  /** Heads of the events behind some marks, looked up last; and which marks these are. */
  private readonly blocks = new Int32Array(BLOCKS * STRIDE);
  private readonly blockMarks = new Int32Array(BLOCKS).fill(-1);
  private readonly captures: ByIdentity;
  private readonly changes: ByIdentity;

  constructor(parts: MapParts) {
    this.words = parts.words;
    this.firstEvent = parts.firstEvent;
    this.eventCount = parts.eventCount;
    this.timeline = parts.timeline;
    this.strings = parts.strings;
    this.marks = parts.marks;
    this.heads = parts.heads;
    this.captures = parts.captures;
    this.changes = parts.changes;
  }

  /** The same words, elsewhere. */
  useWords(words: Int32Array): void {
    this.words = this.captures.words = this.changes.words = words;
  }

  /** Word of the head of an event, by number from the first one. */
  head(at: number): number {
    if (this.heads) return this.heads[at]!;
    const mark = Math.floor(at / STRIDE);
    const block = mark % BLOCKS;
    if (this.blockMarks[block] !== mark) this.readBlock(block, mark);
    return this.blocks[block * STRIDE + (at % STRIDE)]!;
  }

  private readBlock(block: number, mark: number): void {
    const { words, blocks } = this;
    const from = block * STRIDE;
    const end = from + Math.min(STRIDE, this.eventCount - mark * STRIDE);
    let word = this.marks[mark]!;
    for (let place = from; place < end; place++) {
      word = nextHead(words, word);
      blocks[place] = word;
      const event = words[word]!;
      word = skipOperands(words, K.kindOf(event), K.operandsOf(event, word));
    }
    this.blockMarks[block] = mark;
  }

  /** Number, from the first one, of the event whose words hold this one. */
  eventOfWord(word: number): number {
    let low = Math.max(0, lastBelow(this.marks, word + 1) * STRIDE);
    let high = Math.min(low + STRIDE, this.eventCount);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.head(middle) <= word) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Head of the first content that was taken of an object, -1 when there is none. */
  firstCapture(id: number): number {
    return this.captures.first(id);
  }

  /** Head of the last content that was taken of an object before a word, -1 when there is none. */
  lastCapture(id: number, before: number): number {
    return this.captures.last(id, before);
  }

  /** Heads of the contents that were taken of an object, in order. */
  capturesOf(id: number): Int32Array {
    return this.captures.between(id, 0, Infinity);
  }

  /** Heads of the events that change what an object holds, in order: from a word on, and before another. */
  changesOf(id: number, from = 0, before = Infinity): Int32Array {
    return this.changes.between(id, from, before);
  }

  /** The form that `readChunkMap` reads. */
  encode(): Uint8Array {
    const { starts, timesNs } = this.timeline.points();
    const lists = [this.marks, this.strings, this.captures.sorted(), this.changes.sorted()];
    const words = new Int32Array(COUNTS + lists.reduce((sum, { length }) => sum + length, 0) + 3 * starts.length);
    words.set([this.eventCount, ...lists.map(({ length }) => length), starts.length]);
    let at = COUNTS;
    for (const list of lists) {
      words.set(list, at);
      at += list.length;
    }
    for (const [i, start] of starts.entries()) {
      words[at++] = start - this.firstEvent;
      words[at++] = timesNs[i]! % 2 ** 32;
      words[at++] = Math.floor(timesNs[i]! / 2 ** 32);
    }
    return new Uint8Array(words.buffer);
  }
}

interface MapParts {
  words: Int32Array;
  firstEvent: number;
  eventCount: number;
  marks: Int32Array;
  heads: Int32Array | undefined;
  strings: ArrayLike<number>;
  captures: ByIdentity;
  changes: ByIdentity;
  timeline: Timeline;
}

/** Makes the map of a chunk from a scan over it: `note` is called with every event, the scanner fills `found`. */
export class ChunkMapper {
  readonly found: Definitions = { objects: [], strings: [] };
  private readonly chunk: Chunk;
  private readonly heads: NumberList;
  private readonly changes: NumberList;
  private readonly timeline = new Timeline();

  /** `eventsExpected` spares growing lists. */
  constructor(chunk: Chunk, eventsExpected: number) {
    this.chunk = chunk;
    this.heads = new NumberList(eventsExpected);
    this.changes = new NumberList(eventsExpected >> 2);
  }

  note(scanner: EventScanner): void {
    if (scanner.timePoint || this.heads.count === 0) this.timeline.note(scanner);
    if (CHANGES[scanner.kind] === 1) this.changes.add(scanner.at);
    this.heads.add(scanner.at);
  }

  finish(): ChunkMap {
    const { words, header, endNs } = this.chunk;
    const heads = this.heads.taken();
    return new ChunkMap({
      words,
      firstEvent: header.firstEvent,
      eventCount: heads.length,
      marks: everyStride(heads),
      heads,
      strings: this.found.strings,
      captures: new ByIdentity(words, this.found.objects, identityOf, false),
      changes: new ByIdentity(words, this.changes.taken(), ownerOf, false),
      timeline: this.timeline.end(header.firstEvent + heads.length, endNs),
    });
  }
}

/** Reads what `encode` gave for the same chunk. */
export function readChunkMap(chunk: Chunk, bytes: Uint8Array): ChunkMap {
  const { words, header, endNs } = chunk;
  const stored = wordsOf(bytes);
  let at = COUNTS;
  const take = (length: number): Int32Array => stored.subarray(at, (at += length));
  const [eventCount, marks, strings, captures, changes, points] = stored as unknown as number[];
  const lists = { marks: take(marks!), strings: take(strings!), captures: take(captures!), changes: take(changes!) };
  const timeline = new Timeline();
  for (let i = 0; i < points!; i++, at += 3) {
    timeline.add(header.firstEvent + stored[at]!, H.u53(stored[at + 1]!, stored[at + 2]!));
  }
  return new ChunkMap({
    words,
    firstEvent: header.firstEvent,
    eventCount: eventCount!,
    marks: lists.marks,
    heads: undefined,
    strings: lists.strings,
    captures: new ByIdentity(words, lists.captures, identityOf, true),
    changes: new ByIdentity(words, lists.changes, ownerOf, true),
    timeline: timeline.end(header.firstEvent + eventCount!, endNs),
  });
}

/** Words that are about objects, by the identity of these; sorted when somebody asks. */
class ByIdentity {
  words: Int32Array;
  private list: ArrayLike<number>;
  private readonly idOf: (words: Int32Array, at: number) => number;
  private isSorted: boolean;

  constructor(words: Int32Array, list: ArrayLike<number>, idOf: ByIdentity['idOf'], isSorted: boolean) {
    this.words = words;
    this.list = list;
    this.idOf = idOf;
    this.isSorted = isSorted;
  }

  first(id: number): number {
    const list = this.sorted();
    const at = this.firstFrom(list, id, 0);
    return at < list.length && this.idOf(this.words, list[at]!) === id ? list[at]! : -1;
  }

  last(id: number, before: number): number {
    const list = this.sorted();
    const at = this.firstFrom(list, id, before) - 1;
    return at >= 0 && this.idOf(this.words, list[at]!) === id ? list[at]! : -1;
  }

  between(id: number, from: number, before: number): Int32Array {
    const list = this.sorted();
    const start = this.firstFrom(list, id, from);
    let end = start;
    // Most objects have one or two.
    for (; end - start < NEAR; end++) {
      if (end === list.length || list[end]! >= before || this.idOf(this.words, list[end]!) !== id) break;
    }
    if (end - start === NEAR) end = this.firstFrom(list, id, before);
    return start === end ? NONE : list.subarray(start, end);
  }

  /** By identity, then in order; what is about nothing with an identity is left out. */
  sorted(): Int32Array {
    if (this.isSorted) return this.list as Int32Array;
    const { list, words, idOf } = this;
    if (list.length > PLACES_MAX) throw new RangeError(`chunk with ${list.length} objects, expected ${PLACES_MAX}`);
    const keys = new Float64Array(list.length);
    let count = 0;
    for (let i = 0; i < list.length; i++) {
      const id = idOf(words, list[i]!);
      if (id !== 0) keys[count++] = id * PLACES_MAX + i;
    }
    const sorted = Int32Array.from(keys.subarray(0, count).sort(), (key) => list[key % PLACES_MAX]!);
    this.isSorted = true;
    this.list = sorted;
    return sorted;
  }

  /** Index of the first word that is about an identity above this one, or about this one and stands at `from` or later. */
  private firstFrom(list: Int32Array, id: number, from: number): number {
    const { words, idOf } = this;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const word = list[middle]!;
      const other = idOf(words, word);
      if (other < id || (other === id && word < from)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function everyStride(heads: Int32Array): Int32Array {
  const marks = new Int32Array(Math.ceil(heads.length / STRIDE));
  for (let i = 0; i < marks.length; i++) marks[i] = heads[i * STRIDE]!;
  return marks;
}

/** Identity of an object whose head stands there. */
function identityOf(words: Int32Array, head: number): number {
  return words[head + 1]! >>> 0;
}

/** Identity of what an event changes, 0 when that has none. */
function ownerOf(words: Int32Array, head: number): number {
  const value = head + ((words[head]! & 0xff) === K.MUTATION ? 3 : 1);
  const tag = words[value]! & T.TAG_MASK;
  if (tag === T.OBJECT_REF_SHORT) return words[value]! >>> 8;
  return HAS_IDENTITY[tag] === 1 ? words[value + 1]! >>> 0 : 0;
}

/** Word of the next event's head, at or behind a word between two events. */
function nextHead(words: Int32Array, from: number): number {
  let at = from;
  for (;;) {
    const kind = words[at]! & 0xff;
    if (kind === K.TIME_SHORT) at += 1;
    else if (kind === K.TIME_LONG) at += 3;
    else if (kind === K.CAUSE) at += 5;
    else return at;
  }
}

const CHANGES = new Uint8Array(256);
for (let kind = 0; kind < 256; kind++) CHANGES[kind] = changesObjects(kind) ? 1 : 0;

/** Tags of values behind whose head an identity stands. */
const HAS_IDENTITY = new Uint8Array(256);
for (const tag of [
  T.OBJECT_REF, T.SHALLOW, T.PROXY, T.OBJECT, T.ARRAY, T.MAP, T.SET, T.ERROR, T.BINARY, T.DATE, T.REGEXP, T.FUNCTION,
]) HAS_IDENTITY[tag] = 1; // prettier-ignore
