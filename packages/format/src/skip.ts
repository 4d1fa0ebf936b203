import * as T from './value-tags.ts';

/** Words at which a skipped value holds something that later ones refer to. */
export interface Definitions {
  /** Heads of objects, functions and the rest that has an identity and content. */
  objects: number[];
  /** Heads of strings with a number, in the order of the numbers. */
  strings: number[];
}

/**
 * Position just after the encoded value at `position`, without decoding it. What it holds that later values refer to is
 * added to `found`, if given. Throws RangeError on an unknown tag or when the words end first.
 */
export function skipValue(words: Int32Array, position: number, found?: Definitions): number {
  if (position >= words.length) throw new RangeError(`chunk ends inside a value at word ${position}`);
  const head = words[position]!;
  const payload = head >>> 8;
  let next = position + 1;
  switch (head & T.TAG_MASK) {
    case T.UNDEFINED:
    case T.NULL:
    case T.FALSE:
    case T.TRUE:
    case T.SMI:
    case T.STRING_REF:
    case T.GETTER:
    case T.HOLE:
    case T.UNREADABLE:
    case T.UNINITIALIZED:
    case T.OBJECT_REF_SHORT:
      return next;
    case T.INT32:
    case T.OBJECT_REF:
    case T.PROXY:
      return next + 1;
    case T.DOUBLE:
      return next + 2;
    case T.DATE:
      found?.objects.push(position);
      return next + 3;
    case T.STRING: {
      const length = payload & T.STRING_LENGTH_MAX;
      const flags = payload >>> 16;
      if (flags & T.STRING_FLAG_INTERNED) found?.strings.push(position);
      if (flags & T.STRING_FLAG_CUT) next++;
      return next + (flags & T.STRING_FLAG_UTF16 ? (length + 1) >> 1 : (length + 3) >> 2);
    }
    case T.BIGINT:
    case T.SYMBOL:
    case T.REDACTED:
      return skipValue(words, next, found);
    case T.SHALLOW:
      return skipValue(words, next + 1, found);
    case T.FUNCTION:
    case T.REGEXP:
      found?.objects.push(position);
      return skipValue(words, next + 1, found);
    case T.OBJECT:
      found?.objects.push(position);
      return skipValues(words, skipValue(words, next + 1, found), (payload & T.OBJECT_COUNT_MASK) * 2, found);
    case T.ERROR:
      found?.objects.push(position);
      return skipValues(words, next + 1, 3 + (payload & T.OBJECT_COUNT_MASK) * 2, found);
    case T.ARRAY:
    case T.SET:
      found?.objects.push(position);
      return skipValues(words, next + 2, payload, found);
    case T.MAP:
      found?.objects.push(position);
      return skipValues(words, next + 2, payload * 2, found);
    case T.BINARY:
      found?.objects.push(position);
      return skipValues(words, skipValue(words, next + 1, found) + 1, payload);
    default:
      throw new RangeError(`unknown value tag ${head & T.TAG_MASK} at word ${position}`);
  }
}

export function skipValues(words: Int32Array, position: number, count: number, found?: Definitions): number {
  let next = position;
  for (let i = 0; i < count; i++) next = skipValue(words, next, found);
  return next;
}
