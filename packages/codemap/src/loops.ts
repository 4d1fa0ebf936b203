import { parseSource, SourceSyntaxError } from './parse.ts';
import { rangeOf } from './source-text.ts';
import { forEachChild, nodeIn, type SyntaxNode } from './syntax.ts';
import type { LineRange } from './types.ts';

/** A loop statement of a source. */
export interface LoopEntry extends LineRange {
  /** Code that runs once and belongs to the first iteration (`for (let i = 0; ...`). */
  before: LineRange | null;
  /** Code that runs once and belongs to no iteration: what `for of` and `for in` go through. */
  source: LineRange | null;
  /**
   * Code with which every iteration begins: what `for of` assigns, the test of `while`, or the update of `for`, which every
   * further one begins with.
   */
  head: LineRange | null;
  /** Code that says whether there is another iteration; it runs once more than there are any. */
  test: LineRange | null;
}

const LOOPS: ReadonlySet<string> = new Set([
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
]);

/** The loop statements of a source, outer ones before those in them. None when it cannot be parsed. */
export function findLoops(text: string, file: string): LoopEntry[] {
  const loops: LoopEntry[] = [];
  const visit = (node: SyntaxNode): void => {
    if (LOOPS.has(node.type)) loops.push(loopEntry(node));
    forEachChild(node, visit);
  };
  try {
    visit(parseSource(text, file).program);
  } catch (error) {
    if (!(error instanceof SourceSyntaxError)) throw error;
  }
  return loops;
}

function loopEntry(node: SyntaxNode): LoopEntry {
  const part = (field: string): LineRange | null => {
    const child = nodeIn(node, field);
    return child ? rangeOf(child) : null;
  };
  const range = rangeOf(node);
  switch (node.type) {
    case 'ForStatement':
      return { ...range, before: part('init'), source: null, head: part('update'), test: part('test') };
    case 'WhileStatement':
      return { ...range, before: null, source: null, head: part('test'), test: part('test') };
    case 'DoWhileStatement':
      return { ...range, before: null, source: null, head: null, test: null };
    default:
      return { ...range, before: null, source: part('right'), head: part('left'), test: null };
  }
}
