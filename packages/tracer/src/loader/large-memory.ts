/*
 * Memory for what is large and soon gone: a bundle of megabytes on its way. That of an ordinary buffer comes from `malloc`,
 * and glibc keeps the more of it the larger the pieces were that it got back. Memory that can change its length is mapped
 * by V8, and goes back to the system.
 */

/** Mapping costs more than it is worth for less. */
export const LARGE_BYTES = 1024 * 1024;

type Growable<Memory> = new (length: number, options: { maxByteLength: number }) => Memory;

// As they are before the program can replace them; TypeScript knows the second argument from ES2024 on.
const GrowableBuffer = ArrayBuffer as unknown as Growable<ArrayBuffer & { resize(length: number): void }>;
const GrowableShared = SharedArrayBuffer as unknown as Growable<SharedArrayBuffer>;
const Shared = SharedArrayBuffer;

/** Bytes for a moment, with any content. `giveBack` ends it. */
export function momentaryBytes(length: number): Buffer {
  if (length < LARGE_BYTES) return Buffer.allocUnsafe(length);
  return Buffer.from(new GrowableBuffer(length, { maxByteLength: length }), 0, length);
}

/** Nobody may read the bytes any more. */
export function giveBack(bytes: Buffer): void {
  if (bytes.buffer instanceof GrowableBuffer && bytes.length >= LARGE_BYTES) bytes.buffer.resize(0);
}

/** A text as UTF-8 that another thread can be given without a copy. The memory goes when neither thread refers to it. */
export function sharedText(text: string): Uint8Array {
  const bytes = sharedBytes(Buffer.byteLength(text));
  Buffer.from(bytes.buffer, 0, bytes.length).write(text);
  return bytes;
}

/** The same for bytes, which are copied here. */
export function sharedCopy(bytes: Uint8Array): Uint8Array {
  const copy = sharedBytes(bytes.length);
  copy.set(bytes);
  return copy;
}

function sharedBytes(length: number): Uint8Array<SharedArrayBuffer> {
  const memory = length < LARGE_BYTES ? new Shared(length) : new GrowableShared(length, { maxByteLength: length });
  return new Uint8Array(memory, 0, length);
}
