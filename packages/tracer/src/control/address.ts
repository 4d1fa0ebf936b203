import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Where a recorded process can be talked to: a Unix socket in a folder that only its user may enter. The folder is the
 * same for everybody who asks, whatever TMPDIR says, and short: a socket's path has 100 characters at most.
 */

const isWindows = process.platform === 'win32';

function folderOf(uid: number): string {
  return `/tmp/execution-cinema-${uid}`;
}

/** Address of a process of this user, or of user `uid`. */
export function addressOf(pid: number, uid = process.getuid?.() ?? 0): string {
  return isWindows ? String.raw`\\.\pipe\execution-cinema-${pid}` : join(folderOf(uid), `${pid}.sock`);
}

/** User that a process belongs to; undefined where the system does not tell. */
export function ownerOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}

/** Makes the folder, and takes away what an earlier process of this number left. Throws when it is not safe to use. */
export function prepareAddress(pid: number): string {
  const address = addressOf(pid);
  if (isWindows) return address;
  const uid = process.getuid!();
  const folder = folderOf(uid);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== uid) throw new Error(`${folder} belongs to somebody else`);
  if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  removeAddress(pid);
  return address;
}

export function removeAddress(pid: number): void {
  if (isWindows) return;
  try {
    unlinkSync(addressOf(pid));
  } catch {
    // There is none.
  }
}

/** Files looked at in one sweep. */
const SWEPT_MAX = 200;

/** Takes away sockets of processes that were killed. */
export function sweepAddresses(): void {
  if (isWindows) return;
  try {
    for (const name of readdirSync(folderOf(process.getuid!())).slice(0, SWEPT_MAX)) {
      const pid = Number(/^(\d+)\.sock$/.exec(name)?.[1]);
      if (Number.isInteger(pid) && !isAlive(pid)) removeAddress(pid);
    }
  } catch {
    // Somebody else does it.
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
