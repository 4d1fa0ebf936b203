import { least, median } from './statistics.mjs';

/**
 * One line of the table. `median` and `best` come from the same interleaved runs; `target` is a limit that `median` must
 * keep (`most`) or reach (`least`).
 * @typedef {{ part: string, line: string, unit: string, median: number, best: number, target?: { most: number } | { least: number }, cpu?: number | undefined, memoryMb?: number | undefined, note?: string }} Row
 */

/**
 * The line for "this program, recorded, takes so many times what it takes plain".
 * @param {{ part: string, line: string, plain: import('./run-program.mjs').Run[], recorded: import('./run-program.mjs').Run[], most?: number, note?: string }} facts
 * @returns {Row}
 */
export function ratioRow({ part, line, plain, recorded, most, note }) {
  /** @param {(run: import('./run-program.mjs').Run) => number} of @param {(values: number[]) => number} pick */
  const ratio = (of, pick) => pick(recorded.map(of)) / pick(plain.map(of));
  const told = plain.every(({ cpuMs }) => cpuMs !== null);
  const steady = ratio(({ roundsMs }) => least(roundsMs), least);
  return {
    part,
    line,
    unit: 'x',
    median: ratio(({ workMs }) => workMs, median),
    best: ratio(({ workMs }) => workMs, least),
    ...(most === undefined ? {} : { target: { most } }),
    cpu: told ? ratio(({ cpuMs }) => cpuMs ?? 0, median) : undefined,
    memoryMb: extraMemoryMb(plain, recorded),
    note: [`fastest round ${steady.toFixed(1)}x`, ...(note === undefined ? [] : [note])].join('; '),
  };
}

/** @param {import('./run-program.mjs').Run[]} plain @param {import('./run-program.mjs').Run[]} recorded */
export function extraMemoryMb(plain, recorded) {
  return (
    (median(recorded.map(({ peakBytes }) => peakBytes)) - median(plain.map(({ peakBytes }) => peakBytes))) / 2 ** 20
  );
}

/** @param {Row} row @returns {boolean | undefined} */
export function isMet({ median: value, target }) {
  if (target === undefined) return undefined;
  return 'most' in target ? value <= target.most : value >= target.least;
}

/** @param {readonly Row[]} rows */
export function formatTable(rows) {
  const head = ['part', 'line', 'median', 'best', 'target', '', 'cpu', 'memory', 'note'];
  const cells = rows.map((row) => [
    row.part,
    row.line,
    quantity(row.median, row.unit),
    quantity(row.best, row.unit),
    row.target === undefined ? '' : 'most' in row.target ? `<= ${row.target.most}` : `>= ${row.target.least}`,
    { true: 'ok', false: 'MISSED', undefined: '' }[String(isMet(row))] ?? '',
    row.cpu === undefined ? '' : quantity(row.cpu, 'x'),
    row.memoryMb === undefined ? '' : `${row.memoryMb.toFixed(0)} MB`,
    row.note ?? '',
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((line) => (line[i] ?? '').length)));
  return [head, ...cells]
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @param {number} value @param {string} unit */
function quantity(value, unit) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return unit === 'x' ? `${value.toFixed(digits)}x` : `${value.toFixed(digits)} ${unit}`;
}
