import { encodeInsertions } from './insertion-map.ts';

/** Edits per file; together with 2^31 characters of source the sort key stays an exact number. */
const EDITS_MAX = 2 ** 22;

/**
 * The text to insert, gathered in any order. At one position, what was added first comes first: the walk opens a node
 * before its children and closes it after them, so nesting comes out right.
 */
export class Edits {
  readonly #source: string;
  readonly #lineStarts: readonly number[];
  readonly #positions: number[] = [];
  readonly #texts: string[] = [];

  /** `lineStarts` are the offsets at which the lines of `source` begin. */
  constructor(source: string, lineStarts: readonly number[]) {
    this.#source = source;
    this.#lineStarts = lineStarts;
  }

  insert(position: number, text: string): void {
    this.#positions.push(position);
    this.#texts.push(text);
  }

  /** Keeps a place among the insertions at this position, for text that is known later. */
  reserve(position: number): number {
    return this.#positions.push(position) && this.#texts.push('') - 1;
  }

  fill(slot: number, text: string): void {
    this.#texts[slot] = text;
  }

  /** The code, and the encoded map of what was inserted where. */
  apply(): { code: string; insertions: string } {
    const count = this.#positions.length;
    if (count > EDITS_MAX) throw new RangeError(`${count} insertions, at most ${EDITS_MAX}`);
    const keys = new Float64Array(count);
    for (let index = 0; index < count; index++) keys[index] = this.#positions[index]! * EDITS_MAX + index;
    keys.sort();
    const places: number[] = [];
    const lengths: number[] = [];
    let code = '';
    let from = 0;
    for (let index = 0; index < count; index++) {
      const key = keys[index]!;
      const position = Math.floor(key / EDITS_MAX);
      let text = this.#texts[key - position * EDITS_MAX]!;
      if (text === '') continue;
      if (position > from || places.length === 0) {
        // `return"x"` must not become `return$ec_r(...)`.
        if (isWordCharacter(text.charCodeAt(0)) && isWordCharacter(this.#source.charCodeAt(position - 1)))
          text = ` ${text}`;
        code += this.#source.slice(from, position) + text;
        places.push(position);
        lengths.push(text.length);
        from = position;
      } else {
        code += text;
        lengths[lengths.length - 1]! += text.length;
      }
    }
    code += this.#source.slice(from);
    return { code, insertions: encodeInsertions(this.#lineStarts, places, lengths) };
  }
}

/** Whether a character can be part of a name or keyword; cautious beyond ASCII. NaN, beyond the text, cannot. */
function isWordCharacter(code: number): boolean {
  if (code > 127) return true;
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 36 ||
    code === 95
  );
}
