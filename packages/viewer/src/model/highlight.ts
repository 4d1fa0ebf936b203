/*
 * Colours for JavaScript, TypeScript and JSX: a scanner, not a parser. A line is scanned alone; what a line leaves open
 * (a block comment, a template) is the state that the next one starts with, so any line can be coloured once the states
 * of those before it are known.
 */
type TokenKind =
  | 'plain'
  | 'keyword'
  | 'string'
  | 'number'
  | 'comment'
  | 'function'
  | 'type'
  | 'regexp'
  | 'name'
  | 'property'
  | 'punctuation';

export interface Token {
  text: string;
  kind: TokenKind;
  /** Column of its first character. */
  column: number;
}

/** What is open at the start of a line: nothing, a block comment, or templates with the depth of braces in each. */
export interface LineState {
  comment: boolean;
  templates: readonly number[];
  /** The scanner stands inside the text of the innermost template, not in one of its `${}`. */
  inTemplate: boolean;
}

export const START: LineState = { comment: false, templates: [], inTemplate: false };

const KEYWORDS = new Set(
  `abstract as asserts async await break case catch class const constructor continue debugger declare default delete do else enum
  export extends finally for from function get if implements import in infer instanceof interface is keyof let namespace new
  of override private protected public readonly return satisfies set static super switch this throw try type typeof unique
  using var void while with yield true false null undefined NaN Infinity`.split(/\s+/),
);
/** Keywords only where they begin something: `type Foo`, `get x()`; elsewhere they are names. */
const SOFT = new Set(
  'abstract as asserts async constructor declare from get implements infer interface is keyof namespace of override private protected public readonly satisfies set static type unique using enum'.split(
    ' ',
  ),
);
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?)n?/y;
const SPACE = /\s+/y;
const LINE_LENGTH_MAX = 4_000;

export function scanLine(line: string, start: LineState): { tokens: Token[]; end: LineState } {
  if (line.length > LINE_LENGTH_MAX) return { tokens: [{ text: line, kind: 'plain', column: 0 }], end: start };
  const scanner = new Scanner(line, start);
  scanner.run();
  return { tokens: scanner.tokens, end: scanner.state() };
}

/** Tokens of every line of a text. */
export function scanText(text: string): Token[][] {
  let state = START;
  return text.split('\n').map((line) => {
    const { tokens, end } = scanLine(line, state);
    state = end;
    return tokens;
  });
}

class Scanner {
  readonly tokens: Token[] = [];
  private at = 0;
  private readonly line: string;
  private comment: boolean;
  private readonly templates: number[];
  private inTemplate: boolean;

  constructor(line: string, start: LineState) {
    this.line = line;
    this.comment = start.comment;
    this.templates = [...start.templates];
    this.inTemplate = start.inTemplate;
  }

  state(): LineState {
    return { comment: this.comment, templates: this.templates, inTemplate: this.inTemplate };
  }

  run(): void {
    while (this.at < this.line.length) {
      if (this.comment) this.blockComment();
      else if (this.inTemplate) this.template();
      else this.code();
    }
  }

  private push(length: number, kind: TokenKind): void {
    if (length <= 0) return;
    this.tokens.push({ text: this.line.slice(this.at, this.at + length), kind, column: this.at });
    this.at += length;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.line)?.[0];
  }

  private blockComment(): void {
    const end = this.line.indexOf('*/', this.at);
    this.comment = end < 0;
    this.push(end < 0 ? this.line.length - this.at : end + 2 - this.at, 'comment');
  }

  private template(): void {
    let i = this.at;
    while (i < this.line.length) {
      if (this.line[i] === '\\') i += 2;
      else if (this.line[i] === '`') {
        this.templates.pop();
        this.inTemplate = false;
        return this.push(i + 1 - this.at, 'string');
      } else if (this.line[i] === '$' && this.line[i + 1] === '{') {
        this.push(i - this.at, 'string');
        this.templates[this.templates.length - 1] = 0;
        this.inTemplate = false;
        return this.push(2, 'punctuation');
      } else i += 1;
    }
    this.push(this.line.length - this.at, 'string');
  }

  private code(): void {
    const char = this.line[this.at]!;
    const pair = this.line.slice(this.at, this.at + 2);
    const space = this.match(SPACE);
    if (space) return this.push(space.length, 'plain');
    if (pair === '//' || (this.at === 0 && pair === '#!')) return this.push(this.line.length - this.at, 'comment');
    if (pair === '/*') {
      this.comment = true;
      const end = this.line.indexOf('*/', this.at + 2);
      this.comment = end < 0;
      return this.push(end < 0 ? this.line.length - this.at : end + 2 - this.at, 'comment');
    }
    if (char === '"' || char === "'") return this.push(this.stringLength(char), 'string');
    if (char === '`') {
      this.templates.push(0);
      this.inTemplate = true;
      return this.push(1, 'string');
    }
    const number = /[\d.]/.test(char) ? this.match(NUMBER) : undefined;
    if (number) return this.push(number.length, 'number');
    const word = this.match(WORD);
    if (word) return this.word(word);
    if (char === '/' && this.regexpMayStand()) {
      const length = this.regexpLength();
      if (length > 0) return this.push(length, 'regexp');
    }
    if (this.templates.length > 0) this.brace(char);
    return this.push(1, 'punctuation');
  }

  /** Counts braces inside `${}`; the one that closes it leads back into the text. */
  private brace(char: string): void {
    const last = this.templates.length - 1;
    if (char === '{') this.templates[last]! += 1;
    if (char !== '}') return;
    if (this.templates[last] === 0) this.inTemplate = true;
    else this.templates[last]! -= 1;
  }

  private stringLength(quote: string): number {
    let i = this.at + 1;
    while (i < this.line.length && this.line[i] !== quote) i += this.line[i] === '\\' ? 2 : 1;
    return Math.min(i + 1, this.line.length) - this.at;
  }

  private word(word: string): void {
    const after = this.line.slice(this.at + word.length).trimStart();
    const isProperty = this.line[this.at - 1] === '.' && this.line[this.at - 2] !== '.';
    const isKeyword = KEYWORDS.has(word) && !isProperty && !(SOFT.has(word) && /^[=:,;.)(?]/.test(after));
    if (isKeyword && !(after.startsWith(':') && !/^(default|else|case)/.test(word)))
      return this.push(word.length, 'keyword');
    if (/^(\(|<[\w\s,.[\]]*>\()/.test(after)) return this.push(word.length, 'function');
    if (/^[A-Z]/.test(word) && !isProperty) return this.push(word.length, 'type');
    this.push(word.length, isProperty ? 'property' : 'name');
  }

  /** A slash begins a regular expression unless a value stands before it. */
  private regexpMayStand(): boolean {
    const before = this.tokens.findLast(({ text }) => text.trim() !== '');
    if (!before) return true;
    if (before.kind === 'keyword') return !/^(this|super|true|false|null|undefined)$/.test(before.text);
    return before.kind === 'punctuation' && !/[)\]}]/.test(before.text);
  }

  private regexpLength(): number {
    let inClass = false;
    for (let i = this.at + 1; i < this.line.length; i++) {
      const char = this.line[i]!;
      if (char === '\\') i += 1;
      else if (char === '[') inClass = true;
      else if (char === ']') inClass = false;
      else if (char === '/' && !inClass) {
        let end = i + 1;
        while (/[a-z]/.test(this.line[end] ?? '')) end += 1;
        return end - this.at;
      }
    }
    return 0;
  }
}
