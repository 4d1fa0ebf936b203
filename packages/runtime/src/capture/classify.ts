import {
  arrayPrototype,
  charCodeAt,
  functionText,
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
  KIND_UNKNOWN,
} from './identity.ts';
import { nodeFieldsOf, type NodeFields } from './node-fields.ts';
import { functionName, ownData } from './own-data.ts';

/** What the class of an object says about it: that is, its prototype. */
export interface ClassFacts {
  /** '' when it has none. */
  readonly name: string;
  /** Tells it from others at once; see `Names.ofClass`. */
  readonly number: number;
  /** Properties that Node keeps in it for itself. */
  readonly nodeFields: NodeFields | undefined;
  /** Kind of its objects; of the first one seen where each has to be asked. */
  readonly kind: number;
  /** A built-in class is among the ancestors, so every object has to be asked what it is. */
  readonly builtIn: boolean;
  /** Objects without a class of their own, which `arguments` of functions look like. */
  readonly plain: boolean;
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

/** The first character of `class`; among what has a `prototype`, no other text begins with it. */
const CODE_C = 99;
/** The bracket in `[native code] }`, which stands so far from the end. */
const CODE_BRACKET = 93;
const NATIVE_END_CHARS = 3;

/**
 * Whether a function is a class, or is built in and has a `prototype` that cannot be replaced, as classes have. `target` is
 * no proxy. Asking a function for the descriptor of its `prototype` makes V8 create one, which takes ten times as long as
 * looking at the text.
 */
export function isClass(target: object): boolean {
  if (!hasOwn(target, 'prototype')) return false;
  const text = functionText(target);
  if (charCodeAt(text, 0) === CODE_C) return true;
  if (charCodeAt(text, text.length - NATIVE_END_CHARS) !== CODE_BRACKET) return false;
  return getOwnPropertyDescriptor(target, 'prototype')?.writable === false;
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

let classes = 0;
const facts = (name: string, kind = KIND_OBJECT, rest: Partial<ClassFacts> = {}): ClassFacts => ({
  name,
  number: classes++,
  nodeFields: rest.nodeFields,
  kind,
  builtIn: rest.builtIn ?? false,
  plain: rest.plain ?? false,
});

/** What `arguments` objects are called, which have no class of their own. */
export const ARGUMENTS = facts('Arguments');
export const GLOBAL = facts('global', KIND_GLOBAL);
const OBJECT = facts('Object', KIND_OBJECT, { plain: true });
const ARRAY = facts('Array');
const MODULE = facts('Module', KIND_NAMESPACE);
const UNNAMED = facts('');
const BEHIND_PROXY = facts('', KIND_OBJECT, { builtIn: true });

const known = new WeakMap<object, ClassFacts>();

/** Facts about a prototype, found out when its first instance appears. */
function lookAt(prototype: object, instance: object): ClassFacts {
  if (isProxy(prototype)) return BEHIND_PROXY;
  const name = constructorName(prototype);
  const kind = brandOf(instance);
  const builtIn = kind !== KIND_OBJECT || hasBuiltInAncestor(prototype);
  // `Object` here is that of another realm.
  const found = facts(name, kind, { nodeFields: nodeFieldsOf(prototype), builtIn, plain: name === 'Object' });
  weakMapSet(known, prototype, found);
  return found;
}

/**
 * Class of an object that is no proxy. Asking what is known comes first: whether a prototype is a proxy is a question to V8
 * that takes longer.
 */
export function classOf(target: object): ClassFacts {
  const prototype = getPrototypeOf(target);
  if (prototype === objectPrototype) return OBJECT;
  if (prototype === arrayPrototype) return ARRAY;
  if (prototype === null) return isModuleNamespaceObject(target) ? MODULE : UNNAMED;
  if (target === theGlobal) return GLOBAL;
  return weakMapGet(known, prototype) ?? lookAt(prototype, target);
}

/**
 * Kind of an object or function where that does not depend on its class, else KIND_UNKNOWN. Comes before anything else is
 * asked of an object: a proxy would run code of the program.
 */
export function kindWithoutClass(target: object): number {
  if (isProxy(target)) return KIND_PROXY;
  if (typeof target === 'function') return KIND_FUNCTION;
  return isArray(target) ? KIND_ARRAY : KIND_UNKNOWN;
}

/** Kind of an object of this class. */
export function kindInClass(target: object, { kind, builtIn, plain }: ClassFacts): number {
  if (builtIn) return stillIs(target, kind) ? kind : brandOf(target);
  return plain && isArguments(target) ? KIND_ARGUMENTS : kind;
}

/** The `arguments` of a function: all of those have `callee`, by which V8 need not be asked of others. */
function isArguments(target: object): boolean {
  return 'callee' in target && isArgumentsObject(target);
}

/** Kind of an object or function. Runs no code of the program. */
export function classify(target: object): number {
  const kind = kindWithoutClass(target);
  return kind === KIND_UNKNOWN ? kindInClass(target, classOf(target)) : kind;
}

/** Name of the class of an object that is no proxy, '' when it has none. */
export function className(target: object): string {
  return classOf(target).name;
}
