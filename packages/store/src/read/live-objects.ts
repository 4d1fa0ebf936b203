import { captured, isCaptured, K, type Captured, type DecodedEvent, type Value } from '@execution-cinema/format';
import type { ChunkEvent } from './chunks.ts';
import { mutate } from './mutate.ts';
import type { Site } from './sites.ts';

/**
 * Objects as they are at the moment that a replay has reached. An object is captured once per chunk and again now and
 * then; in between, recorded property writes change it. Here every object is one node, whose content moves on with the
 * events, and all values that refer to it share that node.
 *
 * Per event: `begin`, then read `event.values`, then `end`.
 */
export class LiveObjects {
  private readonly nodes = new Map<number, Captured>();
  private readonly changed: (node: Captured) => void;

  /** `changed` is called before the content of a node changes. */
  constructor(changed: (node: Captured) => void = () => undefined) {
    this.changed = changed;
  }

  /** The node of an object, if it was captured up to here. */
  get(id: number): Captured | undefined {
    return this.nodes.get(id);
  }

  /** The value with the shared node in place of its own. */
  current(value: Value): Value {
    return isCaptured(value) && value.id !== 0 ? (this.nodes.get(value.id) ?? value) : value;
  }

  /** Takes in what the event captured, and makes its values refer to the shared nodes. */
  begin(event: ChunkEvent): void {
    for (const node of event.captured) {
      const known = this.nodes.get(node.id);
      if (known === undefined) this.nodes.set(node.id, node);
      else if (known !== node) {
        this.changed(known);
        Object.assign(known, node);
      }
    }
    for (const node of event.captured) this.share(node.items);
    if (event.values.length > 0) this.share(event.values);
  }

  private share(values: Value[]): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (isCaptured(value) && value.id !== 0) values[i] = this.nodes.get(value.id) ?? value;
    }
  }

  /** Applies a property write or delete, or what a method did. `site` is that of the event. */
  end(event: ChunkEvent, site: Site | undefined): void {
    if (!changesObjects(event.kind)) return;
    const [owner] = event.values;
    if (!isCaptured(owner)) return;
    this.changed(owner);
    applyChange(owner, event, site);
  }
}

/** Changes the content of the object that an event is about. `site` is that of the event. */
export function applyChange(owner: Captured, event: DecodedEvent, site: Site | undefined): void {
  const [, second, third] = event.values;
  if (event.kind === K.MUTATION) mutate(owner, event);
  else if (event.kind === K.PROPERTY_DELETE) deleteProperty(owner, second);
  else if (event.kind === K.PROPERTY_COMPUTED) setProperty(owner, second, third);
  else if (site && site.a >= 0) setProperty(owner, site.table.names[site.a]!, second);
}

/** Events that change what an object holds. */
export function changesObjects(kind: number): boolean {
  return (kind >= K.PROPERTY && kind <= K.PROPERTY_COMPUTED) || kind === K.PROPERTY_DELETE || kind === K.MUTATION;
}

function setProperty(owner: Captured, key: Value, value: Value): void {
  if (owner.type === 'array' && key === 'length') return setLength(owner, Number(value));
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

function setLength(owner: Captured, length: number): void {
  owner.length = length;
  if (owner.items.length > length) owner.items.length = length;
  if (owner.items.length < length) owner.cut = 'items';
}

function setItem(owner: Captured, index: number, value: Value): void {
  if (!Number.isInteger(index) || index < 0) return;
  if (index < owner.items.length) owner.items[index] = value;
  else if (index === owner.items.length && owner.cut === 'none') owner.items.push(value);
  owner.length = Math.max(owner.length, index + 1);
  if (owner.items.length < owner.length) owner.cut = 'items';
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

/** Levels of objects that a copy keeps; the JSON form shows no more. */
const COPY_DEPTH_MAX = 4;

/** A copy of a value that stays as it is while the replay goes on. Deeper objects keep their identity only. */
export function copyValue(value: Value, depth = 0): Value {
  if (!isCaptured(value) || value.items.length === 0) return value;
  if (depth >= COPY_DEPTH_MAX) return { ...captured('shallow', value.id, value.name), cut: 'depth' };
  return { ...value, keys: [...value.keys], items: value.items.map((item) => copyValue(item, depth + 1)) };
}
