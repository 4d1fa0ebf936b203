import type { WireNode, WireValue } from '@execution-cinema/server/protocol';

/** A piece of a preview with its colour class. Pieces only ever become text nodes. */
export interface Part {
  text: string;
  kind: ValueKind;
}

export type ValueKind = 'number' | 'string' | 'boolean' | 'nothing' | 'object' | 'key' | 'mark';

/** One row below an opened value. */
export interface Child {
  key: string;
  value: WireValue;
  /** Its own field, an index or an entry; `note` says what was not captured. */
  kind: 'field' | 'item' | 'entry' | 'note';
  /** Of an entry: its key as questions give it; left out where it has none. */
  entry?: string;
}

const ELLIPSIS = '…';
const DEPTH_MAX = 3;
const QUOTED_MAX = 400;

export function isNode(value: WireValue | undefined): value is WireNode {
  return typeof value === 'object' && value !== null && 't' in value;
}

export function kindOf(value: WireValue): ValueKind {
  if (value === null) return 'nothing';
  switch (typeof value) {
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    default:
  }
  if ('u' in value) return 'nothing';
  if ('n' in value || 'b' in value) return 'number';
  if ('r' in value) return 'mark';
  switch (value.t) {
    case 'cut string':
      return 'string';
    case 'redacted':
    case 'getter':
    case 'hole':
    case 'unreadable':
    case 'uninitialized':
    case 'proxy':
      return 'mark';
    default:
      return 'object';
  }
}

/** Whether two values look the same; identity of objects counts, their content does not. */
export function sameValue(a: WireValue, b: WireValue): boolean {
  if (a === b) return true;
  if (isNode(a) && isNode(b) && a.i !== undefined && a.i === b.i) return true;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A line of JavaScript-like text of about `room` characters, in coloured pieces. */
export function previewParts(value: WireValue, room = 80): Part[] {
  const out: Part[] = [];
  const writer = new Writer(out, room);
  writer.value(value, 0);
  return out;
}

export function previewText(value: WireValue, room = 80): string {
  return previewParts(value, room)
    .map(({ text }) => text)
    .join('');
}

class Writer {
  private left: number;
  private readonly out: Part[];

  constructor(out: Part[], room: number) {
    this.out = out;
    this.left = room;
  }

  private put(text: string, kind: ValueKind): void {
    this.left -= text.length;
    this.out.push({ text, kind });
  }

  value(value: WireValue, depth: number): void {
    const kind = kindOf(value);
    if (!isNode(value)) return this.put(scalarText(value, this.left), kind);
    switch (value.t) {
      case 'cut string':
        return this.put(quoted(value.c ?? '', this.left, true), kind);
      case 'function':
        return this.put(functionText(value.c ?? ''), kind);
      case 'symbol':
        return this.put(`Symbol(${value.c ?? ''})`, kind);
      case 'regexp':
        return this.put(value.c ?? '', kind);
      case 'date':
        return this.put(dateText(value), kind);
      case 'redacted':
        return this.put(value.c ?? '<redacted>', kind);
      case 'hole':
        return this.put('empty', kind);
      case 'uninitialized':
        return this.put('not initialised yet', kind);
      case 'getter':
      case 'unreadable':
      case 'proxy':
        return this.put(`<${value.t}>`, kind);
      case 'shallow':
        return this.put(`${classOf(value)}{${ELLIPSIS}}`, kind);
      case 'error':
        return this.put(errorText(value, this.left), kind);
      default:
        return this.container(value, depth);
    }
  }

  private container(node: WireNode, depth: number): void {
    const isList = node.t === 'array' || node.t === 'set' || node.t === 'binary';
    const head = headOf(node);
    const [open, close] = node.t === 'array' || node.t === 'binary' ? ['[', ']'] : ['{', '}'];
    const children = childrenOf(node).filter(({ kind }) => kind !== 'note');
    const total = isList || node.t === 'map' ? Math.max(node.l ?? 0, children.length) : children.length;
    const isCut = node.x !== undefined;
    if (head !== '') this.put(head, 'object');
    if (children.length === 0 && total === 0 && !isCut) return this.put(open! + close!, 'object');
    if (depth >= DEPTH_MAX || this.left < 4) return this.put(`${open}${ELLIPSIS}${close}`, 'object');
    this.put(open!, 'object');
    let shown = 0;
    for (const child of children) {
      if (this.left < 6 && shown < total) break;
      if (shown > 0) this.put(', ', 'object');
      if (child.kind !== 'item') this.put(child.kind === 'entry' ? `${child.key} ⇒ ` : `${child.key}: `, 'key');
      this.value(child.value, depth + 1);
      shown += 1;
    }
    if (shown < total || isCut) this.put(shown > 0 ? `, ${ELLIPSIS}` : ELLIPSIS, 'object');
    this.put(close!, 'object');
  }
}

function scalarText(value: Exclude<WireValue, WireNode>, room: number): string {
  if (typeof value === 'string') return quoted(value, room, false);
  if (value === null || typeof value !== 'object') return String(value);
  if ('u' in value) return 'undefined';
  if ('n' in value) return value.n;
  if ('b' in value) return `${value.b}n`;
  return '↻ encloses this';
}

function quoted(text: string, room: number, isCut: boolean): string {
  const max = Math.max(8, Math.min(room - 2, QUOTED_MAX));
  const shown = text.length > max ? text.slice(0, max) : text;
  const escaped = JSON.stringify(shown).slice(1, -1);
  return `"${escaped}${isCut || shown.length < text.length ? ELLIPSIS : ''}"`;
}

function functionText(name: string): string {
  return name.startsWith('class ') ? name : `ƒ ${name || '(anonymous)'}`;
}

function dateText(node: WireNode): string {
  const time = node.d ?? 0;
  return Number.isFinite(time) ? new Date(time).toISOString() : 'Invalid Date';
}

function errorText(node: WireNode, room: number): string {
  const message = typeof node.m === 'string' ? node.m : isNode(node.m) ? (node.m.c ?? '') : '';
  const text = message === '' ? (node.c ?? 'Error') : `${node.c ?? 'Error'}: ${message}`;
  const max = Math.max(16, room);
  return text.length > max ? `${text.slice(0, max - 1)}${ELLIPSIS}` : text;
}

/** Objects whose class says nothing; `null` is one without a prototype. */
const PLAIN: ReadonlySet<string> = new Set(['', 'Object', 'null']);

/** `Cart ` before the brace; nothing for plain objects. */
function classOf(node: WireNode): string {
  return node.c !== undefined && !PLAIN.has(node.c) ? `${node.c} ` : '';
}

function headOf(node: WireNode): string {
  switch (node.t) {
    case 'map':
      return `Map(${node.l ?? 0}) `;
    case 'set':
      return `Set(${node.l ?? 0}) `;
    case 'binary':
      return `${node.c ?? 'Buffer'}(${node.l ?? 0}) `;
    case 'array':
      return (node.l ?? 0) > 3 ? `(${node.l}) ` : '';
    default:
      return classOf(node);
  }
}

export function canOpen(value: WireValue): boolean {
  if (!isNode(value)) return typeof value === 'string' && value.length > 60;
  if (value.t === 'shallow') return value.i !== undefined;
  return (value.v?.length ?? 0) > 0 || value.x !== undefined || value.t === 'error' || value.t === 'cut string';
}

/** Rows below an opened value, and at the end why there are not more. */
export function childrenOf(value: WireValue): Child[] {
  if (typeof value === 'string') return [{ key: `${value.length} characters`, value, kind: 'note' }];
  if (!isNode(value)) return [];
  const items = value.v ?? [];
  const keys = value.k ?? [];
  const children: Child[] = [];
  if (value.t === 'error') {
    children.push({ key: 'message', value: value.m ?? { u: 1 }, kind: 'field' });
    if (value.s !== undefined) children.push({ key: 'stack', value: value.s, kind: 'field' });
  }
  for (const [i, item] of items.entries()) {
    if (value.t === 'map') children.push(entryOf(keys[i] ?? null, item));
    else if (keys.length > 0) children.push({ key: keyText(keys[i] ?? ''), value: item, kind: 'field' });
    else children.push({ key: String(i), value: item, kind: 'item' });
  }
  const why = whyCut(value);
  if (why !== undefined) children.push({ key: why, value: null, kind: 'note' });
  return children;
}

function entryOf(key: WireValue, value: WireValue): Child {
  const entry = entryName(key);
  return { key: previewText(key, 40), value, kind: 'entry', ...(entry !== undefined && { entry }) };
}

/** The key of an entry as questions give it: the text of what is no object, the number of what is one. */
function entryName(key: WireValue): string | undefined {
  if (key === null || typeof key !== 'object') return String(key);
  if ('u' in key) return 'undefined';
  if ('n' in key) return key.n;
  if ('b' in key) return key.b;
  if ('r' in key) return `#${key.r}`;
  return key.i !== undefined && key.t !== 'symbol' ? `#${key.i}` : key.c;
}

function keyText(key: WireValue): string {
  if (typeof key === 'string') return key;
  return isNode(key) && key.t === 'symbol' ? `[Symbol(${key.c ?? ''})]` : previewText(key, 40);
}

const REASONS: Readonly<Record<string, string>> = {
  depth: 'not looked into: deeper than the limit of depth (values.depth of the plan)',
  properties: 'more properties than the limit (values.properties of the plan)',
  items: 'more items than the limit (values.items of the plan)',
  string: 'longer than the limit of strings (values.string of the plan)',
  budget: 'more than the time that one value may take',
  getter: 'a getter is shown, never run',
  proxy: 'a proxy is shown, never touched',
  redacted: 'redacted: its name or its shape says that it is a secret',
  unreadable: 'reading it failed',
};

/** Why (part of) a value is missing, as a sentence; undefined when it is whole. */
export function whyCut(value: WireValue): string | undefined {
  if (!isNode(value)) return undefined;
  const reason = value.x ?? (value.t in REASONS ? value.t : undefined);
  if (reason === undefined || reason === 'none') return undefined;
  const total =
    value.l !== undefined && value.l > (value.v?.length ?? 0) ? ` · ${value.l.toLocaleString('en')} in all` : '';
  return `${REASONS[reason] ?? reason}${total}`;
}

/** Plain JSON of a value, for copying; what JSON cannot say becomes its preview. */
export function toPlainJson(value: WireValue): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (!isNode(value)) return scalarText(value, QUOTED_MAX);
  const items = value.v ?? [];
  switch (value.t) {
    case 'array':
    case 'set':
    case 'binary':
      return items.map(toPlainJson);
    case 'map':
      return items.map((item, i) => [toPlainJson(value.k?.[i] ?? null), toPlainJson(item)]);
    case 'object':
      return Object.fromEntries(items.map((item, i) => [keyText(value.k?.[i] ?? ''), toPlainJson(item)]));
    case 'cut string':
      return `${value.c ?? ''}${ELLIPSIS}`;
    default:
      return previewText(value, QUOTED_MAX);
  }
}
