import { createHash } from 'node:crypto';
import { constants, copyFileSync, existsSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeError } from '../errors.ts';

/**
 * A path for something about a recording that cannot stand beside it, since its folder is read-only: in a folder of
 * the system's temporary one that belongs to this user alone. Throws OUT_NOT_WRITABLE when somebody else owns that.
 */
export function temporaryPlace(recordingFile: string, ending: string): string {
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `tracer-index-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  // Somebody else may have made it first, to read along.
  if (!stat.isDirectory() || (process.getuid !== undefined && (stat.uid !== uid || (stat.mode & 0o077) !== 0))) {
    throw storeError('OUT_NOT_WRITABLE', `${folder} does not belong to this user alone`);
  }
  const name = createHash('sha256').update(realpathSync(recordingFile)).digest('hex').slice(0, 24);
  return join(folder, name + ending);
}

const COMPANIONS = ['', '-wal', '-shm'] as const;

/**
 * Copies a recording with its log: SQLite cannot read a log where it may not write beside it. Returns the copy's path
 * and what deletes it.
 */
export function copyAside(recordingFile: string): { file: string; remove(): void } {
  const file = temporaryPlace(recordingFile, `-${process.pid}.db`);
  const remove = (): void => {
    for (const end of COMPANIONS) rmSync(file + end, { force: true });
  };
  remove();
  for (const end of ['', '-wal']) {
    if (existsSync(recordingFile + end)) copyFileSync(recordingFile + end, file + end, constants.COPYFILE_FICLONE);
  }
  return { file, remove };
}
