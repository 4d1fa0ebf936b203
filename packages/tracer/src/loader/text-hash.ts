import { createHash } from 'node:crypto';

/** Characters hashed at a time: Node makes room for three bytes for each character of what it is given. */
const PIECE_CHARS = 64 * 1024;

/** SHA-256 of a text as UTF-8, in hexadecimal digits. */
export function sha256(text: string): string {
  const hash = createHash('sha256');
  for (let from = 0; from < text.length;) {
    const end = from + PIECE_CHARS;
    // Half of a pair is no character.
    const to = isFirstOfPair(text.charCodeAt(end - 1)) ? end - 1 : end;
    hash.update(text.slice(from, to));
    from = to;
  }
  return hash.digest('hex');
}

function isFirstOfPair(charCode: number): boolean {
  return charCode >= 0xd800 && charCode <= 0xdbff;
}
