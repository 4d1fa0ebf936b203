import * as K from '@execution-cinema/format/event-kinds';
import {
  apply,
  decodeUtf8,
  defineProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isTypedArray,
} from '../primordials.ts';
import { replaceProperty } from '../links/replace.ts';
import type { WriteFact } from '../probes/fact-writer.ts';
import { watchDescriptors } from './descriptors.ts';

/** Bytes of one write that are decoded; the rest is not recorded. */
const OUTPUT_BYTES_MAX = 32_768;

const STREAMS = [
  ['stdout', 1],
  ['stderr', 2],
] as const;

type Write = (...values: unknown[]) => unknown;

export interface OutputParts {
  write: WriteFact;
  putLine(text: string, p: number): number;
}

/**
 * Records what the program writes to its output streams as LOG events of the call on top. Node makes these streams when
 * `process.stdout` is first read, and reading it has effects (handles, listeners), so only the getter is replaced: the
 * class of the stream that comes out of it gets a `write` of its own, not enumerable, which calls the one it inherits.
 * The stream itself stays as it is: programs take one with a `write` of its own for tampered with (pino does). What goes to
 * the descriptors without the streams is recorded as well.
 */
export function watchOutput(parts: OutputParts): () => void {
  const undo: (() => void)[] = [];
  const streams: object[] = [];
  const numbers: number[] = [];
  const homes: object[] = [];
  /** Writes of streams that go on now: one to a file ends in a write to its descriptor. */
  let inside = 0;
  const numberOf = (stream: unknown): number => {
    for (let i = 0; i < streams.length; i++) if (streams[i] === stream) return numbers[i]!;
    return 0;
  };
  const written = (number: number, chunk: unknown, write: () => unknown): unknown => {
    record(chunk, number, parts);
    inside++;
    try {
      return write();
    } finally {
      inside--;
    }
  };
  /** Both streams may be of one class. */
  const watchHome = (home: object | undefined): void => {
    for (let i = 0; i < homes.length; i++) if (homes[i] === home) return;
    if (home === undefined) return;
    homes[homes.length] = home;
    undo[undo.length] = watchWrites(home, { numberOf, written });
  };
  for (const [name, number] of STREAMS) {
    const descriptor = getOwnPropertyDescriptor(process, name);
    const read = descriptor?.get;
    if (descriptor === undefined || read === undefined || descriptor.configurable !== true) continue;
    let last: object | undefined;
    const get = (): unknown => {
      const stream = apply(read, process, []) as object;
      if (stream !== last) {
        last = stream;
        streams[streams.length] = stream;
        numbers[numbers.length] = number;
        watchHome(homeOfWrite(stream));
      }
      return stream;
    };
    defineProperty(process, name, { ...descriptor, get });
    undo[undo.length] = () => void defineProperty(process, name, descriptor);
  }
  undo[undo.length] = watchDescriptors((chunk, number) => {
    if (inside === 0) record(chunk, number, parts);
  });
  return () => {
    for (const step of undo) step();
  };
}

/** The object on which `write` is to be found first: the stream if it has one, else the prototype of its class. */
function homeOfWrite(stream: object): object | undefined {
  if (typeof (stream as { write?: unknown }).write !== 'function') return undefined;
  return getOwnPropertyDescriptor(stream, 'write') === undefined ? (getPrototypeOf(stream) as object) : stream;
}

interface StreamListener {
  /** 1, 2, or 0 for a stream that is neither output nor error. */
  numberOf(stream: unknown): number;
  written(number: number, chunk: unknown, write: () => unknown): unknown;
}

function watchWrites(home: object, { numberOf, written }: StreamListener): () => void {
  const own = getOwnPropertyDescriptor(home, 'write');
  const inherited = getPrototypeOf(home) as { write: Write };
  const write = function (this: unknown, chunk: unknown, _encoding?: unknown, _callback?: unknown): unknown {
    // oxlint-disable-next-line prefer-rest-params -- handed on as they came
    const values = arguments;
    const original = own === undefined ? inherited.write : own.value;
    // All sockets of the program may be of this class.
    const number = numberOf(this);
    if (number === 0) return apply(original, this, values);
    return written(number, chunk, () => apply(original, this, values));
  };
  try {
    defineProperty(write, 'name', { value: (home as { write: Write }).write.name, configurable: true });
    return replaceProperty(home, 'write', write);
  } catch {
    return () => undefined;
  }
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
