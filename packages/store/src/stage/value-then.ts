import { isCaptured, type Captured, type Value } from '@execution-cinema/format';
import type { ChunkView } from '../read/chunk-view.ts';

/** Objects inside each other that are looked up; what lies deeper is told by identity. */
const DEPTH = 4;

/**
 * A value of a chunk as it was just after an event, with what its objects held then. In `value` they stand by identity,
 * as a view decodes them.
 */
export function valueThen(view: ChunkView, value: Value, event: number): Value {
  return open(value, { view, event, around: new Map() }, DEPTH);
}

interface Then {
  view: ChunkView;
  event: number;
  /** The objects that enclose the one that is looked at: a cycle leads to the same node. */
  around: Map<number, Captured>;
}

function open(value: Value, then: Then, depth: number): Value {
  if (!isCaptured(value)) return value;
  const { id } = value;
  const known = then.around.get(id);
  if (known) return known;
  const isIdentity = value.type === 'shallow' && id !== 0;
  const found = isIdentity && depth > 0 ? then.view.object(id, then.event)?.node : undefined;
  const node = found ?? value;
  if (isIdentity && !found) return value;
  if (id !== 0) then.around.set(id, node);
  node.keys = node.keys.map((key) => open(key, then, depth - 1));
  node.items = node.items.map((item) => open(item, then, depth - 1));
  node.message = open(node.message, then, depth - 1);
  node.stack = open(node.stack, then, depth - 1);
  if (id !== 0) then.around.delete(id);
  return node;
}
