// Stretches of text that become white space, so that nothing behind them moves.

/** [start, end), and the one character that may stand at its start instead of a space. */
export interface Blank {
  readonly start: number;
  readonly end: number;
  readonly first?: ';';
}

/** The code with the stretches blanked out; line ends stay. They must not overlap. */
export function applyBlanks(code: string, blanks: readonly Blank[]): string {
  let out = '';
  let at = 0;
  for (const { start, end, first } of [...blanks].sort((a, b) => a.start - b.start)) {
    const spaces = code.slice(start, end).replace(/[^\n\r\u2028\u2029]/g, ' ');
    out += code.slice(at, start) + (first ? first + spaces.slice(1) : spaces);
    at = end;
  }
  return out + code.slice(at);
}
