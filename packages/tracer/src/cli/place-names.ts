import { isAbsolute, join, relative } from 'node:path';
import type { Recording } from '@execution-cinema/store';
import { printable } from './format/text.ts';

/** How files of a recording are written for people. */
export interface PlaceNames {
  /** `src/cart.ts:12`; without a line the file alone. */
  of(file: string, line?: number): string;
}

/**
 * Recorded files are relative to the root. Below it, they are shown as seen from the working directory, so that a
 * terminal opens them; elsewhere (a recording of another machine) as they were recorded.
 */
export function placeNames(recording: Recording, cwd = process.cwd()): PlaceNames {
  const root = recording.meta()['root'] ?? '';
  const below = root !== '' && !relative(root, cwd).startsWith('..') && !isAbsolute(relative(root, cwd));
  return {
    of(file, line) {
      const name = below && !isAbsolute(file) ? relative(cwd, join(root, file)) : file;
      return printable(line === undefined ? name : `${name}:${line}`);
    },
  };
}
