import * as K from '@execution-cinema/format/event-kinds';
import { apply, decodeUtf8, defineProperty, getOwnPropertyDescriptor, isTypedArray } from '../primordials.ts';
import type { WriteFact } from '../probes/fact-writer.ts';

/** Bytes of one write that are decoded; the rest is not recorded. */
const OUTPUT_BYTES_MAX = 32_768;

const STREAMS = [
  ['stdout', 1],
  ['stderr', 2],
] as const;

export interface OutputParts {
  write: WriteFact;
  putLine(text: string, p: number): number;
}

/**
 * Records what the program writes to its output streams as LOG events of the call on top. Node makes these streams when
 * `process.stdout` is first read, and reading it has effects (handles, listeners), so only the getter is replaced: the
 * stream that comes out of it gets a `write` of its own, not enumerable, which calls the one it had.
 */
export function watchOutput(parts: OutputParts): () => void {
  const undo: (() => void)[] = [];
  for (const [name, number] of STREAMS) {
    const descriptor = getOwnPropertyDescriptor(process, name);
    const read = descriptor?.get;
    if (descriptor === undefined || read === undefined || descriptor.configurable !== true) continue;
    let watched: object | undefined;
    let unwatch: (() => void) | undefined;
    const get = (): unknown => {
      const stream = apply(read, process, []) as object;
      if (stream !== watched) {
        watched = stream;
        unwatch = watchStream(stream, number, parts);
      }
      return stream;
    };
    defineProperty(process, name, { ...descriptor, get });
    undo.push(() => {
      defineProperty(process, name, descriptor);
      unwatch?.();
    });
  }
  return () => {
    for (const step of undo) step();
  };
}

function watchStream(stream: object, number: number, parts: OutputParts): (() => void) | undefined {
  const original = (stream as { write?: unknown }).write;
  if (typeof original !== 'function') return undefined;
  const replaced = {
    write(chunk: unknown, _encoding?: unknown, _callback?: unknown): unknown {
      record(chunk, number, parts);
      // oxlint-disable-next-line prefer-rest-params -- handed on as they came
      return apply(original, this, arguments);
    },
  };
  try {
    defineProperty(stream, 'write', { value: replaced.write, writable: true, configurable: true, enumerable: false });
  } catch {
    return undefined;
  }
  return () => {
    if ((stream as { write?: unknown }).write === replaced.write) delete (stream as { write?: unknown }).write;
  };
}

function record(chunk: unknown, number: number, parts: OutputParts): void {
  try {
    const text =
      typeof chunk === 'string'
        ? chunk
        : isTypedArray(chunk)
          ? decodeUtf8(chunk as Uint8Array, OUTPUT_BYTES_MAX)
          : undefined;
    if (text !== undefined) parts.write(K.LOG, number, (p) => parts.putLine(text, p));
  } catch {
    // The program's own write must happen whatever becomes of ours.
  }
}
