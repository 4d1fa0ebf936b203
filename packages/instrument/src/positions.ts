import { TraceMap, traceSegment, type SourceMapInput } from '@jridgewell/trace-mapping';
import type { InputMap } from './types.ts';

/** Offsets at which the lines of a text begin, by JavaScript's line terminators. */
export function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 10 || code === 0x2028 || code === 0x2029) starts.push(index + 1);
    else if (code === 13 && text.charCodeAt(index + 1) !== 10) starts.push(index + 1);
  }
  return starts;
}

/** A place in an original file: `line` 1-based, `column` 0-based, `source` an index into the map's sources. */
export interface OriginalPosition {
  source: number;
  line: number;
  column: number;
}

/** Turns offsets in the instrumented text into places in the original files. */
export class Positions {
  /** Offsets at which lines begin. */
  readonly lineStarts: readonly number[];
  readonly #map: TraceMap | undefined;
  /** Most questions come in ascending order. */
  #lastLine = 0;
  /** Text without a mapping is shown where the mapped text before it is. */
  #lastMapped: OriginalPosition = { source: 0, line: 1, column: 0 };

  constructor(text: string, inputMap: InputMap | undefined) {
    this.lineStarts = lineStartsOf(text);
    this.#map = inputMap && new TraceMap({ names: [], ...inputMap, version: 3 } as SourceMapInput);
  }

  at(offset: number): OriginalPosition {
    const line = this.#lineOf(offset);
    const column = offset - this.lineStarts[line]!;
    if (this.#map === undefined) return { source: 0, line: line + 1, column };
    const segment = traceSegment(this.#map, line, column);
    if (segment !== null && segment.length > 1) {
      const [, source, originalLine, originalColumn] = segment as [number, number, number, number];
      this.#lastMapped = { source, line: originalLine + 1, column: originalColumn };
    }
    return this.#lastMapped;
  }

  #lineOf(offset: number): number {
    const starts = this.lineStarts;
    let line = this.#lastLine;
    if (starts[line]! <= offset && offset - starts[line]! < 2000) {
      while (line + 1 < starts.length && starts[line + 1]! <= offset) line++;
    } else {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if (starts[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      line = low;
    }
    return (this.#lastLine = line);
  }
}
