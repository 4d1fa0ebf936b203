import { BUSY, NOW_MS, type Core } from '../core.ts';
import {
  apply,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isProxy,
  stackGetter,
  theError,
} from '../primordials.ts';

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

/** Reads stacks while `Error.prepareStackTrace` is trusted. */
export interface Stacks {
  readonly read: StackReader;
  /** Trusts the formatter that is in force now, be it Node's or one that the tracer has put there. */
  trustFormatter(): void;
}

/**
 * Reads stacks only while `Error.prepareStackTrace` is the one that was trusted: a program that sets it expects to be
 * called when itself reads a stack, and the first reading is the one that counts.
 */
export function createStacks(core: Core): Stacks {
  const { registers } = core;
  let trusted: { get: (() => unknown) | undefined; value: unknown } | undefined;
  let second = -1;
  let left = 0;

  /** The formatter in force; `trustedGet` is the only getter that is called. */
  const formatter = (trustedGet: (() => unknown) | undefined): typeof trusted => {
    const descriptor = getOwnPropertyDescriptor(theError, 'prepareStackTrace');
    if (descriptor === undefined) return undefined;
    if (hasOwn(descriptor, 'value')) return { get: undefined, value: descriptor.value };
    const { get } = descriptor;
    return { get, value: get !== undefined && get === trustedGet ? apply(get, theError, []) : undefined };
  };

  const trustFormatter = (): void => {
    const get = getOwnPropertyDescriptor(theError, 'prepareStackTrace')?.get;
    trusted = formatter(get);
  };

  const isTrusted = (): boolean => {
    const current = formatter(trusted?.get);
    return current?.get === trusted?.get && current?.value === trusted?.value;
  };

  const read = (target: object): unknown => {
    const descriptor = getOwnPropertyDescriptor(target, 'stack');
    if (descriptor === undefined) return undefined;
    if (hasOwn(descriptor, 'value')) return descriptor.value;
    return descriptor.get !== undefined && descriptor.get === stackGetter?.get ? stackGetter.read(target) : undefined;
  };

  const readStack: StackReader = (target) => {
    const now = (registers[NOW_MS]! / 1000) | 0;
    if (now !== second) {
      second = now;
      left = STACKS_PER_SECOND;
    }
    if (left <= 0 || !isTrusted() || !isOfThisRealm(target) || !hasPlainHead(target)) return undefined;
    left--;
    registers[BUSY] = 1;
    try {
      const stack = read(target);
      return typeof stack === 'string' ? stack : undefined;
    } finally {
      registers[BUSY] = 0;
    }
  };
  trustFormatter();
  return { read: readStack, trustFormatter };
}
