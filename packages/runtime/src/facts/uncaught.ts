import * as K from '@execution-cinema/format/event-kinds';
import type { Encode } from '../capture/encoder.ts';
import { EPOCH, type Core } from '../core.ts';
import type { WriteFact } from '../probes/fact-writer.ts';

const ORIGIN_EXCEPTION = 0;
const ORIGIN_REJECTION = 1;

/**
 * Records an error that nobody caught, rejections included where Node makes them errors. `origin` is what Node tells the
 * listeners of `uncaughtExceptionMonitor`; a listener of ours would show in `process.eventNames()`, so whoever watches
 * `process.emit` calls this. The error is written in full, with its stack, whatever was seen of it before. Never throws:
 * that would replace the program's error.
 */
export function createUncaught(
  { registers }: Core,
  write: WriteFact,
  encode: Encode,
): (error: unknown, origin: unknown) => void {
  return (error, origin) => {
    try {
      registers[EPOCH]!++;
      const code = origin === 'unhandledRejection' ? ORIGIN_REJECTION : ORIGIN_EXCEPTION;
      write(K.UNCAUGHT, code, (p) => encode(error, p, null));
    } catch {
      // The stack is exhausted; the program's error is reported all the same.
    }
  };
}
