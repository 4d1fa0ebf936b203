import { closeSync, existsSync, mkdirSync, openSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { storeError } from '../errors.ts';

/** Keeps git, npm pack and backup programs away from recordings. */
const FOLDER_FILES: Readonly<Record<string, string>> = {
  '.gitignore': '*\n',
  'CACHEDIR.TAG': 'Signature: 8a477f597d28d172789f06886806bc55\n# Recordings of Execution Cinema.\n',
};

/** `statfs` types of file systems where WAL's shared memory or locks do not work, or not between machines. */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x01021997: '9p',
  0x564c: 'NCP',
  0x5346414f: 'AFS',
  0x0bd00bd0: 'Lustre',
  0x00c36400: 'Ceph',
  0x786f4256: 'VirtualBox shared folder',
};

/** Name of the network file system that `folder` lies on, or undefined when it is a local one (or cannot be told). */
export function networkFileSystem(
  folder: string,
  statfs: (path: string) => { type: number } = statfsSync,
): string | undefined {
  try {
    return NETWORK_FILE_SYSTEMS[statfs(folder).type >>> 0];
  } catch {
    return undefined;
  }
}

/**
 * Makes sure that the folder and the file of a recording exist, with modes 0700 and 0600 where they are made here.
 * Returns true when the file is new (or was empty). Throws OUT_NOT_WRITABLE, OUT_NO_WAL, OUT_NOT_RECORDING.
 */
export function preparePlace(file: string): boolean {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (basename(folder) === '.tracer') writeFolderFiles(folder);
    const network = networkFileSystem(folder);
    if (network !== undefined) throw storeError('OUT_NO_WAL', `${folder} is on ${network}`);
    // Opened for appending, so that an existing file is tested for writing and left as it is.
    closeSync(openSync(file, 'a', 0o600));
    const stat = statSync(file);
    if (!stat.isFile()) throw storeError('OUT_NOT_RECORDING', file);
    return stat.size === 0;
  } catch (error) {
    throw placeError(file, error);
  }
}

function writeFolderFiles(folder: string): void {
  for (const [name, text] of Object.entries(FOLDER_FILES)) {
    const path = join(folder, name);
    if (!existsSync(path)) writeFileSync(path, text, { mode: 0o600 });
  }
}

function placeError(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return storeError('DISK_FULL', file, error);
  if (code === 'EISDIR') return storeError('OUT_NOT_RECORDING', `${file} is a folder`, error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOENT' || code === 'ENOTDIR') {
    return storeError('OUT_NOT_WRITABLE', `${file} (${code})`, error);
  }
  return error;
}
