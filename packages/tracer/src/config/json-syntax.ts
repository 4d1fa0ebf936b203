/** Where a text stops being JSON. */
export interface JsonFault {
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** What is wrong there, as part of a sentence. */
  readonly problem: string;
}

const NESTING_MAX = 200;

/**
 * Finds the first fault of a text that `JSON.parse` has refused: its own message names no place on Node 20. Null when
 * the text is JSON after all.
 */
export function findJsonFault(text: string): JsonFault | null {
  const reader = new Reader(text);
  const fault = reader.readDocument();
  if (fault === null) return null;
  const before = text.slice(0, reader.at);
  return { line: before.split('\n').length, column: reader.at - (before.lastIndexOf('\n') + 1) + 1, problem: fault };
}

/** Reads without keeping anything; every method gives what is wrong at `at`, or null. */
class Reader {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): string | null {
    this.#skipBlanks();
    const fault = this.#readValue(0);
    if (fault !== null) return fault;
    this.#skipBlanks();
    return this.at < this.#text.length ? this.#unexpected('the end of the file') : null;
  }

  #readValue(depth: number): string | null {
    if (depth > NESTING_MAX) return 'nested too deeply';
    const character = this.#text[this.at];
    if (character === '{') return this.#readMembers(depth);
    if (character === '[') return this.#readItems(depth);
    if (character === '"') return this.#readString();
    const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
    word.lastIndex = this.at;
    const found = word.exec(this.#text);
    if (found === null) return this.#unexpected('a value');
    this.at += found[0].length;
    return null;
  }

  #readMembers(depth: number): string | null {
    const open = this.at++;
    for (let count = 0; ; count++) {
      this.#skipBlanks();
      if (this.#text[this.at] === '}' && count === 0) break;
      if (this.#text[this.at] === '}') return this.#trailingComma(open);
      if (this.#text[this.at] !== '"') return this.#unexpected('a key in double quotes');
      const keyFault = this.#readString();
      if (keyFault !== null) return keyFault;
      this.#skipBlanks();
      if (this.#text[this.at] !== ':') return this.#unexpected('":" after the key');
      this.at++;
      this.#skipBlanks();
      const fault = this.#readValue(depth + 1);
      if (fault !== null) return fault;
      this.#skipBlanks();
      if (this.#text[this.at] === '}') break;
      if (this.#text[this.at] !== ',') return this.#unexpected('"," or "}"');
      this.at++;
    }
    this.at++;
    return null;
  }

  #readItems(depth: number): string | null {
    const open = this.at++;
    for (let count = 0; ; count++) {
      this.#skipBlanks();
      if (this.#text[this.at] === ']' && count === 0) break;
      if (this.#text[this.at] === ']') return this.#trailingComma(open);
      const fault = this.#readValue(depth + 1);
      if (fault !== null) return fault;
      this.#skipBlanks();
      if (this.#text[this.at] === ']') break;
      if (this.#text[this.at] !== ',') return this.#unexpected('"," or "]"');
      this.at++;
    }
    this.at++;
    return null;
  }

  #readString(): string | null {
    for (let at = this.at + 1; at < this.#text.length; at++) {
      const character = this.#text[at]!;
      if (character === '"') {
        this.at = at + 1;
        return null;
      }
      if (character === '\n' || character === '\r') return 'a string is not closed on its line';
      if (character < ' ') {
        this.at = at;
        return 'a string holds a control character; write it as an escape such as \\t';
      }
      if (character !== '\\') continue;
      const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
      escape.lastIndex = at;
      if (!escape.test(this.#text)) {
        this.at = at;
        return 'not an escape of JSON; write a backslash twice';
      }
      at++;
    }
    return 'a string is not closed';
  }

  #trailingComma(open: number): string {
    this.at = this.#text.lastIndexOf(',', this.at);
    return `JSON has no comma after the last ${this.#text[open] === '{' ? 'member' : 'item'}`;
  }

  #unexpected(expected: string): string {
    const rest = this.#text.slice(this.at, this.at + 20);
    if (rest === '') return `expected ${expected}, but the file ends`;
    if (/^\/[/*]/.test(rest)) return 'JSON has no comments';
    if (rest.startsWith("'")) return `expected ${expected}; JSON uses double quotes`;
    return `expected ${expected}, got ${JSON.stringify(/^[\w$.-]+|^./su.exec(rest)?.[0] ?? rest)}`;
  }

  #skipBlanks(): void {
    while (/[ \t\r\n]/.test(this.#text[this.at] ?? '')) this.at++;
  }
}
