import * as K from '@execution-cinema/format/event-kinds';
import type { Encode } from '../capture/encoder.ts';
import type { WriteFact } from '../probes/fact-writer.ts';

const ORIGIN_EXCEPTION = 0;
const ORIGIN_REJECTION = 1;

/**
 * Records errors that nobody catches, rejections included where Node makes them errors. A monitor sees them before the
 * program's own handlers and changes nothing: not the exit code, not what is printed.
 */
export function watchUncaught(write: WriteFact, encode: Encode): () => void {
  const listener = (error: unknown, origin: string): void => {
    try {
      const code = origin === 'unhandledRejection' ? ORIGIN_REJECTION : ORIGIN_EXCEPTION;
      write(K.UNCAUGHT, code, (p) => encode(error, p, null));
    } catch {
      // A throwing monitor would replace the program's error.
    }
  };
  process.on('uncaughtExceptionMonitor', listener);
  return () => void process.off('uncaughtExceptionMonitor', listener);
}
