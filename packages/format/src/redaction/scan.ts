import { nameEnding, nameEndings } from './secret-names.ts';
import { KEY_MARKS } from './secret-shapes.ts';

/*
 * Tells which of the slow searches can find anything in a text. It may say too much, never too little. Most strings of
 * a program are done with after this, so its form is chosen for speed: one expression that jumps from one telling
 * character to the next (`_`, `-`, `=`, `J` ...) and looks back from there. Run by the engine's expression compiler it
 * costs less than reading the characters in a loop, above all for strings that are slices of others.
 */

/** An issued key or the scheme of a credential may be there. */
export const FOUND_KEY = 1;
/** What may be a secret name stands before `=`, `:` or `>`. */
export const FOUND_NAMED = 2;
/** `://` and an `@` after it. */
export const FOUND_URL = 4;
/** Two dashes in a row: a command line option, or the armour of a PEM file. */
export const FOUND_DASHES = 8;
/** Nine digits or more in groups that may be a card's. */
export const FOUND_DIGITS = 16;

/** Shorter texts hold no secret that shows without a name beside the text. `pwd=abcd` has eight characters. */
const SEARCHED_CHARS_MIN = 8;

const DIGIT_GROUPS = /\d{4}[ -]?\d{4}[ -]?\d/;

/** Says which searches are worth their time in a text; a sum of the flags above. */
export type Scan = (text: string) => number;

let builtInScan: Scan | undefined;

/** The scan for the built-in names and those of a plan. */
export function createScan(planNames: readonly string[]): Scan {
  return planNames.length > 0 ? makeScan(planNames) : (builtInScan ??= makeScan([]));
}

function makeScan(planNames: readonly string[]): Scan {
  // A name's digits, quote, bracket and the white space before the sign; more than eight of them is nobody's style.
  const between = '["\'`\\\\\\]) \\t\\d]{0,8}';
  const namedSign = `[=:>](?<=${endingIn([...nameEndings(), ...planNames.map(nameEnding).filter((ending) => ending !== '')])}${between}.)`;
  const keyMarks = [...byLastCharacter([...KEY_MARKS, '--'])].map(([last, marks]) => `${last}(?<=${marks.join('|')})`);
  const named = new RegExp(namedSign, 's');
  const anything = new RegExp(
    [...keyMarks, namedSign, '@(?<=://[^\\s]{1,256}@)', '[Bb](?=earer|asic|EARER|ASIC)'].join('|'),
    's',
  );
  return (text) => {
    if (text.length < SEARCHED_CHARS_MIN) return 0;
    const found = DIGIT_GROUPS.test(text) ? FOUND_DIGITS : 0;
    if (!anything.test(text)) return found;
    return (
      found |
      FOUND_KEY |
      (named.test(text) ? FOUND_NAMED : 0) |
      (text.includes('--') ? FOUND_DASHES : 0) |
      (text.includes('://') && text.includes('@') ? FOUND_URL : 0)
    );
  };
}

/**
 * An expression for any of the endings, grouped by their last letters: looking back, the engine compares those first
 * and so leaves most endings aside at once.
 */
function endingIn(endings: readonly string[]): string {
  const groups = [...byLastCharacter([...new Set(endings)])].map(([last, group]) => {
    const heads = group.map((ending) => ofAnyCase(ending.slice(0, -last.length)));
    return `(?:${heads.join('|')})${ofAnyCase(last)}`;
  });
  return `(?:${groups.join('|')})`;
}

/** Whether a text holds an ending of a secret name anywhere: a quick test before names are cut out of it. */
export function createNameTest(planNames: readonly string[]): (text: string) => boolean {
  const ending = new RegExp(endingIn([...nameEndings(), ...planNames.map(nameEnding).filter((name) => name !== '')]));
  return (text) => ending.test(text);
}

/** Groups expressions by the character they end with, which may be an escaped dot. */
function byLastCharacter(marks: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const mark of marks) {
    const last = mark.endsWith('\\.') ? '\\.' : mark.slice(-1);
    groups.set(last, [...(groups.get(last) ?? []), mark]);
  }
  return groups;
}

/** `en` becomes `[eE][nN]`; what is no letter stays. */
function ofAnyCase(text: string): string {
  return text.replace(/[^\W\d_]|[^\0-\x7f]/g, (letter) => {
    const upper = letter.toUpperCase();
    return upper.length === letter.length && upper !== letter ? `[${letter}${upper}]` : letter;
  });
}
