import { isCaptured, K, T, type Value } from '@execution-cinema/format';
import type { ChunkView } from '../read/chunk-view.ts';

/*
 * Whether two events of two runs hold the same values, told by their words alone: for most of what two runs of a program
 * do that is so, and nothing has to be decoded. "No" only means that it cannot be told this way.
 */

/** An event of a run: its chunk, and its number from the chunk's first one. */
export interface EventPlace {
  view: ChunkView;
  at: number;
}

export function hasSameWords(a: EventPlace, b: EventPlace): boolean {
  const [headA, headB] = [a.view.head(a.at), b.view.head(b.at)];
  const [wordA, wordB] = [a.view.chunk.words[headA]!, b.view.chunk.words[headB]!];
  const kind = K.kindOf(wordA);
  if (kind !== K.kindOf(wordB)) return false;
  if (kind === K.LEAVE_SMI) return wordA === wordB;
  positionA = K.operandsOf(wordA, headA);
  positionB = K.operandsOf(wordB, headB);
  let count = valueCount(kind);
  if (kind === K.ENTER_MANY) {
    count = a.view.chunk.words[positionA++]!;
    if (count !== b.view.chunk.words[positionB++]) return false;
  } else if (kind === K.WRITE_SCOPED) {
    positionA++;
    positionB++;
  }
  for (; count > 0; count--) if (!isSame(a.view, b.view)) return false;
  return count === 0;
}

/** Values of an event, one after the other; -1 where they cannot be compared by words. */
function valueCount(kind: number): number {
  if (kind >= K.ENTER_0 && kind < K.ENTER_MANY) return kind - K.ENTER_0;
  switch (kind) {
    case K.LEAVE_VALUE:
    case K.WRITE:
    case K.WRITE_SCOPED:
    case K.EXPRESSION:
    case K.THROW:
    case K.CATCH:
    case K.LOG:
      return 1;
    case K.PROPERTY:
      return 2;
    case K.PROPERTY_COMPUTED:
      return 3;
    case K.LEAVE_UNDEFINED:
    case K.LEAVE_THROW:
    case K.LEAVE_CLOSED:
    case K.UNWIND:
    case K.SUSPEND:
    case K.RESUME:
      return 0;
    default:
      return -1;
  }
}

/** Where the comparison stands in both chunks; variables of the module, since this runs for every value. */
let positionA = 0;
let positionB = 0;

function isSame(a: ChunkView, b: ChunkView): boolean {
  const [wordsA, wordsB] = [a.chunk.words, b.chunk.words];
  const head = wordsA[positionA]!;
  const tag = head & T.TAG_MASK;
  if (tag === T.STRING_REF) {
    const other = wordsB[positionB++]!;
    positionA++;
    return (other & T.TAG_MASK) === T.STRING_REF && isSameString(a.string(head >>> 8), b.string(other >>> 8));
  }
  if (head !== wordsB[positionB]) return false;
  positionA++;
  positionB++;
  switch (tag) {
    case T.UNDEFINED:
    case T.NULL:
    case T.FALSE:
    case T.TRUE:
    case T.SMI:
    case T.OBJECT_REF_SHORT:
      return true;
    case T.INT32:
    case T.OBJECT_REF:
      return wordsA[positionA++] === wordsB[positionB++];
    case T.DOUBLE:
      return areEqualWords(wordsA, wordsB, 2);
    case T.STRING: {
      const flags = (head >>> 8) >>> 16;
      const length = (head >>> 8) & T.STRING_LENGTH_MAX;
      const cut = flags & T.STRING_FLAG_CUT ? 1 : 0;
      return areEqualWords(wordsA, wordsB, cut + (flags & T.STRING_FLAG_UTF16 ? (length + 1) >> 1 : (length + 3) >> 2));
    }
    case T.FUNCTION:
      return areEqualWords(wordsA, wordsB, 1) && isSame(a, b);
    case T.OBJECT:
      return areEqualWords(wordsA, wordsB, 1) && areSame(a, b, 1 + ((head >>> 8) & T.OBJECT_COUNT_MASK) * 2);
    case T.ARRAY:
      return areEqualWords(wordsA, wordsB, 2) && areSame(a, b, head >>> 8);
    default:
      return false;
  }
}

/** Whole strings, or cut ones of the same length. */
function isSameString(a: Value, b: Value): boolean {
  return a === b || (isCaptured(a) && isCaptured(b) && a.name === b.name && a.length === b.length);
}

function areSame(a: ChunkView, b: ChunkView, count: number): boolean {
  for (let i = 0; i < count; i++) if (!isSame(a, b)) return false;
  return true;
}

function areEqualWords(a: Int32Array, b: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (a[positionA++] !== b[positionB++]) return false;
  return true;
}
