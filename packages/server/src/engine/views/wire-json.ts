import type { Json } from '@execution-cinema/format';
import type { WireNode, WireValue } from '../../protocol.ts';

type JsonObject = { [key: string]: Json };

/**
 * The JSON form of values, as rows of the index hold it (`value-json.ts` of `format`), as a value on the wire. What JSON
 * does not hold, the identity of plain objects and arrays, is 0.
 */
export function wireOfJson(json: Json): WireValue {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return wireOfArray(json);
  if (typeof json['$ref'] === 'number') return { r: json['$ref'] };
  return typeof json['$type'] === 'string' ? wireOfTyped(json['$type'], json) : wireOfObject('object', json);
}

function wireOfArray(json: Json[]): WireNode {
  const last = json.at(-1);
  const end = typeof last === 'object' && last !== null && !Array.isArray(last) ? last : {};
  const isCut = typeof end['$cut'] === 'string' && typeof end['$length'] === 'number';
  const items = isCut ? json.slice(0, -1) : json;
  return node('array', {
    l: isCut ? (end['$length'] as number) : items.length,
    v: items.map(wireOfJson),
    ...(isCut && { x: end['$cut'] as NonNullable<WireNode['x']> }),
  });
}

function node(type: WireNode['t'], fields: Omit<WireNode, 't'>): WireNode {
  const result: WireNode = { t: type, ...fields };
  if (result.v?.length === 0) delete result.v;
  if (result.k?.length === 0) delete result.k;
  return result;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function number(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function wireOfTyped(type: string, json: JsonObject): WireValue {
  const cut = typeof json['$cut'] === 'string' ? { x: json['$cut'] as NonNullable<WireNode['x']> } : {};
  const id = number(json['$id']) > 0 ? { i: number(json['$id']) } : {};
  switch (type) {
    case 'undefined':
      return { u: 1 };
    case 'number':
      return { n: text(json['$value']) };
    case 'bigint':
      return { b: text(json['$value']) };
    case 'string':
      return node('cut string', { c: text(json['$value']), l: number(json['$length']), x: 'string' });
    case 'symbol':
      return node('symbol', { c: text(json['$value']) });
    case 'function':
      return node('function', { ...id, c: text(json['$name']) });
    case 'getter':
    case 'hole':
    case 'unreadable':
    case 'uninitialized':
      return { t: type };
    case 'proxy':
      return node('proxy', id);
    case 'object':
      return node('shallow', { ...id, c: text(json['$class']), ...cut });
    case 'Date': {
      const time = Date.parse(text(json['$value']));
      // JSON has no NaN: a date that is none has no time.
      return node('date', { ...id, ...(Number.isNaN(time) ? { x: 'unreadable' as const } : { d: time }) });
    }
    case 'RegExp':
      return node('regexp', { ...id, c: text(json['$value']) });
    case 'Set':
      return node('set', { ...id, l: number(json['$size']), v: list(json['$items']).map(wireOfJson), ...cut });
    case 'Map': {
      const entries = list(json['$entries']).map(list);
      return node('map', {
        ...id,
        l: number(json['$size']),
        k: entries.map(([key]) => wireOfJson(key ?? null)),
        v: entries.map(([, value]) => wireOfJson(value ?? null)),
        ...cut,
      });
    }
    case 'Error':
      return wireOfObject('error', json);
    default:
      return node('binary', {
        ...id,
        c: type,
        l: number(json['$length']),
        v: list(json['$items']).map(wireOfJson),
        ...cut,
      });
  }
}

function wireOfObject(type: 'object' | 'error', json: JsonObject): WireNode {
  const keys: WireValue[] = [];
  const items: WireValue[] = [];
  for (const [key, value] of Object.entries(json)) {
    if (key.startsWith('$') && !key.startsWith('$$')) continue;
    if (type === 'error' && key === 'message') continue;
    keys.push(key.startsWith('$$') ? key.slice(1) : key);
    items.push(wireOfJson(value));
  }
  const name = text(json['$class']);
  const result = node(type, {
    c: name === '' && type === 'object' ? 'Object' : name,
    l: keys.length,
    k: keys,
    v: items,
  });
  if (number(json['$id']) > 0) result.i = number(json['$id']);
  if (typeof json['$cut'] === 'string') result.x = json['$cut'] as NonNullable<WireNode['x']>;
  if (type === 'error' && json['message'] !== undefined) result.m = wireOfJson(json['message']);
  if (json['$stack'] !== undefined) result.s = wireOfJson(json['$stack']);
  return result;
}
