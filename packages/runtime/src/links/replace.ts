import { defineProperty, getOwnPropertyDescriptor } from '../primordials.ts';

/**
 * Puts a value in the place of a property, with the same visibility. Returns what puts the old one back, unless somebody
 * else has replaced it meanwhile.
 */
export function replaceProperty(holder: object, key: PropertyKey, value: unknown): () => void {
  const present = getOwnPropertyDescriptor(holder, key);
  defineProperty(holder, key, {
    value,
    writable: true,
    configurable: true,
    enumerable: present?.enumerable ?? false,
  });
  return () => {
    if (getOwnPropertyDescriptor(holder, key)?.value !== value) return;
    if (present === undefined) delete (holder as Record<PropertyKey, unknown>)[key];
    else defineProperty(holder, key, present);
  };
}
