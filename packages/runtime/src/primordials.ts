/*
 * Built-ins as they were when the runtime loaded, before any code of the program ran. Everything that runs after start-up
 * uses these instead of looking a method up, so that a program that patches, mocks or breaks a built-in changes neither
 * what is recorded nor runs inside the recording.
 */
import { performance } from 'node:perf_hooks';
import { types } from 'node:util';

const { call } = Function.prototype;

/** `uncurry(f)(self, ...args)` is `f.call(self, ...args)` without a look-up of `call`. */
// eslint-disable-next-line typescript/no-explicit-any -- the shape follows from the use
function uncurry<Self, Args extends readonly any[], Result>(
  method: (this: Self, ...args: Args) => Result,
): (self: Self, ...args: Args) => Result {
  return call.bind(method) as unknown as (self: Self, ...args: Args) => Result;
}

function getterOf(prototype: object, name: string | symbol): () => unknown {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  if (descriptor?.get === undefined) throw new Error(`expected a getter ${String(name)}`);
  return descriptor.get;
}

/** Milliseconds on the monotonic clock, from an origin of this thread. */
export const now: () => number = performance.now.bind(performance);

export const { getOwnPropertyDescriptor, getPrototypeOf, keys: objectKeys, defineProperty } = Object;
export const { ownKeys, apply, construct } = Reflect;
export const { isArray } = Array;
export const { imul, min, max, floor, ceil, round } = Math;
export const { isNaN } = Number;
export const { asIntN } = BigInt;
export const atomics = {
  load: Atomics.load,
  store: Atomics.store,
  add: Atomics.add,
  compareExchange: Atomics.compareExchange,
  exchange: Atomics.exchange,
  wait: Atomics.wait,
  notify: Atomics.notify,
};

export const hasOwn = uncurry(Object.prototype.hasOwnProperty) as (self: object, key: PropertyKey) => boolean;
/** Undefined for own data properties. Asks prototypes when there is no own property, so proxies there must be ruled out. */
export const lookupGetter = uncurry(
  (Object.prototype as unknown as { __lookupGetter__(this: object, key: PropertyKey): unknown }).__lookupGetter__,
);
export const functionText = uncurry(Function.prototype.toString) as (self: object) => string;
export const charCodeAt = uncurry(String.prototype.charCodeAt);
export const indexOf = uncurry(String.prototype.indexOf);
export const lastIndexOf = uncurry(String.prototype.lastIndexOf);
export const slice = uncurry(String.prototype.slice);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const trim = uncurry(String.prototype.trim);
export const bigintToString = uncurry(BigInt.prototype.toString);
export const { keyFor: symbolKey } = Symbol;
export const symbolDescription = uncurry(getterOf(Symbol.prototype, 'description')) as (
  self: symbol,
) => string | undefined;
export const dateTime = uncurry(Date.prototype.getTime);
export const regexpSource = uncurry(getterOf(RegExp.prototype, 'source')) as (self: RegExp) => string;
export const regexpFlag = {
  d: uncurry(getterOf(RegExp.prototype, 'hasIndices')),
  g: uncurry(getterOf(RegExp.prototype, 'global')),
  i: uncurry(getterOf(RegExp.prototype, 'ignoreCase')),
  m: uncurry(getterOf(RegExp.prototype, 'multiline')),
  s: uncurry(getterOf(RegExp.prototype, 'dotAll')),
  u: uncurry(getterOf(RegExp.prototype, 'unicode')),
  v: uncurry(getterOf(RegExp.prototype, 'unicodeSets')),
  y: uncurry(getterOf(RegExp.prototype, 'sticky')),
} as Record<'d' | 'g' | 'i' | 'm' | 's' | 'u' | 'v' | 'y', (self: unknown) => unknown>;

export const mapSize = uncurry(getterOf(Map.prototype, 'size')) as (self: unknown) => number;
export const mapEntries = uncurry(Map.prototype.entries);
export const mapIteratorNext = uncurry(
  Object.getPrototypeOf(new Map().entries()).next as (this: unknown) => IteratorResult<[unknown, unknown]>,
);

export const setSize = uncurry(getterOf(Set.prototype, 'size')) as (self: unknown) => number;
export const setValues = uncurry(Set.prototype.values);
export const setIteratorNext = uncurry(
  Object.getPrototypeOf(new Set().values()).next as (this: unknown) => IteratorResult<unknown>,
);

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
export const typedArrayLength = uncurry(getterOf(typedArrayPrototype, 'length')) as (self: unknown) => number;
export const typedArrayBuffer = uncurry(getterOf(typedArrayPrototype, 'buffer')) as (self: unknown) => ArrayBuffer;
export const typedArrayByteLength = uncurry(getterOf(typedArrayPrototype, 'byteLength')) as (self: unknown) => number;
export const typedArrayOffset = uncurry(getterOf(typedArrayPrototype, 'byteOffset')) as (self: unknown) => number;
export const dataViewBuffer = uncurry(getterOf(DataView.prototype, 'buffer')) as (self: unknown) => ArrayBuffer;
export const dataViewOffset = uncurry(getterOf(DataView.prototype, 'byteOffset')) as (self: unknown) => number;
export const dataViewLength = uncurry(getterOf(DataView.prototype, 'byteLength')) as (self: unknown) => number;
export const arrayBufferLength = uncurry(getterOf(ArrayBuffer.prototype, 'byteLength')) as (self: unknown) => number;
export const sharedBufferLength = uncurry(getterOf(SharedArrayBuffer.prototype, 'byteLength')) as (
  self: unknown,
) => number;
export const Bytes = Uint8Array;

const utf8 = new TextDecoder();
const decode = uncurry(TextDecoder.prototype.decode);

/** Text of the first `most` bytes under a view. */
export function decodeUtf8(view: ArrayBufferView, most: number): string {
  const length = min(typedArrayByteLength(view), most);
  return decode(utf8, new Bytes(typedArrayBuffer(view), typedArrayOffset(view), length));
}

export const numberValue = uncurry(Number.prototype.valueOf) as (self: unknown) => number;
export const stringValue = uncurry(String.prototype.valueOf) as (self: unknown) => string;
export const booleanValue = uncurry(Boolean.prototype.valueOf) as (self: unknown) => boolean;
export const symbolValue = uncurry(Symbol.prototype.valueOf) as (self: unknown) => symbol;
export const bigintValue = uncurry(BigInt.prototype.valueOf) as (self: unknown) => bigint;

export const { queueMicrotask } = globalThis;
export const theError = Error;
const stackDescriptor = Object.getOwnPropertyDescriptor(new Error('stack'), 'stack');
/** Where V8 makes `stack` an own accessor of errors: its getter, to tell it from a program's. */
export const stackGetter =
  stackDescriptor?.get === undefined
    ? undefined
    : { get: stackDescriptor.get, read: uncurry(stackDescriptor.get) as (self: object) => unknown };

export const { prototype: objectPrototype } = Object;
export const { prototype: arrayPrototype } = Array;

/** Maps whose methods cannot be patched: own properties of a private subclass would cost a transition per instance. */
export const weakMapGet = uncurry(WeakMap.prototype.get) as <V>(self: WeakMap<object, V>, key: object) => V | undefined;
export const weakMapSet = uncurry(WeakMap.prototype.set) as <V>(
  self: WeakMap<object, V>,
  key: object,
  value: V,
) => void;
export const mapGet = uncurry(Map.prototype.get) as <K, V>(self: Map<K, V>, key: K) => V | undefined;
export const mapSet = uncurry(Map.prototype.set) as <K, V>(self: Map<K, V>, key: K, value: V) => void;
export const mapDelete = uncurry(Map.prototype.delete) as <K, V>(self: Map<K, V>, key: K) => boolean;
export const mapForEach = uncurry(Map.prototype.forEach) as <K, V>(
  self: Map<K, V>,
  visit: (value: V, key: K) => void,
) => void;
export const setForEach = uncurry(Set.prototype.forEach) as (
  self: Set<unknown>,
  visit: (value: unknown) => void,
) => void;
export const mapClear = uncurry(Map.prototype.clear) as (self: Map<unknown, unknown>) => void;

export const {
  isProxy,
  isMap,
  isSet,
  isDate,
  isRegExp,
  isNativeError,
  isTypedArray,
  isDataView,
  isArrayBuffer,
  isSharedArrayBuffer,
  isArgumentsObject,
  isModuleNamespaceObject,
  isBoxedPrimitive,
  isNumberObject,
  isStringObject,
  isBooleanObject,
  isSymbolObject,
  isMapIterator,
  isSetIterator,
} = types;
