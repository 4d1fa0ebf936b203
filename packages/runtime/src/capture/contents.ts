import * as T from '@execution-cinema/format/value-tags';
import type { Redactor, SecretName } from '@execution-cinema/format/redaction';
import { VALUES_END, type Core } from '../core.ts';
import {
  arrayPrototype,
  Bytes,
  dateTime,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  mapEntries,
  mapIteratorNext,
  min,
  lookupGetter,
  objectKeys,
  ownKeys,
  setIteratorNext,
  setValues,
} from '../primordials.ts';
import { boxedValue, bytesOf, elementCount, regexpText } from './built-ins.ts';
import { ARGUMENTS, classOf, type ClassFacts } from './classify.ts';
import { errorMessage, type StackReader } from './errors.ts';
import {
  KIND_ARGUMENTS,
  KIND_ARRAY,
  KIND_BOXED,
  KIND_BUFFER,
  KIND_DATE,
  KIND_ERROR,
  KIND_MAP,
  KIND_NAMESPACE,
  KIND_REGEXP,
  KIND_SET,
  KIND_TYPED_ARRAY,
  type Identity,
} from './identity.ts';
import { isNodeField, type NodeFields } from './node-fields.ts';
import type { Name } from './names.ts';
import { isData } from './own-data.ts';
import type { Strings } from './strings.ts';

/** An object whose content is to be written. */
export interface Subject {
  id: number;
  kind: number;
  /** Its class, if that was asked for already. */
  named: ClassFacts | undefined;
  /** Levels that may still be entered, at least 1. */
  depth: number;
  /** Set when the object stands under a secret name. */
  name: SecretName | null;
  /** Length or size of arrays, maps and sets. */
  size: number;
}

/** A place for subjects. */
export const noSubject = (): Subject => ({ id: 0, kind: 0, named: undefined, depth: 0, name: null, size: -1 });

export interface ContentsParts {
  strings: Strings;
  redactor: Redactor | undefined;
  properties: number;
  items: number;
  putAny(value: unknown, p: number, depth: number, name: SecretName | null): number;
  putRedacted(token: string, p: number): number;
  remember: Identity['remember'];
  readStack: StackReader;
}

/** Characters of a stack. */
const STACK_CHARS_MAX = 4096;
/** Bytes of a buffer that are searched for secrets when its first ones are stored. */
const SEARCHED_BYTES = 256;

export interface Contents {
  put(target: object, subject: Subject, p: number): number;
}

/** Writes what is inside objects, by kind. Reads own data only; throws only where an exotic object does. */
export function createContents(core: Core, parts: ContentsParts): Contents {
  const { words, registers } = core;
  const { strings, redactor, properties, items, putAny, remember } = parts;
  const { names, putName } = strings;
  const scratch = new Float64Array(1);
  const scratchWords = new Int32Array(scratch.buffer);

  const isSpent = (p: number): boolean => p > registers[VALUES_END]!;

  const putDescriptor = (
    descriptor: PropertyDescriptor | undefined,
    p: number,
    depth: number,
    name: SecretName | null,
  ): number => {
    if (descriptor !== undefined && isData(descriptor)) return putAny(descriptor.value, p, depth, name);
    words[p] = descriptor === undefined ? T.UNREADABLE : T.GETTER;
    return p + 1;
  };

  /**
   * Own enumerable properties. The head word at `head` gets their count, and a flag if there are others: past the limit, or
   * what Node keeps there for itself.
   */
  const putEntries = (
    target: object,
    keys: readonly string[],
    head: number,
    p: number,
    subject: Subject,
    className: Name,
    nodeFields: NodeFields | undefined,
  ): number => {
    const { length } = keys;
    let written = 0;
    let previous = className;
    for (let i = 0; i < length && written < properties && !isSpent(p); i++) {
      const key = keys[i]!;
      if (nodeFields !== undefined && isNodeField(key, nodeFields)) continue;
      written++;
      previous = names.after(previous, key);
      p = putName(previous, p);
      const secret = subject.name === null ? previous.secret : redactor!.memberName(subject.name, key);
      p = putDescriptor(getOwnPropertyDescriptor(target, key), p, subject.depth - 1, secret);
    }
    words[head]! |= (written | (written < length ? T.OBJECT_MORE_FLAG : 0)) << 8;
    return p;
  };

  const putObject = (target: object, subject: Subject, p: number): number => {
    const keys = objectKeys(target);
    const named = subject.kind === KIND_ARGUMENTS ? ARGUMENTS : (subject.named ?? classOf(target));
    const label = names.ofClass(named);
    remember(subject.id, subject.kind, subject.depth, keys.length);
    words[p] = T.OBJECT;
    words[p + 1] = subject.id;
    return putEntries(target, keys, p, putName(label, p + 2), subject, label, named.nodeFields);
  };

  /** Bindings of a module; one that is not initialised yet throws when it is looked at. */
  const putNamespace = (target: object, subject: Subject, p: number): number => {
    const keys = ownKeys(target);
    remember(subject.id, subject.kind, subject.depth, keys.length);
    const head = p;
    words[p] = T.OBJECT;
    words[p + 1] = subject.id;
    p = putName(names.of('Module'), p + 2);
    let i = 0;
    for (; i < min(keys.length, properties) && !isSpent(p); i++) {
      const key = keys[i]!;
      if (typeof key !== 'string') break; // Symbol.toStringTag, the last one
      const name = names.of(key);
      p = putName(name, p);
      let descriptor: PropertyDescriptor | undefined;
      try {
        descriptor = getOwnPropertyDescriptor(target, key);
      } catch {
        words[p++] = T.UNINITIALIZED;
        continue;
      }
      p = putDescriptor(descriptor, p, subject.depth - 1, name.secret);
    }
    words[head]! |= (i | (i < keys.length && typeof keys[i] === 'string' ? T.OBJECT_MORE_FLAG : 0)) << 8;
    return p;
  };

  /** One element. Ordinary arrays are asked for a getter first: that is a quarter of the price of a descriptor. */
  const putElement = (target: unknown[], i: number, ordinary: boolean, p: number, subject: Subject): number => {
    if (ordinary && lookupGetter(target, i) === undefined) {
      const value = target[i];
      if (value !== undefined || hasOwn(target, i)) return putAny(value, p, subject.depth - 1, subject.name);
      words[p] = T.HOLE;
      return p + 1;
    }
    const descriptor = getOwnPropertyDescriptor(target, i);
    if (descriptor !== undefined) return putDescriptor(descriptor, p, subject.depth - 1, subject.name);
    words[p] = T.HOLE;
    return p + 1;
  };

  const putArray = (target: unknown[], subject: Subject, p: number): number => {
    remember(subject.id, subject.kind, subject.depth, subject.size);
    const head = p;
    const ordinary = getPrototypeOf(target) === arrayPrototype;
    words[p + 1] = subject.id;
    words[p + 2] = subject.size;
    p += 3;
    const count = min(subject.size, items);
    let i = 0;
    for (; i < count && !isSpent(p); i++) p = putElement(target, i, ordinary, p, subject);
    words[head] = T.ARRAY | (i << 8);
    return p;
  };

  const putMap = (target: object, subject: Subject, p: number): number => {
    remember(subject.id, subject.kind, subject.depth, subject.size);
    const head = p;
    words[p + 1] = subject.id;
    words[p + 2] = subject.size;
    p += 3;
    const iterator = mapEntries(target as Map<unknown, unknown>);
    let i = 0;
    for (; i < items && !isSpent(p); i++) {
      const { done, value } = mapIteratorNext(iterator);
      if (done === true) break;
      const key = value[0];
      p = putAny(key, p, subject.depth - 1, null);
      p = putAny(value[1], p, subject.depth - 1, typeof key === 'string' ? secretMember(subject, key) : subject.name);
    }
    words[head] = T.MAP | (i << 8);
    return p;
  };

  const secretMember = (subject: Subject, key: string): SecretName | null =>
    redactor === undefined ? null : redactor.memberName(subject.name, key);

  const putSet = (target: object, subject: Subject, p: number): number => {
    remember(subject.id, subject.kind, subject.depth, subject.size);
    const head = p;
    words[p + 1] = subject.id;
    words[p + 2] = subject.size;
    p += 3;
    const iterator = setValues(target as Set<unknown>);
    let i = 0;
    for (; i < items && !isSpent(p); i++) {
      const { done, value } = setIteratorNext(iterator);
      if (done === true) break;
      p = putAny(value, p, subject.depth - 1, subject.name);
    }
    words[head] = T.SET | (i << 8);
    return p;
  };

  const putStack = (stack: string | undefined, p: number): number => {
    if (stack === undefined || isSpent(p)) return putAny(undefined, p, 0, null);
    return strings.putClean(redactor === undefined ? stack : redactor.scrubText(stack), p, STACK_CHARS_MAX);
  };

  const putError = (target: object, subject: Subject, p: number): number => {
    const keys = objectKeys(target);
    remember(subject.id, subject.kind, subject.depth, keys.length);
    const head = p;
    words[p] = T.ERROR;
    words[p + 1] = subject.id;
    const label = names.ofClass(subject.named ?? classOf(target));
    p = putName(label, p + 2);
    p = putAny(errorMessage(target), p, 0, subject.name);
    p = putStack(parts.readStack(target), p);
    return putEntries(target, keys, head, p, subject, label, undefined);
  };

  const putDate = (target: object, subject: Subject, p: number): number => {
    remember(subject.id, subject.kind, subject.depth, -1);
    scratch[0] = dateTime(target as Date);
    words[p] = T.DATE;
    words[p + 1] = subject.id;
    words[p + 2] = scratchWords[0]!;
    words[p + 3] = scratchWords[1]!;
    return p + 4;
  };

  const putRegExp = (target: object, subject: Subject, p: number): number => {
    remember(subject.id, subject.kind, subject.depth, -1);
    words[p] = T.REGEXP;
    words[p + 1] = subject.id;
    return strings.putValue(regexpText(target as RegExp), p + 2, null);
  };

  const putBoxed = (target: object, subject: Subject, p: number): number => {
    remember(subject.id, subject.kind, subject.depth, -1);
    words[p] = T.OBJECT | (1 << 8);
    words[p + 1] = subject.id;
    p = putName(names.ofClass(subject.named ?? classOf(target)), p + 2);
    p = putName(names.of('[[value]]'), p);
    return putAny(boxedValue(target), p, 0, subject.name);
  };

  /** Typed arrays by element, other buffers by byte. */
  const putBinary = (target: object, subject: Subject, p: number): number => {
    const bytes = bytesOf(target, subject.kind);
    const token =
      redactor === undefined || bytes === undefined
        ? null
        : redactor.redactBytes(subject.name, new Bytes(bytes.buffer, bytes.offset, min(bytes.length, SEARCHED_BYTES)));
    if (token !== null) return parts.putRedacted(token, p);
    const elements =
      subject.kind === KIND_TYPED_ARRAY
        ? (target as ArrayLike<unknown>)
        : bytes === undefined
          ? []
          : new Bytes(bytes.buffer, bytes.offset, bytes.length);
    const length = elementCount(target, subject.kind, bytes);
    remember(subject.id, subject.kind, subject.depth, -1);
    const head = p;
    words[p + 1] = subject.id;
    p = putName(names.ofClass(subject.named ?? classOf(target)), p + 2);
    words[p++] = length;
    const count = min(length, items);
    let i = 0;
    for (; i < count && !isSpent(p); i++) p = putAny(elements[i], p, 0, null);
    words[head] = T.BINARY | (i << 8);
    return p;
  };

  const put = (target: object, subject: Subject, p: number): number => {
    switch (subject.kind) {
      case KIND_ARRAY:
        return putArray(target as unknown[], subject, p);
      case KIND_MAP:
        return putMap(target, subject, p);
      case KIND_SET:
        return putSet(target, subject, p);
      case KIND_ERROR:
        return putError(target, subject, p);
      case KIND_DATE:
        return putDate(target, subject, p);
      case KIND_REGEXP:
        return putRegExp(target, subject, p);
      case KIND_BOXED:
        return putBoxed(target, subject, p);
      case KIND_TYPED_ARRAY:
      case KIND_BUFFER:
        return putBinary(target, subject, p);
      case KIND_NAMESPACE:
        return putNamespace(target, subject, p);
      default:
        return putObject(target, subject, p);
    }
  };

  return { put };
}
