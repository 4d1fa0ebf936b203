import type { WireNode, WireValue } from '@execution-cinema/server/protocol';

/** A value in the JSON form of recordings (docs/SCHEMA.md, "Values as JSON") as the views show values. */
export function fromJson(json: unknown): WireValue {
  if (json === null || typeof json === 'boolean' || typeof json === 'number' || typeof json === 'string') return json;
  if (Array.isArray(json)) return fromList(json);
  if (typeof json !== 'object' || json === undefined) return { u: 1 };
  const fields = json as Record<string, unknown>;
  if (typeof fields['$ref'] === 'number') return { r: fields['$ref'] };
  const special = typeof fields['$type'] === 'string' ? fromSpecial(fields['$type'], fields) : undefined;
  return special ?? fromFields(fields);
}

function fromList(json: readonly unknown[]): WireNode {
  const last = json.at(-1) as { $cut?: WireNode['x']; $length?: number; $type?: string } | undefined;
  const isCut = typeof last === 'object' && last !== null && last.$cut !== undefined && last.$type === undefined;
  const items = isCut ? json.slice(0, -1) : json;
  return {
    t: 'array',
    l: isCut ? (last.$length ?? items.length) : items.length,
    v: items.map(fromJson),
    ...(isCut && { x: last.$cut! }),
  };
}

function fromSpecial(type: string, fields: Record<string, unknown>): WireValue | undefined {
  const text = typeof fields['$value'] === 'string' ? fields['$value'] : '';
  const id = typeof fields['$id'] === 'number' ? { i: fields['$id'] } : {};
  const cut = typeof fields['$cut'] === 'string' ? { x: fields['$cut'] as NonNullable<WireNode['x']> } : {};
  switch (type) {
    case 'undefined':
      return { u: 1 };
    case 'number':
      return { n: text };
    case 'bigint':
      return { b: text };
    case 'string':
      return { t: 'cut string', c: text, l: Number(fields['$length'] ?? text.length), x: 'string' };
    case 'symbol':
      return { t: 'symbol', c: text };
    case 'function':
      return { t: 'function', c: String(fields['$name'] ?? ''), ...id };
    case 'Date':
      return { t: 'date', d: Date.parse(text), ...id };
    case 'RegExp':
      return { t: 'regexp', c: text, ...id };
    case 'proxy':
    case 'getter':
    case 'hole':
    case 'unreadable':
    case 'uninitialized':
      return { t: type, ...id };
    case 'object':
      return { t: 'shallow', c: String(fields['$class'] ?? ''), ...id, ...cut };
    case 'Error':
      return {
        ...fromFields(fields),
        t: 'error',
        c: String(fields['$class'] ?? 'Error'),
        m: fromJson(fields['message'] ?? ''),
        ...id,
      };
    case 'Set':
      return { t: 'set', l: Number(fields['$size'] ?? 0), v: listOf(fields['$items']).map(fromJson), ...id, ...cut };
    case 'Map': {
      const entries = listOf(fields['$entries']).map(listOf);
      return {
        t: 'map',
        l: Number(fields['$size'] ?? 0),
        k: entries.map(([key]) => fromJson(key)),
        v: entries.map(([, item]) => fromJson(item)),
        ...id,
        ...cut,
      };
    }
    default:
      return Array.isArray(fields['$items'])
        ? { t: 'binary', c: type, l: Number(fields['$length'] ?? 0), v: fields['$items'].map(fromJson), ...id, ...cut }
        : undefined;
  }
}

function fromFields(fields: Record<string, unknown>): WireNode {
  const keys = Object.keys(fields).filter((key) => !key.startsWith('$') || key.startsWith('$$'));
  const name = typeof fields['$class'] === 'string' ? { c: fields['$class'] } : { c: 'Object' };
  const cut = typeof fields['$cut'] === 'string' ? { x: fields['$cut'] as NonNullable<WireNode['x']> } : {};
  return {
    t: 'object',
    ...name,
    l: keys.length,
    k: keys.map((key) => (key.startsWith('$$') ? key.slice(1) : key)),
    v: keys.map((key) => fromJson(fields[key])),
    ...cut,
  };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
