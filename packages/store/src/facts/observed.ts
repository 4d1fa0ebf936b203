import { formatMoment, isCaptured, typeOfValue, type Value } from '@execution-cinema/format';

/** Different primitive values that are listed of one place. */
const VALUES_MAX = 8;
/** Longer texts are no names of anything. */
const TEXT_CHARACTERS_MAX = 60;
/** Different types that are told apart at one place; further ones are counted as `other`. */
const TYPES_MAX = 20;

/** What values of one type were at one place. */
export interface ObservedType {
  type: string;
  count: number;
  /** Moment of the first. */
  first: string;
  /** The different ones, in the order of their first appearance; null when there were more than a few. */
  values: (string | number | boolean)[] | null;
  /** Of numbers the values, of strings, arrays, Maps and Sets the lengths; null where there is none. */
  min: number | null;
  max: number | null;
}

/** All values that one parameter, result or variable had, in short. */
export class Observed {
  private readonly types = new Map<string, ObservedType>();

  add(value: Value, thread: number, event: number): void {
    const name = nameOf(value);
    let entry = this.types.get(name);
    if (!entry) {
      const type = this.types.size < TYPES_MAX ? name : 'other';
      entry = this.types.get(type);
      if (!entry) {
        entry = { type, count: 0, first: formatMoment(thread, event), values: [], min: null, max: null };
        this.types.set(type, entry);
      }
    }
    entry.count++;
    const size = sizeOf(value);
    if (size !== null) {
      if (entry.min === null || size < entry.min) entry.min = size;
      if (entry.max === null || size > entry.max) entry.max = size;
    }
    if (entry.values) note(entry, value);
  }

  /** The most frequent first. */
  list(): ObservedType[] {
    return [...this.types.values()].sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
  }
}

/** NaN is told apart: where it turns up among numbers is what people look for. */
function nameOf(value: Value): string {
  return typeof value === 'number' && Number.isNaN(value) ? 'NaN' : typeOfValue(value);
}

function sizeOf(value: Value): number | null {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value === 'string') return value.length;
  if (!isCaptured(value)) return null;
  return ['array', 'map', 'set', 'binary', 'cut string'].includes(value.type) ? value.length : null;
}

function note(entry: ObservedType, value: Value): void {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return;
  if (Number.isNaN(value) || entry.values!.includes(value)) return;
  const isLong = typeof value === 'string' && value.length > TEXT_CHARACTERS_MAX;
  if (isLong || entry.values!.length >= VALUES_MAX) entry.values = null;
  else entry.values!.push(value);
}
