import { isCaptured, type Captured, type Value } from './value.ts';

/*
 * The JSON form of values (docs/SCHEMA.md, "Values as JSON"). Plain JSON where JSON can say it; otherwise an object
 * whose keys begin with `$`. Keys of recorded objects that begin with `$` get one more `$`.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Objects captured on their own may refer to each other without end. What lies deeper than `depth` objects, or comes
 * after so many of them, is shown by class and identity (`"$cut": "depth"`), as if it had not been looked into.
 */
export interface JsonLimits {
  depth: number;
  objects: number;
}

export const LIMITS_DEFAULT: JsonLimits = { depth: 4, objects: 500 };

/** JSON form of a decoded value. Cyclic references become `{"$ref": id}`. */
export function valueToJson(value: Value): Json {
  return JSON.parse(valueToText(value)) as Json;
}

/** The same as JSON text, possibly within narrower limits. */
export function valueToText(value: Value, limits = LIMITS_DEFAULT): string {
  return textOf(value, { path: [], depth: limits.depth, left: limits.objects, captured: capturedText });
}

/** Name of the kind of value: `undefined`, `number`, `string`, `object`, `array`, `function`, ... or the class of an instance. */
export function typeOfValue(value: Value): string {
  if (value === null) return 'null';
  if (!isCaptured(value)) return typeof value;
  switch (value.type) {
    case 'cut string':
      return 'string';
    case 'object':
      return value.name === 'Object' || value.name === '' ? 'object' : value.name;
    case 'error':
    case 'binary':
      return value.name;
    case 'shallow':
      return value.name === 'Object' || value.name === '' ? 'object' : value.name;
    case 'date':
      return 'Date';
    case 'regexp':
      return 'RegExp';
    case 'map':
      return 'Map';
    case 'set':
      return 'Set';
    default:
      return value.type;
  }
}

/** Why (part of) the value is missing, the outermost reason first found; undefined when it is whole. */
export function truncationOf(value: Value): string | undefined {
  if (!isCaptured(value)) return undefined;
  if (value.cut !== 'none') return value.cut;
  if (value.type === 'redacted') return 'redacted';
  for (const item of value.items) {
    if (!isCaptured(item)) continue;
    if (item.type === 'getter') return 'getter';
    const inner = item.id !== 0 && item === value ? undefined : shallowCut(item);
    if (inner) return inner;
  }
  return undefined;
}

function shallowCut(value: Captured): string | undefined {
  if (value.cut !== 'none') return value.cut;
  return value.type === 'redacted' ? 'redacted' : undefined;
}

/** Containers around the value being written, and how many more may be opened. */
export interface TextWalk {
  path: Captured[];
  depth: number;
  left: number;
  /** Writes an object: `capturedText`, or the texts that are kept (value-texts.ts). */
  captured: (value: Captured, walk: never) => string;
}

/** The text is put together directly: millions of values are written while rows are indexed. */
export function textOf(value: Value, walk: TextWalk): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return String(value);
      return `{"$type":"number","$value":"${Object.is(value, -0) ? '-0' : String(value)}"}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return '{"$type":"undefined"}';
    case 'bigint':
      return `{"$type":"bigint","$value":"${value}"}`;
    default:
      return isCaptured(value) ? walk.captured(value, walk as never) : 'null';
  }
}

function capturedText(value: Captured, walk: TextWalk): string {
  if (value.items.length === 0 && value.type !== 'error') return contentText(value, walk);
  const { path } = walk;
  if (path.includes(value)) return referenceText(value);
  if (path.length >= walk.depth || walk.left-- <= 0) return unopenedText(value);
  path.push(value);
  const text = contentText(value, walk);
  path.pop();
  return text;
}

/** An object that is being written already. */
export function referenceText({ id }: Captured): string {
  return `{"$ref":${id}}`;
}

/** An object beyond the limits. */
export function unopenedText({ name, id }: Captured): string {
  return `{"$type":"object","$class":${JSON.stringify(name)},"$id":${id},"$cut":"depth"}`;
}

export function contentText(value: Captured, walk: TextWalk): string {
  const { type, id, name } = value;
  switch (type) {
    case 'cut string':
      return `{"$type":"string","$value":${JSON.stringify(name)},"$cut":"string","$length":${value.length}}`;
    case 'symbol':
      return `{"$type":"symbol","$value":${JSON.stringify(name)}}`;
    case 'function':
      return `{"$type":"function","$name":${JSON.stringify(name)},"$id":${id}}`;
    case 'redacted':
      return JSON.stringify(name);
    case 'getter':
    case 'hole':
    case 'unreadable':
    case 'uninitialized':
      return `{"$type":"${type}"}`;
    case 'proxy':
      return `{"$type":"proxy","$id":${id}}`;
    case 'shallow':
      return `{"$type":"object","$class":${JSON.stringify(name)},"$id":${id},"$cut":"${value.cut}"}`;
    case 'date': {
      const time = Number.isNaN(value.time) ? 'Invalid Date' : new Date(value.time).toISOString();
      return `{"$type":"Date","$id":${id},"$value":"${time}"}`;
    }
    case 'regexp':
      return `{"$type":"RegExp","$id":${id},"$value":${JSON.stringify(name)}}`;
    case 'array': {
      const items = itemsText(value, walk);
      if (value.cut === 'none') return `[${items}]`;
      return `[${items}${items === '' ? '' : ','}{"$cut":"${value.cut}","$length":${value.length}}]`;
    }
    case 'set':
      return `{"$type":"Set","$id":${id},"$size":${value.length},"$items":[${itemsText(value, walk)}]${cutText(value)}}`;
    case 'map': {
      const entries = value.keys.map((key, i) => `[${textOf(key, walk)},${textOf(value.items[i], walk)}]`);
      return `{"$type":"Map","$id":${id},"$size":${value.length},"$entries":[${entries.join(',')}]${cutText(value)}}`;
    }
    case 'binary':
      return `{"$type":${JSON.stringify(name)},"$id":${id},"$length":${value.length},"$items":[${itemsText(value, walk)}]${cutText(value)}}`;
    case 'error': {
      const stack = value.stack === undefined ? '' : `,"$stack":${textOf(value.stack, walk)}`;
      const own = `{"$type":"Error","$class":${JSON.stringify(name)},"$id":${id},"message":${textOf(value.message, walk)}${stack}`;
      return `${own}${fieldsText(value, walk, ',')}${cutText(value)}}`;
    }
    case 'object': {
      const own = name === 'Object' ? '' : `"$class":${JSON.stringify(name || 'null')}`;
      const fields = fieldsText(value, walk, own === '' ? '' : ',');
      const cut = cutText(value);
      return `{${own}${fields}${own === '' && fields === '' ? cut.slice(1) : cut}}`;
    }
  }
}

function itemsText(value: Captured, walk: TextWalk): string {
  let text = '';
  for (const item of value.items) text += text === '' ? textOf(item, walk) : `,${textOf(item, walk)}`;
  return text;
}

function cutText(value: Captured): string {
  return value.cut === 'none' ? '' : `,"$cut":"${value.cut}"`;
}

/** Fields with `separator` before the first. */
function fieldsText(value: Captured, walk: TextWalk, separator: string): string {
  const { keys, items } = value;
  let text = '';
  for (let i = 0; i < keys.length; i++) {
    text += `${text === '' ? separator : ','}${fieldName(keys[i])}:${textOf(items[i], walk)}`;
  }
  return text;
}

/** Names that were written before, as JSON: a program has few, and each occurs often. */
const fieldNames = new Map<string, string>();
const FIELD_NAMES_MAX = 10_000;

function fieldName(key: Value): string {
  if (isCaptured(key)) {
    return JSON.stringify(`[${key.type === 'symbol' ? `Symbol(${key.name})` : key.name}]`);
  }
  const name = String(key);
  let text = fieldNames.get(name);
  if (text === undefined) {
    text = JSON.stringify(name.startsWith('$') ? `$${name}` : name);
    if (fieldNames.size >= FIELD_NAMES_MAX) fieldNames.clear();
    fieldNames.set(name, text);
  }
  return text;
}
