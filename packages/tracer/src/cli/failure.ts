import { StoreError, type StoreErrorCode } from '@execution-cinema/store';
import { CommandError } from './command.ts';

/** Remedies that fit a reader; those of the store speak to whoever records. */
const READING_REMEDIES: Partial<Record<StoreErrorCode, string>> = {
  OUT_NOT_RECORDING: 'It is some other file: see which recordings exist with tracer ls.',
  OUT_CORRUPT: 'What is left of it may be had with: sqlite3 FILE .recover',
  OUT_NEWER: 'Update the tracer to read it (npm install tracer@latest).',
  OUT_NOT_WRITABLE: 'Check that you may read the file and its folder.',
  OUT_LOCKED: 'Close the program that holds the database open for writing, or copy the file.',
};

const READING_FACTS: Partial<Record<StoreErrorCode, string>> = {
  OUT_NOT_RECORDING: 'not a recording',
  OUT_CORRUPT: 'the recording is damaged',
  OUT_NOT_WRITABLE: 'the recording cannot be opened',
};

/** What failed and what to do about it, as one text of a few lines. Stack traces only with `NODE_DEBUG=tracer`. */
export function describeFailure(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  if (error instanceof StoreError) {
    const fact = READING_FACTS[error.code];
    const message = fact === undefined ? error.message : `${fact}${error.message.slice(error.message.indexOf(': '))}`;
    return `${message}\n${READING_REMEDIES[error.code] ?? error.remedy}`;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const debug = process.env['NODE_DEBUG']?.split(',').includes('tracer');
  return debug && stack !== undefined ? stack : `${message} (NODE_DEBUG=tracer shows where)`;
}
