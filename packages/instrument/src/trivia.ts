import { InstrumentError } from './types.ts';

/*
 * Finding punctuation between two nodes. Only white space, comments and the expected punctuators can stand there, so no
 * tokenizer is needed.
 */

/** The first offset at or after `offset` that is neither white space nor a comment. */
export function skipTrivia(source: string, offset: number): number {
  let index = offset;
  for (; index < source.length; index++) {
    const code = source.charCodeAt(index);
    if (code === 47) {
      const next = source.charCodeAt(index + 1);
      if (next === 47) index = endOfLine(source, index + 2);
      else if (next === 42) index = source.indexOf('*/', index + 2) + 1;
      else return index;
    } else if (code > 32 && code !== 160 && !(code > 127 && /\s/.test(source[index]!))) return index;
  }
  return index;
}

/** The offset of the next `wanted` character, when only trivia and the `passed` characters lie before it; else -1. */
export function findPunctuator(source: string, offset: number, wanted: string, passed: string): number {
  for (let index = skipTrivia(source, offset); index < source.length; index = skipTrivia(source, index + 1)) {
    const character = source[index]!;
    if (character === wanted) return index;
    if (!passed.includes(character)) return -1;
  }
  return -1;
}

/** As `findPunctuator`, for what the syntax says must be there. */
export function mustFind(source: string, offset: number, wanted: string, passed: string): number {
  const found = findPunctuator(source, offset, wanted, passed);
  if (found < 0) throw new InstrumentError('UNSUPPORTED', `no "${wanted}" found after offset ${offset}`);
  return found;
}

function endOfLine(source: string, offset: number): number {
  for (let index = offset; index < source.length; index++) {
    const code = source.charCodeAt(index);
    if (code === 10 || code === 13 || code === 0x2028 || code === 0x2029) return index;
  }
  return source.length;
}
