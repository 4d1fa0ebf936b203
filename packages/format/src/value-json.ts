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

const LIMITS_DEFAULT: JsonLimits = { depth: 4, objects: 500 };

/** Containers around the value being converted, and how many more may be opened. */
interface Walk {
  path: Captured[];
  depth: number;
  left: number;
}

/** JSON form of a decoded value. Cyclic references become `{"$ref": id}`. */
export function valueToJson(value: Value): Json {
  return convertWithin(value, LIMITS_DEFAULT);
}

/** The same as JSON text, possibly within narrower limits. */
export function valueToText(value: Value, limits = LIMITS_DEFAULT): string {
  return JSON.stringify(convertWithin(value, limits));
}

function convertWithin(value: Value, { depth, objects }: JsonLimits): Json {
  return convert(value, { path: [], depth, left: objects });
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

function convert(value: Value, walk: Walk): Json {
  if (value === undefined) return { $type: 'undefined' };
  if (typeof value === 'bigint') return { $type: 'bigint', $value: value.toString() };
  if (typeof value === 'number') {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return { $type: 'number', $value: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (!isCaptured(value)) return value;
  if (value.items.length === 0 && value.type !== 'error') return convertContent(value, walk);
  const { path } = walk;
  if (path.includes(value)) return { $ref: value.id };
  if (path.length >= walk.depth || walk.left-- <= 0) {
    return { $type: 'object', $class: value.name, $id: value.id, $cut: 'depth' };
  }
  path.push(value);
  const result = convertContent(value, walk);
  path.pop();
  return result;
}

function convertContent(value: Captured, inside: Walk): Json {
  switch (value.type) {
    case 'cut string':
      return { $type: 'string', $value: value.name, $cut: 'string', $length: value.length };
    case 'symbol':
      return { $type: 'symbol', $value: value.name };
    case 'function':
      return { $type: 'function', $name: value.name, $id: value.id };
    case 'redacted':
      return value.name;
    case 'getter':
    case 'hole':
    case 'unreadable':
    case 'uninitialized':
      return { $type: value.type };
    case 'proxy':
      return { $type: 'proxy', $id: value.id };
    case 'shallow':
      return { $type: 'object', $class: value.name, $id: value.id, $cut: value.cut };
    case 'date':
      return {
        $type: 'Date',
        $id: value.id,
        $value: Number.isNaN(value.time) ? 'Invalid Date' : new Date(value.time).toISOString(),
      };
    case 'regexp':
      return { $type: 'RegExp', $id: value.id, $value: value.name };
    case 'array':
      return list(value, inside);
    case 'set':
      return {
        $type: 'Set',
        $id: value.id,
        $size: value.length,
        $items: value.items.map((item) => convert(item, inside)),
        ...cutOf(value),
      };
    case 'map':
      return {
        $type: 'Map',
        $id: value.id,
        $size: value.length,
        $entries: value.keys.map((key, i) => [convert(key, inside), convert(value.items[i], inside)]),
        ...cutOf(value),
      };
    case 'binary':
      return {
        $type: value.name,
        $id: value.id,
        $length: value.length,
        $items: value.items.map((item) => convert(item, inside)),
        ...cutOf(value),
      };
    case 'error':
      return {
        $type: 'Error',
        $class: value.name,
        $id: value.id,
        message: convert(value.message, inside),
        ...(value.stack === undefined ? {} : { $stack: convert(value.stack, inside) }),
        ...fields(value, inside),
        ...cutOf(value),
      };
    case 'object':
      return {
        ...(value.name === 'Object' ? {} : { $class: value.name || 'null' }),
        ...fields(value, inside),
        ...cutOf(value),
      };
  }
}

function list(value: Captured, walk: Walk): Json {
  const items = value.items.map((item) => convert(item, walk));
  if (value.cut !== 'none') items.push({ $cut: value.cut, $length: value.length });
  return items;
}

function cutOf(value: Captured): { [key: string]: Json } {
  return value.cut === 'none' ? {} : { $cut: value.cut };
}

function fields(value: Captured, walk: Walk): { [key: string]: Json } {
  const result: { [key: string]: Json } = {};
  value.keys.forEach((key, i) => {
    const name = isCaptured(key) ? `[${key.type === 'symbol' ? `Symbol(${key.name})` : key.name}]` : String(key);
    // defineProperty, since a recorded key may be `__proto__`.
    Object.defineProperty(result, name.startsWith('$') ? `$${name}` : name, {
      value: convert(value.items[i], walk),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  });
  return result;
}
