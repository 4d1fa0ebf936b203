import { hashHigh, hashLow, hashText, type RedactionKey } from './sip-hash.ts';
import { REMEMBERED_CHARS_MAX, REMEMBERED_CHARS_MIN } from './secret-values.ts';
import type { ReplaceSecret } from './secret-shapes.ts';

/*
 * The values that were redacted because of their name, so that they are redacted where no name stands beside them: in
 * another variable, in the middle of an error message or of a log line. Kept as keyed hashes and lengths, found through
 * the hash of their first four characters: one look-up per character of a text, however many values are known.
 */

/** Past this many values the oldest is forgotten. */
const KNOWN_SECRETS_MAX = 4096;
/** Values that begin alike share a slot; more lengths than this in one slot are not tried. */
const LENGTHS_PER_SLOT_MAX = 64;
const SLOT_BITS = 14;
/** A slot holds a second hash of the four characters, 1 to 254; 0 when empty, this when values differ in it. */
const SLOT_MIXED = 255;
/** Shorter values, and plain words, count inside a larger text only where a word ends on both sides. */
const INNER_CHARS_MIN = 8;

interface Known {
  readonly kind: string;
  readonly slot: number;
  readonly chars: number;
  /** Counts in the middle of a word as well. */
  readonly isInner: boolean;
}

export class KnownSecrets {
  /** Rises with each new value: what was found clean before may hold a secret now. */
  generation = 0;
  forgotten = 0;
  readonly #key: RedactionKey;
  readonly #multiplier: number;
  readonly #slots = new Uint8Array(1 << SLOT_BITS);
  readonly #lengths = new Map<number, Map<number, number>>();
  /** In order of age, by hash. */
  readonly #values = new Map<number, Known>();

  constructor(key: RedactionKey) {
    this.#key = key;
    // Keyed, so that the table gives no characters away; odd and well mixed, so that it spreads.
    this.#multiplier = Math.imul(key[0] ^ key[1], 0x9e3779b1) | 1;
  }

  get count(): number {
    return this.#values.size;
  }

  /** Remembers a value. The caller has decided that it is worth it (see `isRemembered`). */
  add(value: string, kind: string): void {
    if (value.length < REMEMBERED_CHARS_MIN || value.length > REMEMBERED_CHARS_MAX) return;
    const id = this.#identify(value, 0, value.length);
    const known = this.#values.get(id);
    if (known !== undefined) return;
    if (this.#values.size >= KNOWN_SECRETS_MAX) this.#forgetOldest();
    const hash = this.#hashOf(firstFour(value, 0));
    const slot = slotOf(hash);
    const isInner = value.length >= INNER_CHARS_MIN && !/^[A-Za-z]+$/.test(value);
    this.#values.set(id, { kind, slot, chars: value.length, isInner });
    const mark = this.#slots[slot];
    this.#slots[slot] = mark === 0 || mark === markOf(hash) ? markOf(hash) : SLOT_MIXED;
    const lengths = this.#lengths.get(slot) ?? new Map<number, number>();
    this.#lengths.set(slot, lengths);
    if (lengths.has(value.length) || lengths.size < LENGTHS_PER_SLOT_MAX) {
      lengths.set(value.length, (lengths.get(value.length) ?? 0) + 1);
    }
    this.generation++;
  }

  /** Whether the text may hold a known value: some four characters in a row begin like one. */
  mayHold(text: string): boolean {
    if (this.#values.size === 0 || text.length < REMEMBERED_CHARS_MIN) return false;
    const slots = this.#slots;
    const multiplier = this.#multiplier;
    let four = firstFour(text, 0);
    for (let at = 4; ; at++) {
      const hash = Math.imul(four, multiplier);
      const mark = slots[hash >>> (32 - SLOT_BITS)]!;
      if (mark !== 0 && (mark === SLOT_MIXED || mark === markOf(hash))) return true;
      if (at >= text.length) return false;
      four = (four >>> 8) | (text.charCodeAt(at) << 24);
    }
  }

  /** What rule the whole text is known by, or null. */
  kindOf(text: string): string | null {
    if (this.#values.size === 0 || text.length < REMEMBERED_CHARS_MIN || text.length > REMEMBERED_CHARS_MAX)
      return null;
    if (!this.#marks(this.#hashOf(firstFour(text, 0)))) return null;
    return this.#values.get(this.#identify(text, 0, text.length))?.kind ?? null;
  }

  /** Replaces every known value in the text, the longest that begins at a place first. */
  replaceIn(text: string, replace: ReplaceSecret): string {
    let out = '';
    let done = 0;
    for (let at = 0; at + REMEMBERED_CHARS_MIN <= text.length; at++) {
      const hash = this.#hashOf(firstFour(text, at));
      const found = this.#marks(hash) ? this.#longestAt(text, at, slotOf(hash)) : null;
      if (found === null) continue;
      out += text.slice(done, at) + replace(text.slice(at, at + found.chars), found.kind);
      done = at + found.chars;
      at = done - 1;
    }
    return done === 0 ? text : out + text.slice(done);
  }

  #longestAt(text: string, at: number, slot: number): Known | null {
    let best: Known | null = null;
    for (const chars of this.#lengths.get(slot)?.keys() ?? []) {
      if (at + chars > text.length || (best !== null && chars <= best.chars)) continue;
      const known = this.#values.get(this.#identify(text, at, at + chars));
      if (known !== undefined && (known.isInner || standsAlone(text, at, at + chars))) best = known;
    }
    return best;
  }

  #forgetOldest(): void {
    for (const [id, known] of this.#values) {
      this.#values.delete(id);
      this.forgotten++;
      const lengths = this.#lengths.get(known.slot);
      const count = lengths?.get(known.chars) ?? 0;
      if (count > 1) lengths?.set(known.chars, count - 1);
      else lengths?.delete(known.chars);
      if (lengths?.size === 0) {
        this.#lengths.delete(known.slot);
        this.#slots[known.slot] = 0;
      }
      return;
    }
  }

  #hashOf(four: number): number {
    return Math.imul(four, this.#multiplier);
  }

  #marks(hash: number): boolean {
    const mark = this.#slots[slotOf(hash)];
    return mark === SLOT_MIXED || mark === markOf(hash);
  }

  /** 53 bits of the keyed hash: exact as a number, and enough for a few thousand values. */
  #identify(text: string, start: number, end: number): number {
    hashText(this.#key, text, start, end);
    return (hashHigh >>> 11) * 0x100000000 + hashLow;
  }
}

function slotOf(hash: number): number {
  return hash >>> (32 - SLOT_BITS);
}

/** From other bits than the slot. */
function markOf(hash: number): number {
  return (((hash >>> 8) & 0x3ff) % (SLOT_MIXED - 1)) + 1;
}

/** Low bytes of four characters in one word, first character lowest. */
function firstFour(text: string, at: number): number {
  return (
    (text.charCodeAt(at) & 255) |
    ((text.charCodeAt(at + 1) & 255) << 8) |
    ((text.charCodeAt(at + 2) & 255) << 16) |
    (text.charCodeAt(at + 3) << 24)
  );
}

function standsAlone(text: string, start: number, end: number): boolean {
  return !isWordUnit(text.charCodeAt(start - 1)) && !isWordUnit(text.charCodeAt(end));
}

/** NaN beside the ends of the text is no word unit. */
function isWordUnit(unit: number): boolean {
  return (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122) || unit === 95;
}
