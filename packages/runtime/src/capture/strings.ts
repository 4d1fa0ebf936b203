import * as T from '@execution-cinema/format/value-tags';
import type { Redactor, SecretName } from '@execution-cinema/format/redaction';
import { EPOCH, NOW_MS, STRINGS, VALUES_END, type Core } from '../core.ts';
import {
  charCodeAt,
  imul,
  mapGet,
  mapSet,
  mapSize,
  slice,
  symbolDescription,
  symbolKey,
  weakMapGet,
  weakMapSet,
} from '../primordials.ts';
import { createNames, type Name, type Names } from './names.ts';

const TAG_MASK = 0xff;
const FLAGS_SHIFT = 24;

/** Longest text that gets a number in its chunk, and shortest for which a number is cheaper than the text. */
const INTERNED_CHARS_MAX = 64;
const INTERNED_CHARS_MIN = 4;
/** Texts remembered by the words they were written as. */
const TABLE_ENTRIES = 4096;
const TABLE_MASK = TABLE_ENTRIES - 1;
/** Long texts remembered as such. */
const LONG_ENTRIES = 32;
/** Symbols of `Symbol.for` that are remembered; later ones are written out. */
const REGISTERED_SYMBOLS_MAX = 1024;
/** Longer names are cut. */
const KEY_CHARS_MAX = 256;
/** Characters of a string once the event's budget is spent. */
const SPENT_CHARS_MAX = 16;
/**
 * Reading one character of a string that was put together with `+` makes V8 copy all of it into one piece. A program
 * that appends to a large text in a loop would pay for that at every step, so long texts are read at this rate at most.
 */
const LONG_CHARS = 1024;
const LONG_CHARS_PER_MS = 262_144;
/** Largest configurable string limit. */
export const STRING_CHARS_MAX = 4096;

/** A text without secrets that is written again and again. */
export interface KnownText {
  readonly text: string;
  /** Table in which it has this number; see EPOCH. */
  epoch: number;
  number: number;
}

/** A symbol whose description has a number in the table named `tag`. */
interface KnownSymbol {
  tag: number;
  number: number;
}

export interface Strings {
  /** Writes a string value of the program, redacted and cut; returns the position after it. */
  putValue(text: string, p: number, name: SecretName | null): number;
  readonly names: Names;
  /** Writes the description of a symbol. */
  putDescription(symbol: symbol, p: number): number;
  /** Writes the name of a property, class or function. */
  putName(name: Name, p: number): number;
  /** Writes text that needs no redaction, cut after `max` characters. */
  putClean(text: string, p: number, max: number): number;
  /** Makes a text known, with its secrets replaced and cut after KEY_CHARS_MAX characters. */
  know(text: string): KnownText;
  putKnown(known: KnownText, p: number): number;
  /** Lets go of the long texts that are remembered. */
  forget(): void;
}

export function createStrings(core: Core, redactor: Redactor | undefined, stringMax: number): Strings {
  const { words, registers } = core;
  /** Per entry: table in force when it was made, position of the text in the ring, its number. */
  const tableTags = new Int32Array(TABLE_ENTRIES);
  const tablePositions = new Int32Array(TABLE_ENTRIES);
  const tableNumbers = new Int32Array(TABLE_ENTRIES);
  /** A short text is packed here first: what may be secret must not enter shared memory. */
  const packed = new Int32Array((INTERNED_CHARS_MAX >> 1) + 1);
  let tag = 1;
  let tagEpoch = -1;
  let tagGeneration = 0;
  /**
   * Long texts written in this chunk, and where: parsers hand the same source, compilers the same paths from one function to
   * the next, and referring to a text takes a tenth of reading and searching it. Let go at the return to the event loop.
   */
  const longTexts: string[] = [];
  for (let i = 0; i < LONG_ENTRIES; i++) longTexts[i] = '';
  const longTags = new Int32Array(LONG_ENTRIES);
  /** The text's number, or -1 for one that was cut: its words are copied. */
  const longNumbers = new Int32Array(LONG_ENTRIES);
  const longPositions = new Int32Array(LONG_ENTRIES);
  const longWords = new Int32Array(LONG_ENTRIES);
  let hasLongTexts = false;
  let longLeft = LONG_CHARS_PER_MS;
  let longMs = 0;

  /** Packs a text of at most INTERNED_CHARS_MAX characters, header first, and returns the words it takes. */
  const pack = (text: string, length: number): number => {
    let q = 1;
    let i = 0;
    let all = 0;
    for (; i + 4 <= length; i += 4) {
      const a = charCodeAt(text, i);
      const b = charCodeAt(text, i + 1);
      const c = charCodeAt(text, i + 2);
      const d = charCodeAt(text, i + 3);
      all |= a | b | c | d;
      packed[q++] = a | (b << 8) | (c << 16) | (d << 24);
    }
    if (i < length) {
      let word = 0;
      for (let shift = 0; i < length; i++, shift += 8) {
        const code = charCodeAt(text, i);
        all |= code;
        word |= code << shift;
      }
      packed[q++] = word;
    }
    if (all <= 0xff) {
      packed[0] = T.STRING | (length << 8);
      return q;
    }
    for (i = 0, q = 1; i < length; i += 2) {
      const low = charCodeAt(text, i);
      packed[q++] = i + 1 < length ? low | (charCodeAt(text, i + 1) << 16) : low;
    }
    packed[0] = T.STRING | (length << 8) | (T.STRING_FLAG_UTF16 << FLAGS_SHIFT);
    return q;
  };

  const hashPacked = (count: number): number => {
    let hash = count;
    for (let i = 0; i < count; i++) {
      hash = imul(hash ^ packed[i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash & TABLE_MASK;
  };

  const refreshTag = (): void => {
    const generation = redactor === undefined ? 0 : redactor.generation();
    if (tagEpoch === registers[EPOCH] && tagGeneration === generation) return;
    tagEpoch = registers[EPOCH]!;
    tagGeneration = generation;
    tag++;
  };

  /** Whether the packed text stands in the ring at `position`, written with a number. */
  const isSame = (position: number, count: number): boolean => {
    if (words[position] !== (packed[0]! | (T.STRING_FLAG_INTERNED << FLAGS_SHIFT))) return false;
    for (let i = 1; i < count; i++) if (words[position + i] !== packed[i]) return false;
    return true;
  };

  const putPacked = (count: number, p: number): number => {
    for (let i = 0; i < count; i++) words[p + i] = packed[i]!;
    return p + count;
  };

  /** Writes text longer than INTERNED_CHARS_MAX, or cut. */
  const putLong = (text: string, p: number, length: number, fullLength: number): number => {
    let flags = 0;
    let start = p + 1;
    if (fullLength > length) {
      flags = T.STRING_FLAG_CUT;
      words[start++] = fullLength;
    }
    let q = start;
    let all = 0;
    let word = 0;
    for (let i = 0; i < length; i++) {
      const code = charCodeAt(text, i);
      all |= code;
      word |= code << ((i & 3) << 3);
      if ((i & 3) === 3) {
        words[q++] = word;
        word = 0;
      }
    }
    if ((length & 3) !== 0) words[q++] = word;
    if (all > 0xff) {
      flags |= T.STRING_FLAG_UTF16;
      q = start;
      for (let i = 0; i < length; i += 2) {
        const low = charCodeAt(text, i);
        words[q++] = i + 1 < length ? low | (charCodeAt(text, i + 1) << 16) : low;
      }
    }
    words[p] = T.STRING | (length << 8) | (flags << FLAGS_SHIFT);
    return q;
  };

  const mayReadLong = (length: number): boolean => {
    const ms = registers[NOW_MS]!;
    if (ms !== longMs) {
      const refilled = longLeft + (ms - longMs) * LONG_CHARS_PER_MS;
      longLeft = refilled < LONG_CHARS_PER_MS ? refilled : LONG_CHARS_PER_MS;
      longMs = ms;
    }
    if (longLeft <= 0) return false;
    longLeft -= length;
    return true;
  };

  const putClean = (text: string, p: number, max: number): number => {
    const fullLength = text.length;
    const length = fullLength > max ? max : fullLength;
    if (length < fullLength || length > INTERNED_CHARS_MAX) return putLong(text, p, length, fullLength);
    const count = pack(text, length);
    if (length < INTERNED_CHARS_MIN) return putPacked(count, p);
    refreshTag();
    return number(count, hashPacked(count), p);
  };

  /** Writes the packed text, by number if it is known under `slot`, else with the next number. */
  const number = (count: number, slot: number, p: number): number => {
    if (tableTags[slot] === tag && isSame(tablePositions[slot]!, count)) {
      words[p] = T.STRING_REF | (tableNumbers[slot]! << 8);
      return p + 1;
    }
    tableTags[slot] = tag;
    tablePositions[slot] = p;
    tableNumbers[slot] = registers[STRINGS]!;
    registers[STRINGS]!++;
    packed[0]! |= T.STRING_FLAG_INTERNED << FLAGS_SHIFT;
    return putPacked(count, p);
  };

  const putRedacted = (text: string, p: number): number => {
    const token = putClean(text, p + 1, stringMax);
    words[p] = T.REDACTED;
    return token;
  };

  const putValue = (text: string, p: number, name: SecretName | null): number => {
    const fullLength = text.length;
    const max = p > registers[VALUES_END]! ? SPENT_CHARS_MAX : stringMax;
    if (fullLength > LONG_CHARS && !mayReadLong(fullLength)) return putLong(text, p, 0, fullLength);
    if (name === null && fullLength <= INTERNED_CHARS_MAX && fullLength <= max) {
      const count = pack(text, fullLength);
      if (fullLength < INTERNED_CHARS_MIN) return putPacked(count, p);
      refreshTag();
      const slot = hashPacked(count);
      if (tableTags[slot] === tag && isSame(tablePositions[slot]!, count)) {
        words[p] = T.STRING_REF | (tableNumbers[slot]! << 8);
        return p + 1;
      }
      const replaced = redactor === undefined ? null : redactor.redactValue(null, text);
      return replaced === null ? number(count, slot, p) : putReplaced(text, replaced, p, max);
    }
    if (name !== null || max !== stringMax) return putSearched(text, p, name, max);
    refreshTag();
    const slot = longSlot(text, fullLength);
    // Comparing the lengths first: two texts of one length are compared to the end.
    if (longTags[slot] === tag && longTexts[slot]!.length === fullLength && longTexts[slot] === text)
      return putAgain(slot, p);
    const end = putSearched(text, p, name, max);
    // A redacted text is another one, whose number may stand already.
    if ((words[p]! & TAG_MASK) === T.STRING && !isNumbered(words[p]!)) {
      longTexts[slot] = text;
      longTags[slot] = tag;
      longPositions[slot] = p;
      longWords[slot] = end - p;
      longNumbers[slot] = giveNumber(p);
      hasLongTexts = true;
    }
    return end;
  };

  /**
   * Frameworks keep what is theirs under symbols: reading, hashing and comparing a description takes 60 to 100 ns. What
   * `Symbol.for` gives cannot be held weakly, and is never let go of by V8 either.
   */
  const knownSymbols = new WeakMap<object, KnownSymbol>();
  const registeredSymbols = new Map<symbol, KnownSymbol>();

  const putDescription = (symbol: symbol, p: number): number => {
    refreshTag();
    const known = weakMapGet(knownSymbols, symbol as unknown as object) ?? mapGet(registeredSymbols, symbol);
    if (known !== undefined && known.tag === tag) {
      words[p] = T.STRING_REF | (known.number << 8);
      return p + 1;
    }
    const end = putValue(symbolDescription(symbol) ?? '', p, null);
    const given = numberAt(p);
    if (given < 0) return end;
    if (known !== undefined) {
      known.tag = tag;
      known.number = given;
    } else if (symbolKey(symbol) === undefined) {
      weakMapSet(knownSymbols, symbol as unknown as object, { tag, number: given });
    } else if (mapSize(registeredSymbols) < REGISTERED_SYMBOLS_MAX) {
      mapSet(registeredSymbols, symbol, { tag, number: given });
    }
    return end;
  };

  /** Number of the string that was just written at `p`, -1 if it has none. */
  const numberAt = (p: number): number => {
    const head = words[p]!;
    if ((head & TAG_MASK) === T.STRING_REF) return head >>> 8;
    return (head & TAG_MASK) === T.STRING && isNumbered(head) ? registers[STRINGS]! - 1 : -1;
  };

  const longSlot = (text: string, length: number): number =>
    (length + imul(charCodeAt(text, length >> 1), 5) + imul(charCodeAt(text, length - 9), 3)) & (LONG_ENTRIES - 1);

  /** Numbers the string that was written at `p`, unless it was cut: a number stands for a whole text. */
  const giveNumber = (p: number): number => {
    if (((words[p]! >>> FLAGS_SHIFT) & T.STRING_FLAG_CUT) !== 0) return -1;
    words[p]! |= T.STRING_FLAG_INTERNED << FLAGS_SHIFT;
    return registers[STRINGS]!++;
  };

  const putSearched = (text: string, p: number, name: SecretName | null, max: number): number => {
    const replaced = redactor === undefined ? null : redactor.redactValue(name, text, max);
    return replaced === null ? putClean(text, p, max) : putReplaced(text, replaced, p, max);
  };

  const putAgain = (slot: number, p: number): number => {
    if (longNumbers[slot]! >= 0) {
      words[p] = T.STRING_REF | (longNumbers[slot]! << 8);
      return p + 1;
    }
    const from = longPositions[slot]!;
    const count = longWords[slot]!;
    for (let i = 0; i < count; i++) words[p + i] = words[from + i]!;
    return p + count;
  };

  /** A text that is one token is a redacted value; one with secret parts stays a string. */
  const putReplaced = (text: string, replaced: string, p: number, max: number): number => {
    refreshTag();
    if (isToken(replaced)) return putRedacted(replaced, p);
    // The search stopped short of the end of a long text, so the true length is that of the original.
    if (text.length > max) return putLong(replaced, p, replaced.length < max ? replaced.length : max, text.length);
    return putClean(replaced, p, max);
  };

  const names = createNames(redactor, INTERNED_CHARS_MAX);

  const putName = (name: Name, p: number): number => {
    if (name.epoch !== registers[EPOCH]) return putNameAnew(name, p);
    words[p] = T.STRING_REF | (name.number << 8);
    return p + 1;
  };

  const putNameAnew = (name: Name, p: number): number => {
    const { text } = name;
    if (text.length > INTERNED_CHARS_MAX) {
      const most = p > registers[VALUES_END]! ? SPENT_CHARS_MAX : KEY_CHARS_MAX;
      return putClean(redactor?.redactValue(null, text, most) ?? text, p, most);
    }
    const replaced = redactor === undefined ? null : redactor.redactValue(null, text);
    if (replaced !== null) return putClean(replaced, p, KEY_CHARS_MAX);
    if (text.length === 0) return putPacked(pack(text, 0), p);
    return putNumbered(text, name, p);
  };

  /** Writes a text of at most INTERNED_CHARS_MAX characters with the next number, which `entry` keeps. */
  const putNumbered = (text: string, entry: { epoch: number; number: number }, p: number): number => {
    const count = pack(text, text.length);
    packed[0]! |= T.STRING_FLAG_INTERNED << FLAGS_SHIFT;
    entry.epoch = registers[EPOCH]!;
    entry.number = registers[STRINGS]!;
    registers[STRINGS]!++;
    return putPacked(count, p);
  };

  const putKnown = (known: KnownText, p: number): number => {
    if (known.epoch === registers[EPOCH]) {
      words[p] = T.STRING_REF | (known.number << 8);
      return p + 1;
    }
    const { text } = known;
    if (text.length === 0 || text.length > INTERNED_CHARS_MAX) return putClean(text, p, KEY_CHARS_MAX);
    return putNumbered(text, known, p);
  };

  return {
    putValue,
    names,
    putDescription,
    putName,
    putClean,
    know: (text) => ({ text: redactor?.redactValue(null, text, KEY_CHARS_MAX) ?? text, epoch: -1, number: 0 }),
    putKnown,
    forget: () => {
      if (!hasLongTexts) return;
      hasLongTexts = false;
      for (let i = 0; i < LONG_ENTRIES; i++) {
        longTexts[i] = '';
        longTags[i] = 0;
      }
    },
  };
}

function isNumbered(head: number): boolean {
  return ((head >>> FLAGS_SHIFT) & T.STRING_FLAG_INTERNED) !== 0;
}

const TOKEN_START = '<redacted ';

/** Whether the whole text is one redaction token. */
function isToken(text: string): boolean {
  if (slice(text, 0, TOKEN_START.length) !== TOKEN_START || charCodeAt(text, text.length - 1) !== 62) return false;
  for (let i = TOKEN_START.length; i < text.length - 1; i++) if (charCodeAt(text, i) === 62) return false;
  return true;
}
