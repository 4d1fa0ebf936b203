import { isCaptured, type Captured, type Value } from '@execution-cinema/format';

/** What is known of one property of an object, one element of an array or Set, or one entry of a Map. */
export interface Held {
  known: boolean;
  /** It is there. */
  has: boolean;
  value: Value;
}

export const UNKNOWN_HELD: Held = { known: false, has: false, value: undefined };
export const ABSENT: Held = { known: true, has: false, value: undefined };

export function holds(value: Value): Held {
  return { known: true, has: true, value };
}

/** Name of a key as questions give it; of an object that is the key of an entry, its number: `#12`. */
export function keyText(key: Value): string {
  if (!isCaptured(key)) return String(key);
  return key.id !== 0 && key.type !== 'symbol' ? `#${key.id}` : key.name;
}

/** The position that a key names in a list; -1 when it is none. */
export function positionOf(key: string): number {
  return /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : -1;
}

/** What the content of an object shows of a key. */
export function heldIn({ type, keys, items, length, cut }: Captured, key: string): Held {
  if (type === 'array' || type === 'set') {
    if (type === 'array' && key === 'length') return holds(length);
    const at = positionOf(key);
    if (at < 0) return UNKNOWN_HELD;
    if (at < items.length) return shown(items[at]);
    return at < length ? UNKNOWN_HELD : ABSENT;
  }
  const at = keys.findIndex((own) => keyText(own) === key);
  if (at >= 0) return shown(items[at]);
  // Only a Map shows all that it holds: of objects what cannot be enumerated is left out.
  return type === 'map' && cut === 'none' ? ABSENT : UNKNOWN_HELD;
}

function shown(value: Value): Held {
  if (!isCaptured(value)) return holds(value);
  if (value.type === 'hole') return ABSENT;
  return value.type === 'getter' || value.type === 'unreadable' ? UNKNOWN_HELD : holds(value);
}

/** Whether both say the same; what is not known differs from everything. */
export function isSameHeld(a: Held, b: Held): boolean {
  return a.known && b.known && a.has === b.has && isSameValue(a.value, b.value);
}

/** The same object, or values that cannot be told apart. A text that was cut is told by its length. */
export function isSameValue(a: Value, b: Value): boolean {
  if (isCaptured(a) && isCaptured(b)) {
    if (a.id !== 0 || b.id !== 0) return a.id === b.id;
    return a.type === b.type && a.length === b.length && (a.type === 'cut string' || a.name === b.name);
  }
  if (isCaptured(a) || isCaptured(b)) return textLength(a) >= 0 && textLength(a) === textLength(b);
  return a === b || Object.is(a, b);
}

function textLength(value: Value): number {
  if (typeof value === 'string') return value.length;
  return isCaptured(value) && value.type === 'cut string' ? value.length : -1;
}
