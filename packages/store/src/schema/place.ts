import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError, storeError } from '../errors.ts';
import { networkFileSystem } from './network-file-systems.ts';

const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/**
 * Makes sure that the folder and the file of a recording exist, with modes 0700 and 0600 where they are made here.
 * Returns true when the file is new (or was empty). Throws OUT_NOT_WRITABLE, OUT_NO_WAL, OUT_NOT_RECORDING.
 */
export function preparePlace(file: string): boolean {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const network = networkFileSystem(folder);
    if (network !== undefined) throw storeError('OUT_NO_WAL', `${folder} is on ${network}`);
    // Opened for appending, so that an existing file is tested for writing and left as it is.
    const fd = openSync(file, 'a+', 0o600);
    try {
      return isEmpty(file, fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw placeError(file, error);
  }
}

/** SQLite takes a file that is shorter than its header for an empty one, and would overwrite it: looked at here first. */
function isEmpty(file: string, fd: number): boolean {
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const bytes = fstatSync(fd).isFile() ? readSync(fd, head, 0, head.length, 0) : -1;
  if (bytes !== 0 && !head.equals(SQLITE_MAGIC)) throw storeError('OUT_NOT_RECORDING', file);
  return bytes === 0;
}

function placeError(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return storeError('DISK_FULL', file, error);
  if (code === 'EISDIR') return storeError('OUT_NOT_RECORDING', `${file} is a folder`, error);
  if (code !== undefined && !(error instanceof StoreError))
    return storeError('OUT_NOT_WRITABLE', `${file} (${code})`, error);
  return error;
}
