import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import {
  apply,
  Bytes,
  isTypedArray,
  min,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayOffset,
} from '../primordials.ts';
import { replaceProperty } from '../links/replace.ts';

const STDOUT = 1;
const STDERR = 2;

type Written = (chunk: unknown, descriptor: number) => void;

/**
 * Tells what is written to the descriptors of standard output and error past their streams, as loggers do (pino).
 * `written` must not throw. Returns what ends it.
 */
export function watchDescriptors(written: Written): () => void {
  const undo = [
    replaceProperty(
      fs,
      'write',
      new Proxy(fs.write, {
        apply(target, self: unknown, args: unknown[]) {
          tell(args, Infinity, written);
          return apply(target, self, args) as unknown;
        },
      }),
    ),
    replaceProperty(
      fs,
      'writeSync',
      new Proxy(fs.writeSync, {
        apply(target, self: unknown, args: unknown[]) {
          const bytes = apply(target, self, args) as number;
          // What a pipe had no room for is written again.
          tell(args, bytes, written);
          return bytes;
        },
      }),
    ),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const step of undo) step();
    syncBuiltinESMExports();
  };
}

/** `args`: descriptor, text; or descriptor, bytes, and perhaps where in them it begins and how long it is. */
function tell(args: readonly unknown[], bytes: number, written: Written): void {
  const [descriptor, data, offset, length] = args;
  if (descriptor !== STDOUT && descriptor !== STDERR) return;
  if (!isTypedArray(data)) return written(data, descriptor);
  const size = typedArrayByteLength(data);
  const start = typeof offset === 'number' ? min(offset, size) : 0;
  const count = min(typeof length === 'number' ? length : size, bytes, size - start);
  written(new Bytes(typedArrayBuffer(data), typedArrayOffset(data) + start, count), descriptor);
}
