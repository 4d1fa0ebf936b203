import {
  arrayBufferLength,
  bigintValue,
  booleanValue,
  dataViewBuffer,
  dataViewLength,
  dataViewOffset,
  isBooleanObject,
  isDataView,
  isNumberObject,
  isSharedArrayBuffer,
  isStringObject,
  isSymbolObject,
  numberValue,
  regexpFlag,
  regexpSource,
  sharedBufferLength,
  stringValue,
  symbolValue,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayLength,
  typedArrayOffset,
} from '../primordials.ts';
import { KIND_TYPED_ARRAY } from './identity.ts';

/** The bytes under a view or buffer. */
export interface ByteRange {
  buffer: ArrayBufferLike;
  offset: number;
  length: number;
}

/** Bytes of a typed array, buffer or view; undefined when they are detached or out of bounds. */
export function bytesOf(target: object, kind: number): ByteRange | undefined {
  try {
    const range = rangeOf(target, kind);
    return range.length > 0 ? range : undefined;
  } catch {
    return undefined; // getters of views throw when the buffer is detached
  }
}

function rangeOf(target: object, kind: number): ByteRange {
  if (kind === KIND_TYPED_ARRAY) {
    return { buffer: typedArrayBuffer(target), offset: typedArrayOffset(target), length: typedArrayByteLength(target) };
  }
  if (isDataView(target)) {
    return { buffer: dataViewBuffer(target), offset: dataViewOffset(target), length: dataViewLength(target) };
  }
  const length = isSharedArrayBuffer(target) ? sharedBufferLength(target) : arrayBufferLength(target);
  return { buffer: target as ArrayBufferLike, offset: 0, length };
}

/** Elements of a typed array, bytes of anything else. */
export function elementCount(target: object, kind: number, bytes: ByteRange | undefined): number {
  if (kind === KIND_TYPED_ARRAY) return typedArrayLength(target);
  return bytes === undefined ? 0 : bytes.length;
}

/** The primitive inside `new Number(1)` and the like. */
export function boxedValue(target: object): unknown {
  if (isNumberObject(target)) return numberValue(target);
  if (isStringObject(target)) return stringValue(target);
  if (isBooleanObject(target)) return booleanValue(target);
  return isSymbolObject(target) ? symbolValue(target) : bigintValue(target);
}

/** `/source/flags`. The `flags` getter of the program's realm would run overridden getters, so each is asked directly. */
export function regexpText(target: RegExp): string {
  let text = `/${regexpSource(target)}/`;
  for (const flag in regexpFlag) {
    if (regexpFlag[flag as keyof typeof regexpFlag](target) === true) text += flag;
  }
  return text;
}
