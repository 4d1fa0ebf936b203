import { BUSY, NOW_MS, type Core } from '../core.ts';
import { getOwnPropertyDescriptor, getPrototypeOf, hasOwn, isProxy, stackGetter, theError } from '../primordials.ts';

/** Text of an error's stack, or undefined when reading it could run code of the program or costs too much now. */
export type StackReader = (target: object) => string | undefined;

/** Formatting a stack takes 10 to 50 microseconds; programs that throw in a loop get their stacks now and then. */
const STACKS_PER_SECOND = 100;
const ANCESTORS_MAX = 16;

/** Finds a data property on an error or its ancestors. `undefined` also where a getter or proxy stands in the way. */
function inheritedData(target: object, key: string): { safe: boolean; value: unknown } {
  let at: object | null = target;
  for (let i = 0; at !== null && i < ANCESTORS_MAX; i++) {
    if (isProxy(at)) return { safe: false, value: undefined };
    const descriptor = getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) {
      return hasOwn(descriptor, 'value') ? { safe: true, value: descriptor.value } : { safe: false, value: undefined };
    }
    at = getPrototypeOf(at);
  }
  return { safe: at === null, value: undefined };
}

/** The message of an error, own or inherited, without running a getter. */
export function errorMessage(target: object): unknown {
  return inheritedData(target, 'message').value;
}

/** Formatting a stack turns name and message into text: both must be plain strings already. */
function hasPlainHead(target: object): boolean {
  for (const key of ['name', 'message'] as const) {
    const { safe, value } = inheritedData(target, key);
    if (!safe || (value !== undefined && typeof value !== 'string')) return false;
  }
  return true;
}

function isOfThisRealm(target: object): boolean {
  let at: object | null = target;
  for (let i = 0; at !== null && i < ANCESTORS_MAX; i++) {
    if (at === theError.prototype) return true;
    at = getPrototypeOf(at);
  }
  return false;
}

function formatterOf(): PropertyDescriptor | undefined {
  return getOwnPropertyDescriptor(theError, 'prepareStackTrace');
}

/**
 * Reads stacks only while `Error.prepareStackTrace` is what it was at start-up: a program that sets it expects to be
 * called when itself reads a stack, and the first reading is the one that counts.
 */
export function createStackReader(core: Core): StackReader {
  const { registers } = core;
  const original = formatterOf();
  let second = -1;
  let left = 0;

  const isOriginalFormatter = (): boolean => {
    const current = formatterOf();
    if (current === undefined || original === undefined) return current === original;
    return hasOwn(current, 'value') && hasOwn(original, 'value') && current.value === original.value;
  };

  const read = (target: object): unknown => {
    const descriptor = getOwnPropertyDescriptor(target, 'stack');
    if (descriptor === undefined) return undefined;
    if (hasOwn(descriptor, 'value')) return descriptor.value;
    return descriptor.get !== undefined && descriptor.get === stackGetter?.get ? stackGetter.read(target) : undefined;
  };

  return (target) => {
    const now = (registers[NOW_MS]! / 1000) | 0;
    if (now !== second) {
      second = now;
      left = STACKS_PER_SECOND;
    }
    if (left <= 0 || !isOriginalFormatter() || !isOfThisRealm(target) || !hasPlainHead(target)) return undefined;
    left--;
    registers[BUSY] = 1;
    try {
      const stack = read(target);
      return typeof stack === 'string' ? stack : undefined;
    } finally {
      registers[BUSY] = 0;
    }
  };
}
