import { mapDelete, mapGet, mapSet } from './primordials.ts';

export interface BoundedMap<Key, Value> {
  get(key: Key): Value | undefined;
  /** Past the most entries the one that came first is forgotten; `forgotten` hears of it. */
  set(key: Key, value: Value): void;
}

/**
 * A map of at most `max` entries. Their age lies in a list beside it: the first key of a Map used as a queue is dear, behind
 * all the deleted ones that V8 keeps until it rehashes (3 to 5 µs with 10,000 entries).
 */
export function createBoundedMap<Key, Value>(
  max: number,
  forgotten?: (key: Key, value: Value) => void,
): BoundedMap<Key, Value> {
  const map = new Map<Key, Value>();
  const order: Key[] = [];
  let added = 0;
  return {
    get: (key) => mapGet(map, key),
    set: (key, value) => {
      if (mapGet(map, key) === undefined) {
        const place = added++ % max;
        if (added > max) {
          const oldest = order[place]!;
          forgotten?.(oldest, mapGet(map, oldest)!);
          mapDelete(map, oldest);
        }
        order[place] = key;
      }
      mapSet(map, key, value);
    },
  };
}
