import { NAME_ENDINGS } from './secret-names.ts';
import { KEY_STARTS } from './secret-shapes.ts';

/*
 * One pass over a text that tells which of the slow searches can find anything in it. It may say too much, never too
 * little. Most strings of a program are done with after this pass, so it is a table look-up per character: two letters
 * at the start of a word for issued keys, the two letters before `=` and `:` for named values.
 */

/** A word starts like an issued key (`eyJ`, `AKIA`, `ghp_`, `Bearer`). */
export const FOUND_KEY = 1;
/** What may be a secret name stands before `=`, `:` or `>`. */
export const FOUND_NAMED = 2;
/** `://` and an `@` after it. */
export const FOUND_URL = 4;
/** Two dashes in a row: a command line option, or the armour of a PEM file. */
export const FOUND_DASHES = 8;
/** Thirteen digits or more with at most one separator in between. */
export const FOUND_DIGITS = 16;
/** The first four characters of a value that was redacted before. */
export const FOUND_KNOWN = 32;

const OTHER = 0;
const LETTER = 1;
const DIGIT = 2;
const GAP = 3;
const ASSIGN = 4;
const AT = 5;
const SKIPPED = /[ \t"'`\\\])]/;

/** Class per ASCII character. Others share the slots of their low seven bits: that only makes the pass say too much. */
const CLASSES = new Uint8Array(128);
/** Which characters may stand between a name and its `=` or `:`. */
const BETWEEN = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/.test(character)) CLASSES[code] = LETTER;
  else if (/\d/.test(character)) CLASSES[code] = DIGIT;
  else if (character === ' ' || character === '-') CLASSES[code] = GAP;
  else if (character === '=' || character === ':' || character === '>') CLASSES[code] = ASSIGN;
  else if (character === '@') CLASSES[code] = AT;
  else CLASSES[code] = OTHER;
  if (SKIPPED.test(character) || /\d/.test(character)) BETWEEN[code] = 1;
}

/** A set of pairs of characters: 1 at (first << 7 | second). */
export type PairTable = Uint8Array;

/** Makes capitals small in both characters of a pair; what it does to other characters only adds false alarms. */
const FOLDED_PAIR = 0x1020;

function pairTable(pairs: Iterable<string>, fold: number): PairTable {
  const table = new Uint8Array(128 * 128);
  for (const pair of pairs) table[((pair.charCodeAt(0) & 127) << 7) | (pair.charCodeAt(1) & 127) | fold] = 1;
  return table;
}

const KEY_TABLE = pairTable(KEY_STARTS, 0);

/** The table of name endings that `scanText` wants: the built-in names' and those of a plan's own names. */
export function nameEndingTable(planNames: readonly string[]): PairTable {
  const planEndings = planNames.map((name) =>
    name
      .toLowerCase()
      .replace(/[^\p{L}]+$/u, '')
      .slice(-2),
  );
  return pairTable([...NAME_ENDINGS, ...planEndings.filter((ending) => ending.length === 2)], FOLDED_PAIR);
}

/** Which searches are worth their time in text[0, end). */
export function scanText(text: string, end: number, nameEndings: PairTable): number {
  let found = 0;
  let digits = 0;
  let previous = OTHER;
  let colonSlashes = false;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at) & 127;
    const kind = CLASSES[code]!;
    if (kind === LETTER) {
      if (previous !== LETTER && previous !== DIGIT && at + 1 < end) {
        if (KEY_TABLE[(code << 7) | (text.charCodeAt(at + 1) & 127)] === 1) found |= FOUND_KEY;
      }
      digits = 0;
    } else if (kind === DIGIT) {
      if (++digits === 13) found |= FOUND_DIGITS;
    } else if (kind === GAP) {
      if (code === 45 && previous === GAP && text.charCodeAt(at - 1) === 45) found |= FOUND_DASHES;
      if (previous === GAP) digits = 0;
    } else {
      digits = 0;
      if (kind === ASSIGN) {
        if (code === 58 && text.charCodeAt(at + 1) === 47 && text.charCodeAt(at + 2) === 47) colonSlashes = true;
        else if ((found & FOUND_NAMED) === 0 && endsName(text, at, nameEndings)) found |= FOUND_NAMED;
      } else if (kind === AT && colonSlashes) found |= FOUND_URL;
    }
    previous = kind;
  }
  return found;
}

/** Whether the letters before text[at] end like a secret name. */
function endsName(text: string, at: number, nameEndings: PairTable): boolean {
  let last = at - 1;
  // A name's digits, quote, bracket and the white space before the sign; more than eight of them is nobody's style.
  for (const stop = Math.max(0, at - 9); last > stop && BETWEEN[text.charCodeAt(last) & 127] === 1;) last--;
  if (last < 1) return false;
  const pair = ((text.charCodeAt(last - 1) & 127) << 7) | (text.charCodeAt(last) & 127);
  return nameEndings[pair | FOLDED_PAIR] === 1;
}
