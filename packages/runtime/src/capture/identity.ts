import { EPOCH, NEXT_OBJECT, NOW_MS, type Core } from '../core.ts';
import { mapSize, max, setSize, weakMapGet, weakMapSet } from '../primordials.ts';
import { Returned } from '../returned.ts';

/*
 * Who is who among captured objects. An object carries its number in a private field, put there by a class whose base
 * constructor returns the object: 26 ns for a new object where a WeakMap takes ten times that, it works on frozen objects
 * and on proxies (no trap runs), and no reflection, clone or inspection of the program can see it. Where stamping throws
 * or would make built-ins slow (their fast paths want the original hidden class) a WeakMap does.
 */

class Stamp extends Returned {
  #id: number;

  constructor(target: object, id: number) {
    super(target);
    this.#id = id;
  }

  static of(target: object): number {
    return #id in target ? target.#id : 0;
  }
}

/** What kind of thing an object is; decides how its content is taken. */
export const KIND_UNKNOWN = 0;
export const KIND_OBJECT = 1;
export const KIND_ARRAY = 2;
export const KIND_MAP = 3;
export const KIND_SET = 4;
export const KIND_DATE = 5;
export const KIND_REGEXP = 6;
export const KIND_ERROR = 7;
export const KIND_TYPED_ARRAY = 8;
export const KIND_BUFFER = 9;
export const KIND_FUNCTION = 10;
export const KIND_PROXY = 11;
export const KIND_NAMESPACE = 12;
export const KIND_BOXED = 13;
export const KIND_ARGUMENTS = 14;
export const KIND_GLOBAL = 15;
/** An object whose hidden class built-ins check: its number lies in a WeakMap. */
export const KIND_ITERATOR = 16;

/** Objects remembered between events; a newer one takes the place of the one this many numbers older. */
const REMEMBERED_OBJECTS = 32_768;
const MASK = REMEMBERED_OBJECTS - 1;

/** After this content is taken again: what other code did to the object unseen shows then. */
const CONTENT_MS_MAX = 10;
/** Enumerating an object costs in proportion to its properties, so large ones are looked at less often. */
const PROPERTIES_PER_MS = 100;

export interface Identity {
  /**
   * What is known of an object: its number if a reference will do (content at least `depth` deep was taken in this
   * chunk, recently, at the same size), the negative number if its content is to be taken, 0 if it has no number.
   */
  recall(target: object, depth: number): number;
  /** Lets go of the objects asked for last. */
  forget(): void;
  /** Gives the object its number. */
  give(target: object, kind: number): number;
  /** What is remembered of object `id`, else KIND_UNKNOWN. */
  kindOf(id: number): number;
  /** The number of a container of which this chunk knows the content, at one of two sizes; else 0. */
  sized(target: object, kind: number, size: number, otherSize: number): number;
  /** What changed the size of container `id` has been written: its content need not be taken again. */
  resize(id: number, size: number): void;
  /** Its content is to be taken when it is seen next. */
  expire(target: object): void;
  /** What is remembered of an object, else KIND_UNKNOWN. */
  kindOfTarget(target: object): number;
  /** Notes that content of this depth and size is being taken. `size` is the property count for plain objects. */
  remember(id: number, kind: number, depth: number, size: number): void;
  /** Depth to which content of a remembered object was taken. */
  depthOf(id: number): number;
  /** Its content has turned out to be whole down to this depth. */
  deepen(id: number, depth: number): void;
}

/*
 * What is remembered of an object lies in one place of four words, since it is looked up for every object that passes:
 * one cache line instead of six. Sizes, which only containers have, lie apart.
 */
const M_ID = 0;
const M_EPOCH = 1;
const M_VALID_UNTIL_MS = 2;
/** Kind, whether it has a size, and from DEPTH_SHIFT on the depth to which content was taken. */
const M_KIND = 3;
const PLACE_SHIFT = 2;
const KIND_MASK = 0x1f;
const SIZED_FLAG = 0x20;
const DEPTH_SHIFT = 8;

export function createIdentity(core: Core): Identity {
  const { registers } = core;
  const weakIds = new WeakMap<object, number>();
  const places = new Int32Array(REMEMBERED_OBJECTS << PLACE_SHIFT);
  const sizes = new Int32Array(REMEMBERED_OBJECTS);
  let anyWeak = false;
  /*
   * The objects asked for again and again, as methods ask for their `this`: looking for a private field takes 15 to 30 ns
   * where many classes pass. Putting a young object into these variables costs as much (the collector is told), so one
   * gets in only when it was asked for twice running. They are let go whenever the thread returns to its event loop.
   */
  let recent0: object | undefined;
  let recent1: object | undefined;
  let recentId0 = 0;
  let recentId1 = 0;
  let lastId = 0;

  const idOf = (target: object): number => {
    const id = Stamp.of(target);
    if (id === 0) return anyWeak ? (weakMapGet(weakIds, target) ?? 0) : 0;
    if (id === lastId) {
      recent1 = recent0;
      recentId1 = recentId0;
      recent0 = target;
      recentId0 = id;
    }
    lastId = id;
    return id;
  };

  const numberOf = (target: object): number =>
    target === recent0 ? recentId0 : target === recent1 ? recentId1 : idOf(target);

  const kindOf = (id: number): number => {
    const at = (id & MASK) << PLACE_SHIFT;
    return places[at + M_ID] === id ? places[at + M_KIND]! & KIND_MASK : KIND_UNKNOWN;
  };

  const hasSize = (target: object, kind: number, size: number): boolean => {
    if (kind === KIND_ARRAY) return ((target as unknown[]).length | 0) === size;
    if (kind === KIND_MAP) return mapSize(target) === size;
    return setSize(target) === size;
  };

  return {
    recall: (target, depth) => {
      const id = numberOf(target);
      const at = (id & MASK) << PLACE_SHIFT;
      if (
        places[at + M_ID] !== id ||
        places[at + M_EPOCH] !== registers[EPOCH] ||
        registers[NOW_MS]! > places[at + M_VALID_UNTIL_MS]!
      )
        return -id;
      const facts = places[at + M_KIND]!;
      if (facts >> DEPTH_SHIFT < depth) return -id;
      return (facts & SIZED_FLAG) === 0 || hasSize(target, facts & KIND_MASK, sizes[id & MASK]!) ? id : -id;
    },

    forget: () => {
      recent0 = undefined;
      recent1 = undefined;
    },

    give: (target, kind) => {
      const id = registers[NEXT_OBJECT]!;
      registers[NEXT_OBJECT] = id + 1;
      if (kind !== KIND_REGEXP && kind !== KIND_ITERATOR && kind !== KIND_GLOBAL && kind !== KIND_NAMESPACE) {
        try {
          // oxlint-disable-next-line no-new -- the constructor's effect is the stamp
          new Stamp(target, id);
          return id;
        } catch {
          // An object that takes no private fields.
        }
      }
      anyWeak = true;
      weakMapSet(weakIds, target, id);
      return id;
    },

    kindOf,

    sized: (target, kind, size, otherSize) => {
      const id = numberOf(target);
      const at = (id & MASK) << PLACE_SHIFT;
      if (id === 0 || places[at + M_ID] !== id || places[at + M_EPOCH] !== registers[EPOCH]) return 0;
      const known = sizes[id & MASK];
      return (places[at + M_KIND]! & KIND_MASK) === kind && (known === size || known === otherSize) ? id : 0;
    },

    resize: (id, size) => {
      if (places[((id & MASK) << PLACE_SHIFT) + M_ID] === id) sizes[id & MASK] = size;
    },

    expire: (target) => {
      const id = numberOf(target);
      const at = (id & MASK) << PLACE_SHIFT;
      if (id !== 0 && places[at + M_ID] === id) places[at + M_VALID_UNTIL_MS] = -1;
    },

    kindOfTarget: (target) => {
      const id = numberOf(target);
      return id === 0 ? KIND_UNKNOWN : kindOf(id);
    },

    remember: (id, kind, depth, size) => {
      const at = (id & MASK) << PLACE_SHIFT;
      const isFixed = kind === KIND_FUNCTION || kind === KIND_PROXY;
      const isSized = kind === KIND_ARRAY || kind === KIND_MAP || kind === KIND_SET;
      const validMs = kind === KIND_OBJECT ? max(CONTENT_MS_MAX, size / PROPERTIES_PER_MS) : CONTENT_MS_MAX;
      places[at + M_ID] = id;
      places[at + M_EPOCH] = registers[EPOCH]!;
      places[at + M_VALID_UNTIL_MS] = isFixed ? 0x7fffffff : registers[NOW_MS]! + validMs;
      places[at + M_KIND] = kind | (isSized ? SIZED_FLAG : 0) | (depth << DEPTH_SHIFT);
      if (isSized) sizes[id & MASK] = size;
    },

    depthOf: (id) => places[((id & MASK) << PLACE_SHIFT) + M_KIND]! >> DEPTH_SHIFT,

    deepen: (id, depth) => {
      const at = (id & MASK) << PLACE_SHIFT;
      if (places[at + M_ID] !== id) return;
      const facts = places[at + M_KIND]!;
      places[at + M_KIND] = (facts & (KIND_MASK | SIZED_FLAG)) | (depth << DEPTH_SHIFT);
    },
  };
}
