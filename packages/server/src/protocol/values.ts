/*
 * Values on the wire: JSON for a decoded `Value` of `format`, identity and gaps kept at every depth.
 *
 * | value | wire |
 * |---|---|
 * | null, boolean, string, finite number | itself |
 * | undefined | `{ u: 1 }` |
 * | NaN, Infinity, -Infinity, -0 | `{ n: 'NaN' }` ... |
 * | bigint | `{ b: '123' }` |
 * | anything captured | `{ t: type, i: id, c: name, l: length, k: keys, v: items, d: time, m: message, s: stack, x: cut }` |
 * | an object that encloses this place (a cycle) | `{ r: id }` |
 *
 * Fields of a captured node that have their default (0, '', none, no items) are left out. What lies deeper than the limits
 * is a node of type `shallow` with `x: 'depth'`: method `value` looks further into it.
 */
import { captured, isCaptured, type Captured, type Value } from '@execution-cinema/format';

export type WireValue =
  | null
  | boolean
  | number
  | string
  | { u: 1 }
  | { n: string }
  | { b: string }
  | { r: number }
  | WireNode;

export interface WireNode {
  t: Captured['type'];
  i?: number;
  c?: string;
  l?: number;
  k?: WireValue[];
  v?: WireValue[];
  d?: number;
  m?: WireValue;
  s?: WireValue;
  x?: Captured['cut'];
}

export interface WireLimits {
  /** Containers inside each other. */
  depth: number;
  /** Containers in all. */
  objects: number;
  /** Characters of one string; longer ones become `cut string`. */
  characters: number;
}

export const WIRE_LIMITS: WireLimits = { depth: 4, objects: 200, characters: 2_000 };

/** Encodes within limits; cycles become references. */
export function encodeValue(value: Value, limits: WireLimits = WIRE_LIMITS): WireValue {
  return encode(value, { limits, path: [], left: limits.objects });
}

interface Walk {
  limits: WireLimits;
  path: Captured[];
  left: number;
}

function encode(value: Value, walk: Walk): WireValue {
  switch (typeof value) {
    case 'undefined':
      return { u: 1 };
    case 'bigint':
      return { b: String(value) };
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { n: Object.is(value, -0) ? '-0' : String(value) };
    case 'string': {
      const { characters } = walk.limits;
      if (value.length <= characters) return value;
      return { t: 'cut string', c: value.slice(0, characters), l: value.length, x: 'string' };
    }
    default:
      return isCaptured(value) ? encodeNode(value, walk) : value;
  }
}

function encodeNode(value: Captured, walk: Walk): WireValue {
  const { path, limits } = walk;
  if (path.includes(value)) return { r: value.id };
  const isContainer = value.items.length > 0 || value.type === 'error';
  const node: WireNode = { t: value.type };
  if (value.id !== 0) node.i = value.id;
  if (value.name !== '') node.c = value.name;
  if (value.length !== 0) node.l = value.length;
  if (value.cut !== 'none') node.x = value.cut;
  if (value.time !== 0) node.d = value.time;
  if (!isContainer) return node;
  if (path.length >= limits.depth || walk.left-- <= 0) {
    if (value.type !== 'error') return { ...node, t: 'shallow', x: 'depth' };
  }
  path.push(value);
  if (value.keys.length > 0) node.k = value.keys.map((key) => encode(key, walk));
  if (value.items.length > 0 && path.length <= limits.depth) node.v = value.items.map((item) => encode(item, walk));
  if (value.message !== undefined) node.m = encode(value.message, walk);
  if (value.stack !== undefined) node.s = encode(value.stack, walk);
  path.pop();
  return node;
}

/** The value again; `{ r }` becomes the enclosing node itself. */
export function decodeValue(wire: WireValue): Value {
  return decode(wire, new Map());
}

function decode(wire: WireValue, open: Map<number, Captured>): Value {
  if (typeof wire !== 'object' || wire === null) return wire;
  if ('u' in wire) return undefined;
  if ('n' in wire) return Number(wire.n);
  if ('b' in wire) return BigInt(wire.b);
  if ('r' in wire) return open.get(wire.r) ?? captured('shallow', wire.r, '');
  const node = captured(wire.t, wire.i ?? 0, wire.c ?? '');
  const { id } = node;
  node.length = wire.l ?? 0;
  node.time = wire.d ?? 0;
  node.cut = wire.x ?? 'none';
  if (id !== 0) open.set(id, node);
  node.keys = (wire.k ?? []).map((key) => decode(key, open));
  node.items = (wire.v ?? []).map((item) => decode(item, open));
  if (wire.m !== undefined) node.message = decode(wire.m, open);
  if (wire.s !== undefined) node.stack = decode(wire.s, open);
  if (id !== 0) open.delete(id);
  return node;
}
