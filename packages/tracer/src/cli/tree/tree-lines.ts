import type { CallTree, TreeNode } from '@execution-cinema/store';

/** One line of a printed tree. */
export type TreeLine =
  | { kind: 'call'; depth: number; node: TreeNode }
  /** Further calls like the one above. */
  | { kind: 'repeats'; depth: number; nodes: TreeNode[] }
  /** Calls that are not shown. */
  | { kind: 'omitted'; depth: number; count: number };

/** Calls of a run that are shown before the rest becomes one line; a run is at least two longer. */
const SHOWN_OF_RUN = 3;

/** The lines of a tree, top down. Runs of siblings that did the same are shortened unless `all`. */
export function* treeLines(tree: CallTree, all = false): Generator<TreeLine> {
  yield* siblingLines(tree.roots, 0, all);
  if (tree.omitted > 0) yield { kind: 'omitted', depth: 0, count: tree.omitted };
}

function* siblingLines(nodes: readonly TreeNode[], depth: number, all: boolean): Generator<TreeLine> {
  const shapes = all ? [] : nodes.map(shapeOf);
  for (let i = 0; i < nodes.length;) {
    let end = i + 1;
    while (end < shapes.length && shapes[end] === shapes[i]) end++;
    const shown = end - i > SHOWN_OF_RUN + 1 ? i + SHOWN_OF_RUN : end;
    for (; i < shown; i++) yield* nodeLines(nodes[i]!, depth, all);
    if (i < end) yield { kind: 'repeats', depth, nodes: nodes.slice(i, end) };
    i = end;
  }
}

function* nodeLines(node: TreeNode, depth: number, all: boolean): Generator<TreeLine> {
  yield { kind: 'call', depth, node };
  yield* siblingLines(node.children, depth + 1, all);
  // Where nothing of it is shown, the line of the call itself says how much there is.
  if (node.omitted > 0 && node.children.length > 0) yield { kind: 'omitted', depth: depth + 1, count: node.omitted };
}

/** Equal for calls that did the same: same function, same way to end, and the same below. */
function shapeOf(node: TreeNode): string {
  const { function: name, file, line, outcome, exception } = node.call;
  const below = node.children.map(shapeOf).join(',');
  return `${name}@${file}:${line}${outcome}${exception?.name ?? ''}${node.scheduled ? '~' : ''}[${below}]${node.omitted > 0 ? '+' : ''}`;
}
