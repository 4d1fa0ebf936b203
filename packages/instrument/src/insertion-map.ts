import { lineStartsOf } from './positions.ts';

/*
 * Where text was inserted, as a string of base 64 variable length numbers (as in source maps, unsigned): for each
 * place, in order: lines since the place before, column in the source (since the place before when on the same line),
 * characters inserted. Lines are the same in source and code.
 */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function encodeNumber(value: number): string {
  let text = '';
  let rest = value;
  while (rest >= 32) {
    text += DIGITS[32 + (rest & 31)]!;
    rest >>>= 5;
  }
  return text + DIGITS[rest]!;
}

/** `positions` are offsets in the source, ascending; `lengths` the characters inserted at each. */
export function encodeInsertions(
  lineStarts: readonly number[],
  positions: readonly number[],
  lengths: readonly number[],
): string {
  let encoded = '';
  let line = 0;
  let lastLine = 0;
  let lastColumn = 0;
  for (let index = 0; index < positions.length; index++) {
    const position = positions[index]!;
    while (line + 1 < lineStarts.length && lineStarts[line + 1]! <= position) line++;
    if (line !== lastLine) lastColumn = 0;
    const column = position - lineStarts[line]!;
    encoded += encodeNumber(line - lastLine) + encodeNumber(column - lastColumn) + encodeNumber(lengths[index]!);
    lastLine = line;
    lastColumn = column;
  }
  return encoded;
}

/** Leads from instrumented code back to the text that was instrumented. Decodes on first use. */
export class InsertionMap {
  readonly #encoded: string;
  #lines: number[] = [];
  #columns: number[] = [];
  #lengths: number[] = [];
  #decoded = false;

  /** `encoded` is `InstrumentResult.insertions`. */
  constructor(encoded: string) {
    this.#encoded = encoded;
  }

  /** `line` is 1-based, `column` 0-based, of the code; the result likewise of the source. Inserted text maps to its place. */
  originalPosition(line: number, column: number): { line: number; column: number } {
    this.#decode();
    let index = this.#firstOfLine(line - 1);
    let inserted = 0;
    for (; index < this.#lines.length && this.#lines[index] === line - 1; index++) {
      const place = this.#columns[index]!;
      if (place + inserted > column) break;
      inserted += this.#lengths[index]!;
      if (place + inserted > column) return { line, column: place };
    }
    return { line, column: column - inserted };
  }

  /** Offsets in the source of a range of offsets in the code. Text inserted at either end is left out. */
  originalRange(code: string, start: number, end: number): { start: number; end: number } {
    this.#decode();
    const lineStarts = lineStartsOf(code);
    return { start: this.#originalOffset(lineStarts, start), end: this.#originalOffset(lineStarts, end) };
  }

  /** The part of the code from `start` to `end` (offsets) as it stood in the source. */
  withoutInsertions(code: string, start: number, end: number): string {
    this.#decode();
    const lineStarts = lineStartsOf(code);
    let text = '';
    let from = start;
    let insertedInLine = 0;
    for (let index = 0; index < this.#lines.length; index++) {
      const line = this.#lines[index]!;
      if (line !== this.#lines[index - 1]) insertedInLine = 0;
      const place = lineStarts[line]! + this.#columns[index]! + insertedInLine;
      const length = this.#lengths[index]!;
      insertedInLine += length;
      if (place + length <= from) continue;
      if (place >= end) break;
      if (place > from) text += code.slice(from, place);
      from = place + length;
    }
    return from < end ? text + code.slice(from, end) : text;
  }

  #originalOffset(codeLineStarts: readonly number[], offset: number): number {
    let inserted = 0;
    let insertedBeforeLine = 0;
    for (let index = 0; index < this.#lines.length; index++) {
      const line = this.#lines[index]!;
      if (line !== this.#lines[index - 1]) insertedBeforeLine = inserted;
      const place = codeLineStarts[line]! - insertedBeforeLine + this.#columns[index]!;
      if (place + inserted >= offset) break;
      inserted += this.#lengths[index]!;
      if (place + inserted >= offset) return place;
    }
    return offset - inserted;
  }

  #firstOfLine(line: number): number {
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#lines[middle]! < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #decode(): void {
    if (this.#decoded) return;
    this.#decoded = true;
    let line = 0;
    let column = 0;
    let index = 0;
    const next = (): number => {
      let value = 0;
      for (let shift = 0; ; shift += 5) {
        const digit = DIGITS.indexOf(this.#encoded[index++]!);
        value += (digit & 31) << shift;
        if (digit < 32) return value;
      }
    };
    while (index < this.#encoded.length) {
      const lines = next();
      if (lines > 0) column = 0;
      line += lines;
      column += next();
      const length = next();
      this.#lines.push(line);
      this.#columns.push(column);
      this.#lengths.push(length);
    }
  }
}
