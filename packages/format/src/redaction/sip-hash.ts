/*
 * SipHash-2-4 over the UTF-16 code units of a text, four units to a 64-bit word, each half a 32-bit integer. It is not
 * byte compatible with other implementations and need not be: only equality within one process tree counts. Keyed, so
 * that a recording cannot be searched for guessed secrets.
 */

/** A 64-bit key as two unsigned 32-bit halves, high first. */
export type RedactionKey = readonly [high: number, low: number];

/** Units beyond this take part by the text's length alone: a token of a megabyte costs what a page of text costs. */
const HASHED_UNITS_MAX = 16_384;

/** Reads a key of 16 hexadecimal digits. Throws a RangeError for anything else. */
export function parseRedactionKey(hex: string): RedactionKey {
  if (!/^[0-9a-f]{16}$/i.test(hex)) throw new RangeError('a redaction key has 16 hexadecimal digits');
  return [Number.parseInt(hex.slice(0, 8), 16), Number.parseInt(hex.slice(8), 16)];
}

// State of one round as module variables: four 64-bit words in halves do not fit a return value, and an array per call
// would be garbage. Not re-entrant by construction: nothing is called in between.
let v0h = 0,
  v0l = 0,
  v1h = 0,
  v1l = 0,
  v2h = 0,
  v2l = 0,
  v3h = 0,
  v3l = 0;

/** High and low half of the last hash. Read them at once; the next call overwrites them. */
export let hashHigh = 0;
export let hashLow = 0;

/** Hashes text[start, end) into `hashHigh` and `hashLow`. */
export function hashText(key: RedactionKey, text: string, start = 0, end = text.length): void {
  const keyHigh = key[0] | 0;
  const keyLow = key[1] | 0;
  // The second half of SipHash's 128-bit key is derived: only 64 bits are handed around.
  const otherHigh = keyHigh ^ 0x5bd1e995;
  const otherLow = keyLow ^ 0x27d4eb2f;
  v0h = keyHigh ^ 0x736f6d65;
  v0l = keyLow ^ 0x70736575;
  v1h = otherHigh ^ 0x646f7261;
  v1l = otherLow ^ 0x6e646f6d;
  v2h = keyHigh ^ 0x6c796765;
  v2l = keyLow ^ 0x6e657261;
  v3h = otherHigh ^ 0x74656462;
  v3l = otherLow ^ 0x79746573;
  const units = end - start;
  const stop = start + (units > HASHED_UNITS_MAX ? HASHED_UNITS_MAX : units);
  let at = start;
  for (; at + 4 <= stop; at += 4) {
    absorb(
      text.charCodeAt(at + 2) | (text.charCodeAt(at + 3) << 16),
      text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16),
    );
  }
  let high = 0;
  let low = 0;
  if (at < stop) low = text.charCodeAt(at);
  if (at + 1 < stop) low |= text.charCodeAt(at + 1) << 16;
  if (at + 2 < stop) high = text.charCodeAt(at + 2);
  absorb(high, low);
  absorb(0, units);
  v2l ^= 0xff;
  round();
  round();
  round();
  round();
  hashHigh = (v0h ^ v1h ^ v2h ^ v3h) >>> 0;
  hashLow = (v0l ^ v1l ^ v2l ^ v3l) >>> 0;
}

function absorb(high: number, low: number): void {
  v3h ^= high;
  v3l ^= low;
  round();
  round();
  v0h ^= high;
  v0l ^= low;
}

function round(): void {
  // v0 += v1; v1 = rotl(v1, 13) ^ v0; v0 = rotl(v0, 32)
  let low = (v0l >>> 0) + (v1l >>> 0);
  v0h = (v0h + v1h + (low > 0xffffffff ? 1 : 0)) | 0;
  v0l = low | 0;
  let high = (v1h << 13) | (v1l >>> 19);
  v1l = ((v1l << 13) | (v1h >>> 19)) ^ v0l;
  v1h = high ^ v0h;
  high = v0h;
  v0h = v0l;
  v0l = high;
  // v2 += v3; v3 = rotl(v3, 16) ^ v2
  low = (v2l >>> 0) + (v3l >>> 0);
  v2h = (v2h + v3h + (low > 0xffffffff ? 1 : 0)) | 0;
  v2l = low | 0;
  high = (v3h << 16) | (v3l >>> 16);
  v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
  v3h = high ^ v2h;
  // v0 += v3; v3 = rotl(v3, 21) ^ v0
  low = (v0l >>> 0) + (v3l >>> 0);
  v0h = (v0h + v3h + (low > 0xffffffff ? 1 : 0)) | 0;
  v0l = low | 0;
  high = (v3h << 21) | (v3l >>> 11);
  v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
  v3h = high ^ v0h;
  // v2 += v1; v1 = rotl(v1, 17) ^ v2; v2 = rotl(v2, 32)
  low = (v2l >>> 0) + (v1l >>> 0);
  v2h = (v2h + v1h + (low > 0xffffffff ? 1 : 0)) | 0;
  v2l = low | 0;
  high = (v1h << 17) | (v1l >>> 15);
  v1l = ((v1l << 17) | (v1h >>> 15)) ^ v2l;
  v1h = high ^ v2h;
  high = v2h;
  v2h = v2l;
  v2l = high;
}
