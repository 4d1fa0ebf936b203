import * as T from './value-tags.ts';

/**
 * Position just after the encoded value at `position`, without decoding it. Identities of objects whose content it holds
 * are added to `captured`, if given. Throws RangeError on an unknown tag or when the words end first.
 */
export function skipValue(words: Int32Array, position: number, captured?: number[]): number {
  if (position >= words.length) throw new RangeError(`chunk ends inside a value at word ${position}`);
  const head = words[position]!;
  const payload = head >>> 8;
  let next = position + 1;
  switch (head & 0xff) {
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
      return next;
    case T.INT32:
    case T.OBJECT_REF:
    case T.PROXY:
      return next + 1;
    case T.DOUBLE:
      return next + 2;
    case T.DATE:
      return next + 3;
    case T.STRING: {
      const length = payload & T.STRING_LENGTH_MAX;
      const flags = payload >>> 16;
      if (flags & T.STRING_FLAG_CUT) next++;
      return next + (flags & T.STRING_FLAG_UTF16 ? (length + 1) >> 1 : (length + 3) >> 2);
    }
    case T.BIGINT:
    case T.SYMBOL:
    case T.REDACTED:
      return skipValue(words, next);
    case T.SHALLOW:
    case T.FUNCTION:
    case T.REGEXP:
      return skipValue(words, next + 1);
    case T.OBJECT:
      captured?.push(words[next]!);
      return skipValues(words, skipValue(words, next + 1), (payload & T.OBJECT_COUNT_MASK) * 2, captured);
    case T.ERROR:
      captured?.push(words[next]!);
      return skipValues(words, next + 1, 3 + (payload & T.OBJECT_COUNT_MASK) * 2, captured);
    case T.ARRAY:
    case T.SET:
      captured?.push(words[next]!);
      return skipValues(words, next + 2, payload, captured);
    case T.MAP:
      captured?.push(words[next]!);
      return skipValues(words, next + 2, payload * 2, captured);
    case T.BINARY:
      captured?.push(words[next]!);
      return skipValues(words, skipValue(words, next + 1) + 1, payload);
    default:
      throw new RangeError(`unknown value tag ${head & 0xff} at word ${position}`);
  }
}

export function skipValues(words: Int32Array, position: number, count: number, captured?: number[]): number {
  let next = position;
  for (let i = 0; i < count; i++) next = skipValue(words, next, captured);
  return next;
}
