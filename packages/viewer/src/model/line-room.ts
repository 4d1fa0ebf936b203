import type { Token } from './highlight.ts';

/** As in the style sheet: columns between tab stops. */
const TAB_COLUMNS = 4;
/** Values shown behind one line, and characters of each. */
const VALUES_MAX = 5;
const ROOM_LEAST = 9;
const ROOM_MOST = 64;
const ROOM_BEYOND = 32;
/** Pixels of a letter of a value; around one, and between it and the next; around all of them, and between them and the code. */
const SMALL_LETTER = 6.6;
const CHIP = 24;
const AROUND = 18;
const SPACE = 12;

/** How many of a line's values stand behind its code, with so many characters each, in so many pixels. */
export interface LineRoom {
  shown: number;
  /** Out of sight, behind code that is wider than the panel. */
  beyond: number;
  room: number;
  width: number;
}

/**
 * Values take what the code leaves: they never stand over it. `words` is what stands in front of each of them, `width` and
 * `letter` are the pixels of the line and of one letter of its code.
 */
export function valuesThatFit(
  tokens: readonly Token[],
  words: readonly string[],
  width: number,
  letter: number,
): LineRoom {
  const left = width - columnsOf(tokens) * letter - SPACE - AROUND;
  let shown = 0;
  let least = 0;
  while (shown < Math.min(words.length, VALUES_MAX)) {
    const next = least + CHIP + (words[shown]!.length + ROOM_LEAST) * SMALL_LETTER;
    if (next > left) break;
    least = next;
    shown++;
  }
  // Where the code alone is wider they stand at its end all the same: whoever scrolls there sees them.
  if (shown === 0 && left < -AROUND)
    return { shown: 0, beyond: Math.min(words.length, VALUES_MAX), room: ROOM_BEYOND, width: Infinity };
  const more = shown === 0 ? 0 : Math.floor((left - least) / SMALL_LETTER / shown);
  return {
    shown,
    beyond: 0,
    room: Math.min(ROOM_MOST, ROOM_LEAST + more),
    width: Math.max(0, Math.floor(left) + AROUND),
  };
}

const columns = new WeakMap<readonly Token[], number>();

/** Columns that the text of a line takes, tabs included. */
export function columnsOf(tokens: readonly Token[]): number {
  let count = columns.get(tokens);
  if (count === undefined) {
    count = 0;
    for (const { text } of tokens) {
      for (const letter of text) count = letter === '\t' ? count + TAB_COLUMNS - (count % TAB_COLUMNS) : count + 1;
    }
    columns.set(tokens, count);
  }
  return count;
}
