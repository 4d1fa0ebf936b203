import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { storeError } from '../errors.ts';

/** Recording stops when less than this is free, so that the program and the machine keep room. */
const DISK_FLOOR_BYTES = 64 * 1024 * 1024;

/** The free space is looked at after so many bytes, or so many milliseconds, whichever comes first. */
const CHECK_BYTES = 8 * 1024 * 1024;
const CHECK_MS = 1_000;

/** Free bytes of the file system that holds `folder`. */
export type FreeBytes = (folder: string) => number;

function freeBytes(folder: string): number {
  // The folder may be one that is still to be made.
  let present = folder;
  while (!existsSync(present) && dirname(present) !== present) present = dirname(present);
  const { bavail, bsize } = statfsSync(present);
  return bavail * bsize;
}

/** Watches the free space of the disk that a recording lies on. */
export class DiskGuard {
  private readonly folder: string;
  private readonly floorBytes: number;
  private readonly free: FreeBytes;
  private bytesLeft = 0;
  private checkedMs = 0;

  constructor(file: string, floorBytes = DISK_FLOOR_BYTES, free: FreeBytes = freeBytes) {
    this.folder = dirname(file);
    this.floorBytes = floorBytes;
    this.free = free;
  }

  /** To be called before writing; `bytes` were written since the last call. Throws DISK_FLOOR. */
  check(bytes: number, nowMs = performance.now()): void {
    this.bytesLeft -= bytes;
    if (this.bytesLeft > 0 && nowMs - this.checkedMs < CHECK_MS) return;
    this.bytesLeft = CHECK_BYTES;
    this.checkedMs = nowMs;
    let free: number;
    try {
      free = this.free(this.folder);
    } catch {
      return; // A file system that cannot say so gives no reason to stop.
    }
    if (free < this.floorBytes) {
      throw storeError(
        'DISK_FLOOR',
        `${this.folder} has ${mib(free)} MiB free, the limit is ${mib(this.floorBytes)} MiB`,
      );
    }
  }
}

function mib(bytes: number): number {
  return Math.floor(bytes / (1024 * 1024));
}
