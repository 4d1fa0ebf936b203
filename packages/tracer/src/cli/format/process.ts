import { basename } from 'node:path';
import { printable } from './text.ts';

/** A command line as one would type it: programs by their names, words quoted where a shell wants it. */
export function commandLine(argv: readonly string[], root = ''): string {
  return argv
    .map((word, i) =>
      i === 0 ? basename(word) : root !== '' && word.startsWith(`${root}/`) ? word.slice(root.length + 1) : word,
    )
    .map((word) => printable(/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}

/** How a process or a recording ended, in a word or two: `exit 0`, `SIGKILL`, `cut off`, `running`. */
export function describeEnd(end: { state: string; exitCode: number | null; signal: string | null }): string {
  if (end.state !== 'complete') return end.state;
  if (end.signal !== null) return end.signal;
  return end.exitCode === null ? 'complete' : `exit ${end.exitCode}`;
}
