import { isAbsolute, join, relative } from 'node:path';
import type { Recording } from '@execution-cinema/store';
import { printable } from './format/text.ts';

/** How files of a recording are written for people. */
export interface PlaceNames {
  /** `src/cart.ts:12`; without a line the file alone. */
  of(file: string, line?: number): string;
}

/** Share of a line that a place may take, and what it may take in any case. */
const PLACE_SHARE = 0.3;
const PLACE_COLUMNS_MIN = 24;

/**
 * Recorded files are relative to the root. Below it, they are shown as seen from the working directory, so that a
 * terminal opens them; elsewhere (a recording of another machine) as they were recorded. Where a line has `columns`,
 * long paths lose their first folders.
 */
export function placeNames(recording: Recording, columns: number, cwd = process.cwd()): PlaceNames {
  const root = recording.meta()['root'] ?? '';
  const below = root !== '' && !relative(root, cwd).startsWith('..') && !isAbsolute(relative(root, cwd));
  const room = columns === 0 ? Infinity : Math.max(PLACE_COLUMNS_MIN, columns * PLACE_SHARE);
  return {
    of(file, line) {
      const name = below && !isAbsolute(file) ? relative(cwd, join(root, file)) : file;
      return shortened(printable(line === undefined ? name : `${name}:${line}`), room);
    },
  };
}

/** Keeps the file and as many folders before it as there is room for. */
function shortened(path: string, room: number): string {
  if (path.length <= room) return path;
  const parts = path.split('/');
  let from = parts.length - 1;
  let length = parts[from]!.length + 2;
  while (from > 1 && length + parts[from - 1]!.length + 1 <= room) length += parts[--from]!.length + 1;
  return `…/${parts.slice(from).join('/')}`;
}
