import { StoreError, storeError } from '../errors.ts';
import { sqliteCode } from '../driver/sqlite-codes.ts';

/** What an error of SQLite means for the recording in `file`, as an error that a user can act upon. */
export function storeFailure(error: unknown, file: string): StoreError {
  if (error instanceof StoreError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const detail = `${file} (${text})`;
  switch (sqliteCode(error)) {
    case 'FULL':
      return storeError('DISK_FULL', detail, error);
    case 'IOERR':
      return storeError('DISK_ERROR', detail, error);
    case 'CORRUPT':
      return storeError('OUT_CORRUPT', detail, error);
    case 'NOTADB':
      return storeError('OUT_NOT_RECORDING', detail, error);
    case 'READONLY':
    case 'CANTOPEN':
      return storeError('OUT_NOT_WRITABLE', detail, error);
    case 'BUSY':
    case 'LOCKED':
    case 'PROTOCOL':
      return storeError('OUT_LOCKED', detail, error);
    default:
      return storeError('RECORDER_FAILED', error instanceof Error ? (error.stack ?? text) : text, error);
  }
}
