import {
  arrayPrototype,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isArgumentsObject,
  isArray,
  isArrayBuffer,
  isBoxedPrimitive,
  isDataView,
  isDate,
  isMap,
  isMapIterator,
  isModuleNamespaceObject,
  isNativeError,
  isProxy,
  isRegExp,
  isSet,
  isSetIterator,
  isSharedArrayBuffer,
  isTypedArray,
  objectPrototype,
  weakMapGet,
  weakMapSet,
} from '../primordials.ts';
import {
  KIND_ARGUMENTS,
  KIND_ARRAY,
  KIND_BOXED,
  KIND_BUFFER,
  KIND_DATE,
  KIND_ERROR,
  KIND_FUNCTION,
  KIND_GLOBAL,
  KIND_ITERATOR,
  KIND_MAP,
  KIND_NAMESPACE,
  KIND_OBJECT,
  KIND_PROXY,
  KIND_REGEXP,
  KIND_SET,
  KIND_TYPED_ARRAY,
} from './identity.ts';
import { nodeFieldsOf, type NodeFields } from './node-fields.ts';
import { functionName, ownData } from './own-data.ts';

/** What the class of an object says about it. */
export interface ClassFacts {
  readonly name: string;
  /** Properties that Node keeps in it for itself. */
  readonly nodeFields: NodeFields | undefined;
}

/** What the prototype of an object says about it. */
interface PrototypeFacts extends ClassFacts {
  /** Kind of the first instance seen. */
  kind: number;
  /** A built-in class is among the ancestors, so every instance has to be asked what it is. */
  builtIn: boolean;
}

/** Prototypes looked at on the way to a constructor's name or to a built-in ancestor. */
const ANCESTORS_MAX = 16;

const BUILT_IN_NAMES: Readonly<Record<string, true>> = Object.assign(Object.create(null), {
  Map: true,
  Set: true,
  Date: true,
  RegExp: true,
  Error: true,
  AggregateError: true,
  ArrayBuffer: true,
  SharedArrayBuffer: true,
  DataView: true,
  TypedArray: true,
  Number: true,
  String: true,
  Boolean: true,
  Symbol: true,
  BigInt: true,
  Iterator: true,
});

const theGlobal = globalThis;

/** Whether a function is a class: its `prototype` cannot be replaced. `target` is no proxy. */
export function isClass(target: object): boolean {
  const descriptor = getOwnPropertyDescriptor(target, 'prototype');
  return descriptor !== undefined && hasOwn(descriptor, 'writable') && descriptor.writable === false;
}

function constructorName(prototype: object): string {
  let at: object | null = prototype;
  for (let i = 0; at !== null && i < ANCESTORS_MAX && !isProxy(at); i++) {
    const found = ownData(at, 'constructor');
    if (typeof found === 'function') {
      const name = functionName(found);
      if (name !== '') return name;
    }
    at = getPrototypeOf(at);
  }
  return '';
}

function hasBuiltInAncestor(prototype: object): boolean {
  let at: object | null = prototype;
  for (let i = 0; at !== null && at !== objectPrototype; i++) {
    if (i >= ANCESTORS_MAX || isProxy(at)) return true;
    const found = ownData(at, 'constructor');
    if (typeof found === 'function' && functionName(found) in BUILT_IN_NAMES) return true;
    at = getPrototypeOf(at);
  }
  return false;
}

function brandOf(target: object): number {
  if (isMap(target)) return KIND_MAP;
  if (isSet(target)) return KIND_SET;
  if (isNativeError(target)) return KIND_ERROR;
  if (isTypedArray(target)) return KIND_TYPED_ARRAY;
  if (isDate(target)) return KIND_DATE;
  if (isRegExp(target)) return KIND_REGEXP;
  if (isArrayBuffer(target) || isSharedArrayBuffer(target) || isDataView(target)) return KIND_BUFFER;
  if (isBoxedPrimitive(target)) return KIND_BOXED;
  if (isMapIterator(target) || isSetIterator(target)) return KIND_ITERATOR;
  return KIND_OBJECT;
}

function stillIs(target: object, kind: number): boolean {
  switch (kind) {
    case KIND_MAP:
      return isMap(target);
    case KIND_SET:
      return isSet(target);
    case KIND_ERROR:
      return isNativeError(target);
    case KIND_TYPED_ARRAY:
      return isTypedArray(target);
    case KIND_DATE:
      return isDate(target);
    default:
      return false;
  }
}

const factsOf = new WeakMap<object, PrototypeFacts>();

/**
 * Facts about a prototype, found out when its first instance appears; undefined for a proxy. Asking what is known comes
 * first: whether something is a proxy is a question to V8 that takes three times as long.
 */
function prototypeFacts(prototype: object, instance: object): PrototypeFacts | undefined {
  let facts = weakMapGet(factsOf, prototype);
  if (facts === undefined && !isProxy(prototype)) {
    facts = {
      name: constructorName(prototype),
      nodeFields: nodeFieldsOf(prototype),
      kind: brandOf(instance),
      builtIn: false,
    };
    facts.builtIn = facts.kind !== KIND_OBJECT || hasBuiltInAncestor(prototype);
    weakMapSet(factsOf, prototype, facts);
  }
  return facts;
}

/** Kind of an object or function. Runs no code of the program: proxies are recognised before anything is asked of them. */
export function classify(target: object): number {
  if (isProxy(target)) return KIND_PROXY;
  if (typeof target === 'function') return KIND_FUNCTION;
  if (isArray(target)) return KIND_ARRAY;
  const prototype = getPrototypeOf(target);
  if (prototype === objectPrototype) return plainKind(target);
  if (prototype === null) return isModuleNamespaceObject(target) ? KIND_NAMESPACE : KIND_OBJECT;
  if (target === theGlobal) return KIND_GLOBAL;
  const facts = prototypeFacts(prototype, target);
  if (facts === undefined) return brandOf(target);
  // `Object` here is that of another realm.
  if (!facts.builtIn) return facts.name === 'Object' ? plainKind(target) : KIND_OBJECT;
  return stillIs(target, facts.kind) ? facts.kind : brandOf(target);
}

/** A plain object, or the `arguments` of a function: all of those have `callee`, by which V8 need not be asked of others. */
function plainKind(target: object): number {
  return 'callee' in target && isArgumentsObject(target) ? KIND_ARGUMENTS : KIND_OBJECT;
}

const namedOnly = (name: string): ClassFacts => ({ name, nodeFields: undefined });
const OBJECT = namedOnly('Object');
const ARRAY = namedOnly('Array');
const MODULE = namedOnly('Module');
const GLOBAL = namedOnly('global');
const UNNAMED = namedOnly('');

/** Class of an object that is no proxy; its name is '' when it has none. */
export function classOf(target: object): ClassFacts {
  const prototype = getPrototypeOf(target);
  if (prototype === objectPrototype) return OBJECT;
  if (prototype === arrayPrototype) return ARRAY;
  if (prototype === null) return isModuleNamespaceObject(target) ? MODULE : UNNAMED;
  if (target === theGlobal) return GLOBAL;
  return prototypeFacts(prototype, target) ?? UNNAMED;
}

/** Name of the class of an object that is no proxy, '' when it has none. */
export function className(target: object): string {
  return classOf(target).name;
}
