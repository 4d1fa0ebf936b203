import type { Json } from '@execution-cinema/format';
import { printable } from './text.ts';

/** Levels of objects shown inside each other. */
const DEPTH_MAX = 4;
const ELLIPSIS = '…';
const SEPARATOR = ', ';
/** With less room for its beginning, the length of a cut string is left out. */
const CUT_STRING_MIN = 12;
const VALUE_COLUMNS_MIN = 16;

/**
 * A recorded value as a line of JavaScript-like text, from its JSON form (docs/SCHEMA.md, "Values as JSON").
 * `room` is about how many characters there are; Infinity shows all that was recorded.
 */
export function previewValue(value: Json, room = Infinity): string {
  return shorten(preview(value, room, 0), room);
}

/** The same from the JSON text of a `value` column; null stands for "no value". */
export function previewText(text: string | null | undefined, room = Infinity): string {
  if (text === null || text === undefined) return '';
  try {
    return previewValue(JSON.parse(text) as Json, room);
  } catch {
    return shorten(printable(text), room);
  }
}

function shorten(text: string, room: number): string {
  return text.length > room ? text.slice(0, Math.max(0, room - 1)) + ELLIPSIS : text;
}

function preview(value: Json, room: number, depth: number): string {
  if (typeof value === 'string') return quoted(value, room);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return previewList('', value, value.length, room, depth);
  if (typeof value['$ref'] === 'number') return `<the object around it>`;
  const special = typeof value['$type'] === 'string' ? previewSpecial(value['$type'], value, room, depth) : undefined;
  return special ?? previewObject(value, room, depth);
}

/** A string in double quotes; where it is cut, the ellipsis stands inside them. */
function quoted(text: string, room: number): string {
  // More than is shown need not be escaped.
  const escaped = printable(JSON.stringify(text.length > room ? text.slice(0, room) : text));
  if (escaped.length <= room && text.length <= room) return escaped;
  return `${escaped.slice(0, Math.max(1, room - 2)).replace(/\\$/, '')}${ELLIPSIS}"`;
}

/** A string of which only the beginning was recorded. */
function cutString(text: string, length: number, room: number): string {
  const remark = ` (${length} characters)`;
  const left = room - remark.length;
  const beginning = quoted(text, left < CUT_STRING_MIN ? room - 1 : left - 1);
  const marked = beginning.endsWith(`${ELLIPSIS}"`) ? beginning : `${beginning.slice(0, -1)}${ELLIPSIS}"`;
  return left < CUT_STRING_MIN ? marked : marked + remark;
}

type Fields = Record<string, Json>;

function previewSpecial(type: string, value: Fields, room: number, depth: number): string | undefined {
  const text = typeof value['$value'] === 'string' ? value['$value'] : '';
  switch (type) {
    case 'undefined':
      return 'undefined';
    case 'number':
      return text;
    case 'bigint':
      return `${text}n`;
    case 'string':
      return cutString(text, Number(value['$length']), room);
    case 'symbol':
      return printable(`Symbol(${text})`);
    case 'function':
      return functionName(value['$name']);
    case 'Date':
    case 'RegExp':
      return printable(type === 'Date' ? `Date(${text})` : text);
    case 'object':
      return `${className(value)}{${ELLIPSIS}}`;
    case 'Error':
      return previewError(value);
    case 'Set':
      return previewList(`Set(${sizeOf(value)}) `, listOf(value['$items']), sizeOf(value), room, depth, '{}');
    case 'Map':
      return previewMap(value, room, depth);
    case 'proxy':
    case 'getter':
    case 'unreadable':
    case 'uninitialized':
      return `<${type}>`;
    case 'hole':
      return '<empty>';
    default: {
      const items = value['$items'];
      if (!Array.isArray(items)) return undefined;
      const length = Number(value['$length'] ?? items.length);
      return previewList(`${printable(type)}(${length}) `, items, length, room, depth);
    }
  }
}

function functionName(name: Json | undefined): string {
  const text = typeof name === 'string' ? name : '';
  return text.startsWith('class') ? `[${printable(text)}]` : `[Function${text === '' ? '' : `: ${printable(text)}`}]`;
}

function className(value: Fields): string {
  const name = value['$class'];
  return typeof name === 'string' && name !== 'Object' && name !== '' ? `${printable(name)} ` : '';
}

function previewError(value: Fields): string {
  const message = value['message'];
  const name = printable(String(value['$class'] ?? 'Error'));
  const text = typeof message === 'string' ? printable(message) : isFields(message) ? previewValue(message) : '';
  return text === '' ? name : `${name}: ${text}`;
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function sizeOf(value: Fields): number {
  return Number(value['$size'] ?? 0);
}

function previewList(
  head: string,
  items: Json[],
  length: number,
  room: number,
  depth: number,
  brackets = '[]',
): string {
  const last = items.at(-1);
  const cut = isFields(last) && typeof last['$cut'] === 'string' && last['$type'] === undefined ? last : undefined;
  const shown = cut ? items.slice(0, -1) : items;
  const total = cut ? Number(cut['$length'] ?? shown.length) : length;
  return enclose(head, brackets, shown, total, room, depth, (item, left) => preview(item, left, depth + 1));
}

function previewMap(value: Fields, room: number, depth: number): string {
  const entries = listOf(value['$entries']);
  return enclose(`Map(${sizeOf(value)}) `, '{}', entries, sizeOf(value), room, depth, (entry, left) => {
    const [key, item] = listOf(entry);
    const name = preview(key ?? null, left, depth + 1);
    return `${name} => ${previewInside(item ?? null, left - name.length - 4, depth)}`;
  });
}

function previewObject(value: Fields, room: number, depth: number): string {
  const keys = Object.keys(value).filter((key) => !key.startsWith('$') || key.startsWith('$$'));
  const more = value['$cut'] === undefined ? 0 : 1;
  return enclose(className(value), '{}', keys, keys.length + more, room, depth, (key, left) => {
    const name = propertyName(key.startsWith('$$') ? key.slice(1) : key);
    return `${name}: ${previewInside(value[key]!, left - name.length - 2, depth)}`;
  });
}

/** A value behind its name: an ellipsis when there is no room for anything of it. */
function previewInside(value: Json, room: number, depth: number): string {
  const text = preview(value, Math.max(0, room), depth + 1);
  return text.length <= room ? text : room < 4 ? ELLIPSIS : shorten(text, room);
}

function propertyName(key: string): string {
  return /^#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) || key.startsWith('[')
    ? printable(key)
    : quoted(key, Infinity);
}

/** Brackets round as many items as there is room for; an ellipsis when there are more than are shown. */
function enclose<Item>(
  head: string,
  brackets: string,
  items: readonly Item[],
  total: number,
  room: number,
  depth: number,
  show: (item: Item, room: number) => string,
): string {
  const [open, close] = brackets.split('') as [string, string];
  if (items.length === 0 && total === 0) return `${head}${brackets}`;
  if (depth >= DEPTH_MAX) return `${head}${open}${ELLIPSIS}${close}`;
  const parts: string[] = [];
  let left = room - head.length - brackets.length;
  for (const item of items) {
    const isLast = parts.length + 1 >= total;
    const space = left - (parts.length > 0 ? SEPARATOR.length : 0) - (isLast ? 0 : SEPARATOR.length + 1);
    const part = space > 0 ? show(item, space) : undefined;
    if (part === undefined || part.length > space) break;
    left -= part.length + (parts.length > 0 ? SEPARATOR.length : 0);
    parts.push(part);
  }
  if (parts.length < total) parts.push(ELLIPSIS);
  return `${head}${open}${parts.join(SEPARATOR)}${close}`;
}

/** Room for a value behind `used` columns of a line; never too little to recognise it. */
export function valueRoom(output: { columns: number }, used: number): number {
  return output.columns === 0 ? Infinity : Math.max(VALUE_COLUMNS_MIN, output.columns - used);
}
