import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { networkFileSystem } from '@execution-cinema/store/network-file-systems';

/** The folder below a root that is the tracer's own: recordings, the cache of transformed files. */
export const OWN_FOLDER = '.tracer';

/** Where recordings of a root go unless somebody chose a place. */
export interface RecordingsPlace {
  readonly folder: string;
  /** Why that is not below the root; undefined when it is. */
  readonly reason?: string;
}

/** Length of the part of a hash that tells roots of the same name apart. */
const HASH_CHARS = 8;

/**
 * `.tracer` below the root; for a root on a network file system, where SQLite's log does not work, a folder of this user
 * for this root among the temporary files. The same for whoever records and for whoever looks for recordings.
 */
export function recordingsPlace(root: string, fileSystemOf = networkFileSystem): RecordingsPlace {
  const own = join(root, OWN_FOLDER);
  const network = fileSystemOf(nearestExisting(own));
  if (network === undefined) return { folder: own };
  const hash = createHash('sha256').update(root).digest('hex').slice(0, HASH_CHARS);
  const folder = join(tmpdir(), `execution-cinema-${userName()}`, `${basename(root)}-${hash}`);
  return { folder, reason: `${root} is on ${network}, where SQLite's log does not work` };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'user');
  }
}

function nearestExisting(path: string): string {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}
