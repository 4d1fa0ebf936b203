import * as K from '@execution-cinema/format/event-kinds';
import type { SecretName } from '@execution-cinema/format/redaction';
import { KIND_ARRAY, KIND_MAP, KIND_SET } from '../capture/identity.ts';
import type { Encode } from '../capture/encoder.ts';
import type { Core } from '../core.ts';
import { mapGet, mapSize, setSize } from '../primordials.ts';
import { LEVEL_OFF } from './levels.ts';

/** What is known of arrays, Maps and Sets whose content was taken. */
export interface Containers {
  /** KIND_ARRAY, KIND_MAP, KIND_SET for built-in ones; something else for all others. Runs no code of the program. */
  kindOf(target: object): number;
  /** As `Identity.sized`. */
  sized(target: object, kind: number, size: number, otherSize: number): number;
  /** As `Identity.resize`. */
  resize(id: number, size: number): void;
  /** As `Identity.expire`. */
  expire(target: object): void;
  /** Writes a reference to an object whose content stands in this chunk. */
  putReference(id: number, p: number): number;
}

export interface MutationParts {
  isOn(site: number, value: unknown): boolean;
  position(): number;
  commit(p: number): void;
  encode: Encode;
  secretOf(site: number): SecretName | null;
  secretOfKey(key: string): SecretName | null;
  containers: Containers;
}

/** Operations that change arrays only; `clear` and what leaves an array in any order is told by its content. */
const OF_ARRAYS: Readonly<Record<number, true>> = {
  [K.MUTATE_PUSH]: true,
  [K.MUTATE_POP]: true,
  [K.MUTATE_UNSHIFT]: true,
  [K.MUTATE_SHIFT]: true,
};

/** Bits of a probe's code below the number of arguments. */
const CODE_BITS = 4;

/**
 * Calls of methods that change a built-in array, Map or Set (`list.push(x)`), after the fact. What was added is read
 * from the container, the key is handed over. Where the size is not what the remembered one leads to, other code was at
 * work and the content is taken instead.
 */
export function createMutationProbes(core: Core, parts: MutationParts) {
  const { words, levels } = core;
  const { isOn, position, commit, encode, secretOf, secretOfKey, containers } = parts;

  const sizeBefore = (operation: number, after: number, count: number): number => {
    if (operation === K.MUTATE_PUSH || operation === K.MUTATE_UNSHIFT) return after - count;
    return operation === K.MUTATE_SET || operation === K.MUTATE_ADD ? after - 1 : after + 1;
  };

  /** Whether the call left the container as it was. */
  const isIdle = (operation: number, owner: object, kind: number, after: number, result: unknown): boolean => {
    if (operation === K.MUTATE_DELETE) return result !== true;
    const canBe = operation === K.MUTATE_ADD || (after === 0 && OF_ARRAYS[operation] === true);
    return canBe && containers.sized(owner, kind, after, after) > 0;
  };

  const fits = (operation: number, kind: number): boolean => {
    if (kind === KIND_ARRAY) return operation === K.MUTATE_CONTENT || OF_ARRAYS[operation] === true;
    if (kind === KIND_MAP)
      return operation === K.MUTATE_SET || operation === K.MUTATE_DELETE || operation === K.MUTATE_CONTENT;
    if (kind !== KIND_SET) return false;
    return operation === K.MUTATE_ADD || operation === K.MUTATE_DELETE || operation === K.MUTATE_CONTENT;
  };

  const putContent = (site: number, owner: object, after: number, p: number): void => {
    containers.expire(owner);
    words[p + 1] = K.MUTATE_CONTENT;
    words[p + 2] = after;
    commit(encode(owner, p + 3, secretOf(site)));
  };

  const putValues = (operation: number, owner: object, count: number, key: unknown, at: number): number => {
    if (operation === K.MUTATE_PUSH || operation === K.MUTATE_UNSHIFT) {
      const list = owner as unknown[];
      const from = operation === K.MUTATE_PUSH ? list.length - count : 0;
      for (let i = 0; i < count; i++) at = encode(list[from + i], at, null);
    } else if (operation === K.MUTATE_SET) {
      at = encode(key, at, null);
      at = encode(mapGet(owner as Map<unknown, unknown>, key), at, typeof key === 'string' ? secretOfKey(key) : null);
    } else if (operation === K.MUTATE_ADD || operation === K.MUTATE_DELETE) at = encode(key, at, null);
    return at;
  };

  const valuesOf = (operation: number, count: number): number => {
    if (operation === K.MUTATE_PUSH || operation === K.MUTATE_UNSHIFT) return count;
    if (operation === K.MUTATE_SET) return 2;
    return operation === K.MUTATE_ADD || operation === K.MUTATE_DELETE ? 1 : 0;
  };

  const record = (site: number, code: number, owner: object, result: unknown, key: unknown): void => {
    const kind = containers.kindOf(owner);
    const operation = code & ((1 << CODE_BITS) - 1);
    if (!fits(operation, kind)) return;
    const after =
      kind === KIND_ARRAY ? (owner as unknown[]).length : kind === KIND_MAP ? mapSize(owner) : setSize(owner);
    if (isIdle(operation, owner, kind, after, result)) return;
    const p = position();
    if (p < 0) return;
    const count = code >> CODE_BITS;
    words[p] = (site << 8) | K.MUTATION;
    if (operation === K.MUTATE_CONTENT || secretOf(site) !== null) return putContent(site, owner, after, p);
    const before = sizeBefore(operation, after, count);
    const id = containers.sized(owner, kind, before, operation === K.MUTATE_SET ? after : before);
    if (id <= 0) return putContent(site, owner, after, p);
    words[p + 1] = operation | (valuesOf(operation, count) << 8);
    words[p + 2] = after;
    commit(putValues(operation, owner, count, key, containers.putReference(id, p + 3)));
    containers.resize(id, after);
  };

  const mutated = (site: number, code: number, owner: unknown, result: unknown, key: unknown): void => {
    if (typeof owner !== 'object' || owner === null || !isOn(site, result)) return;
    try {
      record(site, code, owner, result, key);
    } catch {
      // No stack left: the next event finds the tables in order.
    }
  };

  const mk = (site: number, code: number, owner: unknown, result: unknown, key: unknown): unknown => {
    if (levels[site] !== LEVEL_OFF) mutated(site, code, owner, result, key);
    return result;
  };

  const mu = (site: number, code: number, owner: unknown, result: unknown): unknown => {
    if (levels[site] !== LEVEL_OFF) mutated(site, code, owner, result, undefined);
    return result;
  };

  return { mu, mk };
}
