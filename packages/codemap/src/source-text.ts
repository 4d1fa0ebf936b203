import type { Comment } from './parse.ts';
import type { SyntaxNode } from './syntax.ts';
import type { LineRange } from './types.ts';

/** Characters of a signature or parameter that are kept; the rest is an ellipsis. */
const HEAD_CHARS_MAX = 1000;

/** Reads stretches of one source and finds its doc comments. */
export class SourceText {
  readonly text: string;
  readonly #comments: readonly Comment[];

  constructor(text: string, comments: readonly Comment[]) {
    this.text = text;
    this.#comments = comments;
  }

  /** The text between two offsets on one line, without comments. */
  folded(start: number, end: number): string {
    let text = '';
    let at = start;
    for (let i = this.#firstEndingAfter(start); i < this.#comments.length; i++) {
      const comment = this.#comments[i]!;
      if (comment.start >= end) break;
      if (comment.start < at) continue;
      text += `${this.text.slice(at, comment.start)} `;
      at = comment.end;
    }
    text = (text + this.text.slice(at, end))
      .replace(/\s+/g, ' ')
      .replace(/ (?=[,)])/g, '')
      .trim();
    return text.length > HEAD_CHARS_MAX ? `${text.slice(0, HEAD_CHARS_MAX)}…` : text;
  }

  /** Text of the doc comment in front of an offset; other comments may stand between. */
  docBefore(offset: number): string | null {
    let at = offset;
    for (let i = this.#firstEndingAfter(offset) - 1; i >= 0; i--) {
      const comment = this.#comments[i]!;
      if (/\S/.test(this.text.slice(comment.end, at))) return null;
      if (comment.block && comment.text.startsWith('*')) return docText(comment.text);
      at = comment.start;
    }
    return null;
  }

  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#comments[middle]!.end > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function docText(comment: string): string {
  return comment
    .slice(1)
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}

export function rangeOf({ loc: { start, end } }: SyntaxNode): LineRange {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
