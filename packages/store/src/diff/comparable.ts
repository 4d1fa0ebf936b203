import { isCaptured, type Captured, type Value } from '@execution-cinema/format';
import { isIdentity } from './identities.ts';
import type { Noise } from './noise.ts';

/** What can be compared of a value: what is known of it for certain at that moment, without noise and identities. */
export type Comparable = string | number | bigint | boolean | null | undefined | ComparableObject;

interface ComparableObject {
  /** Class or kind. */
  name: string;
  length: number;
  /** Content, where it was taken at this very moment; else it may be older, and does not count. */
  fields: Map<string, Comparable> | undefined;
  /** Some of the content was left out. */
  isCut: boolean;
}

/** Environment variables that say how a run was started, not what it does. */
const OF_THE_SHELL = /^(TRACER_.*|_|SHLVL|PPID|OLDPWD|WINDOWID|TERM_SESSION_ID)$/;

/** Objects within objects, and fields of each, that are looked at. */
const DEPTH_MAX = 3;
const FIELDS_MAX = 50;

/** Objects of Node whose content is its own affair: handles, clocks, counters. */
const NODE_CLASSES: ReadonlySet<string> = new Set(
  `Timeout Immediate Socket TLSSocket Server Agent ClientRequest ServerResponse IncomingMessage Worker ChildProcess
   MessagePort AsyncResource ReadStream WriteStream FSWatcher Stats BigIntStats Performance process EventEmitter
   AbortController AbortSignal`.split(/\s+/),
);

export function comparable(value: Value, name: string, noise: Noise, depth = 0): Comparable {
  if (typeof value === 'number') return noise.number(value, name);
  if (typeof value === 'string') return noise.text(value);
  if (!isCaptured(value)) return value;
  switch (value.type) {
    case 'cut string':
      return { name: noise.text(value.name), length: 0, fields: undefined, isCut: true };
    case 'date':
      return { name: 'Date', length: 0, fields: undefined, isCut: false };
    case 'redacted': // equality of tokens holds within one run only
    case 'uninitialized':
    case 'hole':
    case 'getter':
    case 'unreadable':
      return { name: value.type, length: 0, fields: undefined, isCut: true };
    case 'proxy':
    case 'shallow':
      return { name: value.name, length: -1, fields: undefined, isCut: true };
    case 'function':
    case 'symbol':
    case 'regexp':
      return { name: noise.text(value.name), length: 0, fields: undefined, isCut: false };
    default:
      return objectOf(value, noise, depth);
  }
}

function objectOf(value: Captured, noise: Noise, depth: number): ComparableObject {
  const { type, keys, items } = value;
  const isCut = value.cut !== 'none' || items.length > FIELDS_MAX || depth >= DEPTH_MAX;
  const result: ComparableObject = { name: value.name || type, length: value.length, fields: undefined, isCut };
  if (depth >= DEPTH_MAX || value.id === 0 || type === 'binary' || NODE_CLASSES.has(result.name)) return result;
  const fields = new Map<string, Comparable>();
  if (type === 'error') fields.set('message', comparable(value.message, 'message', noise, depth + 1));
  for (let i = 0; i < Math.min(items.length, FIELDS_MAX); i++) {
    const key = type === 'map' || type === 'object' || type === 'error' ? keyText(keys[i]) : String(i);
    if (!OF_THE_SHELL.test(key)) fields.set(key, comparable(items[i], key, noise, depth + 1));
  }
  result.fields = fields;
  return result;
}

function keyText(key: Value): string {
  return isCaptured(key) ? `${key.type} ${key.name}` : String(key);
}

/** Where in a value two runs differ. */
export interface ValueDifference {
  /** `.lines[2].price`; empty for the value itself. */
  path: string;
  a: Comparable;
  b: Comparable;
}

/** Whether two different values that a name holds are one and the same thing under other numbers. */
export type Renames = (name: string, a: Comparable, b: Comparable) => boolean;

/**
 * The first difference, undefined when what is known of both is the same. `name` is what holds the value, `path` the way
 * into it.
 */
export function differenceOf(
  a: Comparable,
  b: Comparable,
  name: string,
  renames: Renames,
  path = '',
): ValueDifference | undefined {
  if (isObject(a) && isObject(b)) return objectDifference(a, b, renames, path);
  if (isObject(a) || isObject(b)) {
    // A string that is too long, or a value that could not be taken: nothing is known.
    const other = isObject(a) ? a : (b as ComparableObject);
    return UNKNOWN.has(other.name) && other.isCut ? undefined : { path, a, b };
  }
  return Object.is(a, b) || renames(name, a, b) ? undefined : { path, a, b };
}

const UNKNOWN: ReadonlySet<string> = new Set(['redacted', 'getter', 'unreadable', 'uninitialized', 'hole']);

function isObject(value: Comparable): value is ComparableObject {
  return typeof value === 'object' && value !== null;
}

function objectDifference(
  a: ComparableObject,
  b: ComparableObject,
  renames: Renames,
  path: string,
): ValueDifference | undefined {
  // What was not looked into may lack its class.
  if (a.name !== b.name && a.name !== '' && b.name !== '') {
    return a.isCut && b.isCut && (UNKNOWN.has(a.name) || UNKNOWN.has(b.name)) ? undefined : { path, a, b };
  }
  if (!a.fields || !b.fields) return undefined;
  for (const [key, value] of a.fields) {
    const step = /^\d+$/.test(key) ? `[${key}]` : `.${key}`;
    if (!b.fields.has(key)) {
      if (b.isCut) continue;
      return { path: path + step, a: value, b: undefined };
    }
    const found = differenceOf(value, b.fields.get(key), key, renames, path + step);
    if (found) return found;
  }
  for (const [key, value] of b.fields) {
    if (a.fields.has(key) || a.isCut) continue;
    return { path: `${path}${/^\d+$/.test(key) ? `[${key}]` : `.${key}`}`, a: undefined, b: value };
  }
  return undefined;
}

/** The value without the numbers under which things go. */
export function withoutIdentities(value: Comparable, name: string): Comparable {
  if (isIdentity(name, value)) return '<id>';
  if (!isObject(value) || !value.fields) return value;
  const fields = new Map<string, Comparable>();
  for (const [key, field] of value.fields) fields.set(key, withoutIdentities(field, key));
  return { ...value, fields };
}

/** As code would write it, shortened; what is not known shows as an ellipsis. */
export function comparableText(value: Comparable, charactersMax = 200): string {
  const text = wholeText(value);
  return text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text;
}

function wholeText(value: Comparable): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (!isObject(value)) return Object.is(value, -0) ? '-0' : String(value);
  const { name, fields, isCut, length } = value;
  if (!fields) return name === 'Array' && length >= 0 ? `Array(${length})` : name;
  const rest = isCut ? ', …' : '';
  if (name === 'Array') return `[${[...fields.values()].map(wholeText).join(', ')}${rest}]`;
  const entries = [...fields].map(([key, field]) => `${key}: ${wholeText(field)}`);
  return `${name === 'Object' || name === 'object' ? '' : `${name} `}{ ${entries.join(', ')}${rest} }`;
}
