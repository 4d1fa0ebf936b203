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
          const result = apply(target, self, args) as unknown;
          tell(args, Infinity, written);
          return result;
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

/**
 * `args` of a call that Node has taken: descriptor, text; or descriptor, bytes, and perhaps where in them it begins and
 * how long it is.
 */
function tell(args: readonly unknown[], bytes: number, written: Written): void {
  const descriptor = args[0];
  if (descriptor !== STDOUT && descriptor !== STDERR) return;
  const data = args[1];
  if (!isTypedArray(data)) return written(data, descriptor);
  const size = typedArrayByteLength(data);
  const start = within(args[2], 0, size);
  const count = min(within(args[3], size, size - start), bytes);
  written(new Bytes(typedArrayBuffer(data), typedArrayOffset(data) + start, count), descriptor);
}

/** A whole number between 0 and `most`; `otherwise`, as far as that allows it, where the value is none. */
function within(value: unknown, otherwise: number, most: number): number {
  const number = typeof value === 'number' && (value | 0) === value && value >= 0 ? value : otherwise;
  return min(number, most);
}
