import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Transformed } from './transform-types.ts';

/*
 * Transformed files on disk, one file each, named by its key. The key holds everything that the result depends on, so
 * an entry is never wrong, only unused. A file is
 *
 *     one line of JSON (Head), then the site table, the originals, the insertions, the map and the code, as long as the
 *     head says
 *
 * It is valid when the lengths add up to the file's; anything else counts as missing. It is written beside its place
 * and renamed. A folder that cannot be written is no error: nothing is kept.
 */

/** Bytes past which the oldest entries go, and down to which. */
const CACHE_BYTES = { most: 512 * 1024 * 1024, keep: 384 * 1024 * 1024 } as const;
/** A used entry counts as new again, but its time is not touched more often than this. */
const TOUCH_AFTER_MS = 24 * 60 * 60 * 1000;

interface Head extends Omit<Transformed, 'code' | 'insertions' | 'map' | 'originals' | 'sites'> {
  readonly lengths: readonly [sites: number, originals: number, insertions: number, map: number, code: number];
  /** The code has no character above 255 and is stored as Latin-1. */
  readonly latin1: boolean;
}

// oxlint-disable-next-line no-control-regex -- all of Latin-1
const LATIN1 = /^[\u0000-\u00ff]*$/;

export class TransformCache {
  readonly #folder: string;
  #folderExists = false;
  #writable = true;

  readonly #prepare: () => void;

  /** `folder` need not exist; `prepare` makes what it lies in, and may throw. */
  constructor(folder: string, prepare: () => void) {
    this.#folder = folder;
    this.#prepare = prepare;
  }

  /** Whether what is written can be read again, as far as is known. */
  get isWritable(): boolean {
    return this.#writable;
  }

  read(key: string): Transformed | undefined {
    const file = join(this.#folder, key);
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch {
      return undefined;
    }
    const entry = decode(bytes);
    if (entry !== undefined) touch(file);
    return entry;
  }

  write(key: string, entry: Transformed): void {
    if (!this.#writable) return;
    const file = join(this.#folder, key);
    const draft = `${file}.${process.pid}`;
    try {
      if (!this.#folderExists) {
        this.#prepare();
        mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
        this.#folderExists = true;
      }
      writeFileSync(draft, encode(entry), { mode: 0o600 });
      renameSync(draft, file);
    } catch {
      this.#writable = false;
      try {
        rmSync(draft, { force: true });
      } catch {
        // Then it could not be made either.
      }
    }
  }
}

/** Deletes the oldest entries of a cache that has grown too large, and drafts that a killed process left. */
export function sweepCache(folder: string, { most, keep }: { most: number; keep: number } = CACHE_BYTES): void {
  try {
    const entries = readdirSync(folder).map((name) => {
      const file = join(folder, name);
      const { size, mtimeMs } = statSync(file);
      return { file, bytes: size, usedMs: mtimeMs, isDraft: name.includes('.') };
    });
    let total = 0;
    for (const { bytes } of entries) total += bytes;
    const tooLarge = total > most;
    entries.sort((one, other) => one.usedMs - other.usedMs);
    for (const { file, bytes, usedMs, isDraft } of entries) {
      const forgotten = isDraft && Date.now() - usedMs > TOUCH_AFTER_MS;
      if (!forgotten && !(tooLarge && total > keep)) continue;
      rmSync(file, { force: true });
      total -= bytes;
    }
  } catch {
    // Another process sweeps as well, or the folder is gone or read-only.
  }
}

function encode({ code, insertions, map, originals, sites, ...rest }: Transformed): Buffer {
  const latin1 = LATIN1.test(code);
  const parts = [
    Buffer.from(sites ?? []),
    Buffer.from(originals ?? []),
    Buffer.from(insertions, 'latin1'),
    Buffer.from(map === null ? '' : JSON.stringify(map)),
    Buffer.from(code, latin1 ? 'latin1' : 'utf8'),
  ];
  const lengths = parts.map(({ length }) => length) as unknown as Head['lengths'];
  const head: Head = { ...rest, lengths, latin1 };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...parts]);
}

function decode(bytes: Buffer): Transformed | undefined {
  const headEnd = bytes.indexOf(10);
  if (headEnd === -1) return undefined;
  let head: Head;
  try {
    head = JSON.parse(bytes.toString('utf8', 0, headEnd)) as Head;
  } catch {
    return undefined;
  }
  const { lengths, latin1, ...rest } = head;
  const ends = [headEnd + 1];
  for (const length of lengths) ends.push(ends.at(-1)! + length);
  const [sitesAt, originalsAt, insertionsAt, mapAt, codeAt, end] = ends as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (end !== bytes.length) return undefined;
  return {
    ...rest,
    sites: sitesAt === originalsAt ? null : bytes.subarray(sitesAt, originalsAt),
    originals: originalsAt === insertionsAt ? null : bytes.subarray(originalsAt, insertionsAt),
    insertions: bytes.toString('latin1', insertionsAt, mapAt),
    map: mapAt === codeAt ? null : (JSON.parse(bytes.toString('utf8', mapAt, codeAt)) as object),
    code: bytes.toString(latin1 ? 'latin1' : 'utf8', codeAt, end),
  };
}

function touch(file: string): void {
  try {
    const nowMs = Date.now();
    if (nowMs - statSync(file).mtimeMs > TOUCH_AFTER_MS) utimesSync(file, nowMs / 1000, nowMs / 1000);
  } catch {
    // Only its age is lost.
  }
}
