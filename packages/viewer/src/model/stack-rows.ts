import type { FrameView } from '@execution-cinema/server/protocol';

/** A row of the stack: a frame, or a button for those that are left out. */
export type StackRow =
  | { kind: 'frame'; frame: FrameView }
  /** `function` is set when all of them are calls of one function. */
  | { kind: 'omitted'; from: number; count: number; function: string | null };

/** Frames shown of a deep stack: where it stands, and how it began. */
const INNER_SHOWN = 9;
const OUTER_SHOWN = 3;
/** Calls of a function by itself, shown at the inner end; the outermost is always shown. */
const RECURSION_SHOWN = 3;
/** Less is not worth a button. */
const OMITTED_MIN = 3;

/** Rows of a stack, innermost first. Recursion is folded, then what lies in the middle. */
export function stackRows(frames: readonly FrameView[]): StackRow[] {
  const rows = foldRecursion(frames);
  const middle = rows.slice(INNER_SHOWN, -OUTER_SHOWN);
  if (middle.length < OMITTED_MIN) return rows;
  const count = middle.reduce((sum, row) => sum + (row.kind === 'frame' ? 1 : row.count), 0);
  const before = rows.slice(0, INNER_SHOWN);
  const from = before.reduce((sum, row) => sum + (row.kind === 'frame' ? 1 : row.count), 0);
  return [...before, { kind: 'omitted', from, count, function: null }, ...rows.slice(-OUTER_SHOWN)];
}

function foldRecursion(frames: readonly FrameView[]): StackRow[] {
  const rows: StackRow[] = [];
  for (let at = 0; at < frames.length;) {
    const first = frames[at]!;
    let end = at + 1;
    while (frames[end]?.functionId === first.functionId) end++;
    const count = end - at - RECURSION_SHOWN - 1;
    const isFolded = count >= OMITTED_MIN;
    const shown = isFolded ? frames.slice(at, at + RECURSION_SHOWN) : frames.slice(at, end);
    for (const frame of shown) rows.push({ kind: 'frame', frame });
    if (isFolded) {
      rows.push({ kind: 'omitted', from: at + RECURSION_SHOWN, count, function: first.function });
      rows.push({ kind: 'frame', frame: frames[end - 1]! });
    }
    at = end;
  }
  return rows;
}
