import { StoreError } from '@execution-cinema/store';
import { Cancelled } from './engine/job.ts';
import { SERVER_ERRORS, type ErrorInfo } from './protocol.ts';

type ServerErrorCode = keyof typeof SERVER_ERRORS;

const REMEDIES: Partial<Record<ServerErrorCode, string>> = {
  BAD_REQUEST: 'Reload the page: it may be older than the server.',
  UNKNOWN_METHOD: 'Reload the page: it may be newer than the server.',
  NO_SUCH_RECORDING: 'The start page lists the recordings there are.',
  RECORDING_GONE: 'The start page lists the recordings there are.',
  TIMEOUT: 'Narrow the question down.',
};

/** An error that is told to the page by its code. */
export class ServerError extends Error {
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, detail = '') {
    super(detail === '' ? SERVER_ERRORS[code] : `${SERVER_ERRORS[code]}: ${detail}`);
    this.code = code;
  }
}

/** What the page is told of a failure. */
export function errorInfo(error: unknown): ErrorInfo {
  if (error instanceof StoreError) return error.info();
  if (error instanceof ServerError) {
    return { code: error.code, message: error.message, remedy: REMEDIES[error.code] ?? '' };
  }
  if (error instanceof Cancelled) return { code: 'CANCELLED', message: SERVER_ERRORS.CANCELLED, remedy: '' };
  if (error instanceof RangeError) return { code: 'NOT_STORED', message: error.message, remedy: '' };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message: `${SERVER_ERRORS.INTERNAL}: ${message}`, remedy: 'Please report it.' };
}
