import fs from 'node:fs';
import { giveBack, LARGE_BYTES, momentaryBytes } from './large-memory.ts';

/** As they are before the program can replace them. */
const { closeSync, fstatSync, openSync, readFileSync: nodeReadFileSync, readSync } = fs;

/**
 * What `fs.readFileSync` gives for a text, and throws. Node's own makes room for twice the text on the way, and more; a
 * large one is read here instead. What a program has put in the place of Node's function is asked as Node asks it.
 */
export function readText(file: string): string {
  const large = fs.readFileSync === nodeReadFileSync ? readLargeText(file) : undefined;
  return large ?? fs.readFileSync(file, 'utf8');
}

/** Undefined for a text that is not large, and for what cannot be read. */
function readLargeText(file: string): string | undefined {
  const bytes = readBytes(file, LARGE_BYTES);
  if (bytes === undefined) return undefined;
  try {
    return bytes.toString('utf8');
  } finally {
    giveBack(bytes);
  }
}

/** The bytes of a file that has at least so many, to be given back; undefined for another, and when it cannot be read. */
export function readBytes(file: string, least = 0): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    const { size } = fstatSync(fd);
    if (size < least) return undefined;
    const bytes = momentaryBytes(size);
    let filled = 0;
    for (let read = 1; read > 0 && filled < size; filled += read) {
      read = readSync(fd, bytes, filled, size - filled, null);
    }
    if (filled === size) return bytes;
    giveBack(bytes);
    return undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
