import * as T from './value-tags.ts';
import { captured, type Captured, type Value } from './value.ts';

const scratchWords = new Int32Array(2);
const scratchDouble = new Float64Array(scratchWords.buffer);

/** Strings and objects seen so far in one chunk; both start empty with the chunk. */
export class ChunkTables {
  readonly strings: Value[] = [];
  readonly objects = new Map<number, Captured>();
}

/**
 * Decodes values of one chunk in order. `words` is the chunk, `position` the next word to read.
 * Throws RangeError on an unknown tag or when the words end inside a value.
 */
export class ValueDecoder {
  /** May be replaced by the same words elsewhere. */
  words: Int32Array;
  readonly tables: ChunkTables;
  position: number;

  constructor(words: Int32Array, position: number, tables = new ChunkTables()) {
    this.words = words;
    this.position = position;
    this.tables = tables;
  }

  private word(): number {
    if (this.position >= this.words.length) throw new RangeError(`chunk ends inside a value at word ${this.position}`);
    return this.words[this.position++]!;
  }

  private double(): number {
    scratchWords[0] = this.word();
    scratchWords[1] = this.word();
    return scratchDouble[0]!;
  }

  read(): Value {
    const head = this.word();
    const tag = head & T.TAG_MASK;
    const payload = head >>> 8;
    switch (tag) {
      case T.UNDEFINED:
        return undefined;
      case T.NULL:
        return null;
      case T.FALSE:
        return false;
      case T.TRUE:
        return true;
      case T.SMI:
        return head >> 8;
      case T.INT32:
        return this.word();
      case T.DOUBLE:
        return this.double();
      case T.STRING_REF:
        return this.stringAt(payload);
      case T.STRING:
        return this.stringValue(payload);
      case T.BIGINT:
        return BigInt(this.text());
      case T.SYMBOL:
        return captured('symbol', 0, this.text());
      case T.OBJECT_REF:
        return this.objectAt(this.word());
      case T.OBJECT_REF_SHORT:
        return this.objectAt(payload);
      case T.GETTER:
        return captured('getter', 0, '');
      case T.HOLE:
        return captured('hole', 0, '');
      case T.UNREADABLE:
        return captured('unreadable', 0, '');
      case T.UNINITIALIZED:
        return captured('uninitialized', 0, '');
      case T.REDACTED:
        return captured('redacted', 0, this.text());
      case T.PROXY:
        return captured('proxy', this.word(), 'Proxy', 'proxy');
      case T.SHALLOW: {
        const id = this.word();
        return captured('shallow', id, this.text(), T.CUT_REASONS[payload] ?? 'budget');
      }
      case T.FUNCTION:
        return this.keep(captured('function', this.word(), ''), (node) => {
          node.name = this.text();
        });
      case T.DATE:
        return this.keep(captured('date', this.word(), 'Date'), (node) => {
          node.time = this.double();
        });
      case T.REGEXP:
        return this.keep(captured('regexp', this.word(), ''), (node) => {
          node.name = this.text();
        });
      case T.OBJECT:
        return this.keep(captured('object', this.word(), ''), (node) => {
          node.name = this.text();
          this.entries(node, payload);
        });
      case T.ERROR:
        return this.keep(captured('error', this.word(), ''), (node) => {
          node.name = this.text();
          node.message = this.read();
          node.stack = this.read();
          this.entries(node, payload);
        });
      case T.ARRAY:
        return this.keep(captured('array', this.word(), 'Array'), (node) => this.list(node, payload));
      case T.SET:
        return this.keep(captured('set', this.word(), 'Set'), (node) => this.list(node, payload));
      case T.BINARY:
        return this.keep(captured('binary', this.word(), ''), (node) => {
          node.name = this.text();
          this.list(node, payload);
        });
      case T.MAP:
        return this.keep(captured('map', this.word(), 'Map'), (node) => {
          node.length = this.word() >>> 0;
          this.pairs(node, payload);
          if (payload < node.length) node.cut = 'items';
        });
      default:
        throw new RangeError(`unknown value tag ${tag} at word ${this.position - 1}`);
    }
  }

  /** Registers the object before its content is read, so that content may refer back to it. */
  protected keep(node: Captured, fill: (node: Captured) => void): Captured {
    if (node.id !== 0) this.tables.objects.set(node.id, node);
    fill(node);
    return node;
  }

  private entries(node: Captured, payload: number): void {
    const count = payload & T.OBJECT_COUNT_MASK;
    this.pairs(node, count);
    node.length = count;
    if (payload & T.OBJECT_MORE_FLAG) node.cut = 'properties';
  }

  private pairs(node: Captured, count: number): void {
    if (count === 0) return;
    this.require(2 * count);
    const keys = (node.keys = listOf(count));
    const items = (node.items = listOf(count));
    for (let i = 0; i < count; i++) {
      keys[i] = this.read();
      items[i] = this.read();
    }
  }

  private list(node: Captured, count: number): void {
    node.length = this.word() >>> 0;
    if (count > 0) {
      this.require(count);
      const items = (node.items = listOf(count));
      for (let i = 0; i < count; i++) items[i] = this.read();
    }
    if (count < node.length) node.cut = 'items';
  }

  private text(): string {
    const value = this.read();
    if (typeof value === 'string') return value;
    if (typeof value === 'object' && value !== null) return value.name;
    throw new RangeError(`expected a string at word ${this.position}`);
  }

  protected stringAt(index: number): Value {
    const string = this.tables.strings[index];
    if (string === undefined) throw new RangeError(`unknown string ${index} at word ${this.position - 1}`);
    return string;
  }

  protected objectAt(id: number): Value {
    return this.tables.objects.get(id) ?? captured('shallow', id, '', 'budget');
  }

  private stringValue(payload: number): Value {
    const length = payload & T.STRING_LENGTH_MAX;
    const flags = payload >>> 16;
    const fullLength = flags & T.STRING_FLAG_CUT ? this.word() >>> 0 : length;
    const text = flags & T.STRING_FLAG_UTF16 ? this.utf16(length) : this.latin1(length);
    const string: Value =
      flags & T.STRING_FLAG_CUT ? { ...captured('cut string', 0, text), length: fullLength, cut: 'string' } : text;
    if (flags & T.STRING_FLAG_INTERNED) this.intern(string);
    return string;
  }

  /** A string gets the next number. */
  protected intern(string: Value): void {
    this.tables.strings.push(string);
  }

  private latin1(length: number): string {
    const from = this.skip(Math.ceil(length / 4));
    if (length > SHORT) return textOf(new Uint8Array(this.words.buffer, this.words.byteOffset + 4 * from, length));
    let text = '';
    let word = 0;
    for (let i = 0; i < length; i++) {
      if ((i & 3) === 0) word = this.words[from + (i >> 2)]!;
      text += String.fromCharCode((word >>> ((i & 3) * 8)) & 0xff);
    }
    return text;
  }

  private utf16(length: number): string {
    const from = this.skip(Math.ceil(length / 2));
    return textOf(new Uint16Array(this.words.buffer, this.words.byteOffset + 4 * from, length));
  }

  /** Position of the next words, behind which it goes on. */
  private skip(words: number): number {
    this.require(words);
    const from = this.position;
    this.position += words;
    return from;
  }

  private require(words: number): void {
    if (this.position + words > this.words.length)
      throw new RangeError(`chunk ends inside a value at word ${this.position}`);
  }
}

/** A list of so many values, to be filled in: one that grows has room for 17 at first. */
function listOf(count: number): Value[] {
  // oxlint-disable-next-line unicorn/no-new-array -- no other way gives it this room and no more
  return new Array<Value>(count);
}

/** Up to here putting a text together character by character is faster; a longer one would be a tree with a node for each. */
const SHORT = 12;
/** Characters that are made into a text at once. */
const CODES_MAX = 4096;

function textOf(codes: Uint8Array | Uint16Array): string {
  let text = '';
  for (let i = 0; i < codes.length; i += CODES_MAX) {
    const part = codes.length <= CODES_MAX ? codes : codes.subarray(i, i + CODES_MAX);
    // Spreading a typed array takes ten times as long.
    text += String.fromCharCode.apply(undefined, part as unknown as number[]);
  }
  return text;
}
