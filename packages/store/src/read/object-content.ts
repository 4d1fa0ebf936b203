import { captured, isCaptured, K, type Captured, type DecodedEvent, type Value } from '@execution-cinema/format';
import type { Site } from './sites.ts';

/**
 * Applies a recorded property write or delete to the captured content of its object, in place. All values of the chunk
 * that refer to the object share that content, so after the replay up to a moment they show it as of that moment.
 */
export function applyPropertyWrite(event: DecodedEvent, site: Site | undefined): void {
  const [owner, second, third] = event.values;
  if (!isCaptured(owner)) return;
  switch (event.kind) {
    case K.PROPERTY:
      if (site && site.a >= 0) setProperty(owner, site.table.names[site.a]!, second);
      return;
    case K.PROPERTY_COMPUTED:
      setProperty(owner, second, third);
      return;
    case K.PROPERTY_DELETE:
      deleteProperty(owner, second);
      return;
    default:
      return;
  }
}

function setProperty(owner: Captured, key: Value, value: Value): void {
  if (owner.type === 'array') return setItem(owner, Number(key), value);
  if (owner.type !== 'object' && owner.type !== 'error') return;
  const at = positionOf(owner, key);
  if (at >= 0) {
    const known = owner.items[at];
    // A setter took the value: what the getter would give is not known.
    if (!isCaptured(known) || known.type !== 'getter') owner.items[at] = value;
  } else if (owner.cut === 'none') {
    owner.keys.push(typeof key === 'number' ? String(key) : key);
    owner.items.push(value);
    owner.length++;
  }
}

function setItem(owner: Captured, index: number, value: Value): void {
  if (!Number.isInteger(index) || index < 0) return;
  if (index < owner.items.length) owner.items[index] = value;
  else if (index === owner.items.length && owner.cut === 'none') owner.items.push(value);
  owner.length = Math.max(owner.length, index + 1);
}

function deleteProperty(owner: Captured, key: Value): void {
  if (owner.type === 'array') return setItem(owner, Number(key), captured('hole', 0, ''));
  const at = owner.type === 'object' || owner.type === 'error' ? positionOf(owner, key) : -1;
  if (at < 0) return;
  owner.keys.splice(at, 1);
  owner.items.splice(at, 1);
  owner.length--;
}

function positionOf(owner: Captured, key: Value): number {
  const text = keyText(key);
  return owner.keys.findIndex((candidate) => keyText(candidate) === text);
}

function keyText(key: Value): string {
  return isCaptured(key) ? `${key.type} ${key.name}` : String(key);
}
