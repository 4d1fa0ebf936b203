import { isCaptured, type Value } from '@execution-cinema/format';
import { keyText } from '../property/held.ts';
import type { How } from '../property/chunk-life.ts';
import { PropertyLife } from '../property/property-life.ts';
import type { FilledOrigin } from '../types.ts';
import { traceProperty } from './properties.ts';
import { Tracer } from './tracer.ts';
import { originOf, shown, type Place } from './trail.ts';

/** Elements and properties that are told, and steps of each. */
const PARTS_MAX = 8;
const STEPS_MAX = 4;

/** What the text of a creation does not say: somebody has put it there since. */
const PUT: ReadonlySet<How> = new Set<How>(['assigned', 'added', 'moved', 'content']);

/** Where the parts of a list or object came from that were put into it after it was made, as it was at a place. */
export function filledSince(tracer: Tracer, name: string, value: Value, place: Place): FilledOrigin[] {
  const { recording, index } = tracer;
  const { thread } = place;
  if (!isCaptured(value) || value.id === 0) return [];
  const isList = value.type === 'array' || value.type === 'set';
  if (!isList && value.type !== 'object' && value.type !== 'map') return [];
  const life = new PropertyLife(recording, index, { thread, object: value.id });
  const found: FilledOrigin[] = [];
  for (const [i, item] of value.items.entries()) {
    if (found.length >= PARTS_MAX) break;
    const key = isList ? String(i) : keyText(value.keys[i]);
    const change = life.back(key, place.event).next().value ?? undefined;
    if (!change || !PUT.has(change.how)) continue;
    const own = new Tracer(recording, index, STEPS_MAX);
    const title = value.type === 'object' ? `${name}.${key}` : `${name}[${isList ? key : shown(value.keys[i])}]`;
    found.push({ ...originOf(title, item, traceProperty(own, value, key, place, item)), key });
  }
  return found;
}
