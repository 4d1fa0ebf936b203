import type { Output } from '../output.ts';
import { largest } from './quantity.ts';
import { clip, pad, textWidth } from './text.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** May be shortened when the terminal is too narrow; without any, the last column is. */
  flexible?: boolean;
}

const GAP = '  ';
/** A flexible column is not made narrower than this. */
const FLEXIBLE_COLUMNS_MIN = 12;

/**
 * Prints rows under titles, columns aligned. On a terminal the flexible columns give way so that a row is a line;
 * elsewhere nothing is cut. No rows: nothing is printed.
 */
export function printTable(output: Output, columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  const widths = columns.map((column, i) => largest(rows, (row) => textWidth(row[i] ?? ''), textWidth(column.title)));
  fitWidths(columns, widths, output.columns);
  const titles = columns.map((column) => column.title);
  output.line(output.dim(lineOf(titles, columns, widths, output.columns)));
  for (const row of rows) output.line(lineOf(row, columns, widths, output.columns));
}

/** Narrows the widest flexible column, again and again, until a line fits or all are at their minimum. */
function fitWidths(columns: readonly Column[], widths: number[], room: number): void {
  if (room <= 0) return;
  const flexible = columns.flatMap((column, i) => (column.flexible ? [i] : []));
  if (flexible.length === 0) flexible.push(columns.length - 1);
  const fixed = GAP.length * (columns.length - 1);
  let excess = widths.reduce((sum, width) => sum + width, fixed) - room;
  while (excess > 0) {
    const widest = flexible.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
    if (widths[widest]! <= FLEXIBLE_COLUMNS_MIN) return;
    widths[widest]!--;
    excess--;
  }
}

function lineOf(cells: readonly string[], columns: readonly Column[], widths: readonly number[], room: number): string {
  const shown = columns.map((column, i) => {
    const text = room > 0 ? clip(cells[i] ?? '', widths[i]!) : (cells[i] ?? '');
    return pad(text, widths[i]!, column.align);
  });
  return shown.join(GAP).trimEnd();
}
