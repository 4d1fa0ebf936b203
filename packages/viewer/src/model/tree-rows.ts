import type { CallName, CallView, TreeNodeView } from '@execution-cinema/server/protocol';

/** What is known of the children of calls; a call that is missing here was not asked for. */
export type Branches = ReadonlyMap<CallName, { children: readonly TreeNodeView[]; omitted: number }>;

export type TreeRow =
  | { kind: 'call'; call: CallView; scheduled: boolean; depth: number; opens: boolean; open: boolean }
  | { kind: 'more'; of: CallName | null; depth: number; omitted: number; offset: number };

/** Levels that are indented as people are used to; deeper ones by less, so that names keep their room. */
const WIDE_LEVELS = 8;
const WIDE_PIXELS = 16;
const NARROW_PIXELS = 5;
/** Deeper ones stand where this one does. */
const INDENTED_LEVELS = 40;

/** Pixels in front of a row. */
export function indentOf(depth: number): number {
  const narrow = Math.min(depth, INDENTED_LEVELS) - WIDE_LEVELS;
  return Math.min(depth, WIDE_LEVELS) * WIDE_PIXELS + Math.max(0, narrow) * NARROW_PIXELS;
}

/** Takes what an answer holds into the branches. */
export function addNodes(branches: Branches, nodes: readonly TreeNodeView[]): Branches {
  const next = new Map(branches);
  const visit = (node: TreeNodeView): void => {
    if (node.children.length === 0) return;
    next.set(node.call.call, { children: node.children, omitted: node.omitted });
    for (const child of node.children) visit(child);
  };
  for (const node of nodes) visit(node);
  return next;
}

/** A further page of children. */
export function appendChildren(
  branches: Branches,
  of: CallName,
  children: readonly TreeNodeView[],
  omitted: number,
): Branches {
  const next = new Map(addNodes(branches, children));
  const before = branches.get(of)?.children ?? [];
  next.set(of, { children: [...before, ...children], omitted });
  return next;
}

/** Rows on screen: open branches flattened, depth first. */
export function treeRows(
  roots: readonly TreeNodeView[],
  omitted: number,
  branches: Branches,
  open: ReadonlySet<CallName>,
): TreeRow[] {
  const rows: TreeRow[] = [];
  const visit = (node: TreeNodeView, depth: number): void => {
    const { call } = node.call;
    const branch = branches.get(call);
    const opens = (branch?.children.length ?? 0) > 0 || node.omitted > 0;
    const isOpen = opens && open.has(call);
    rows.push({ kind: 'call', call: node.call, scheduled: node.scheduled, depth, opens, open: isOpen });
    if (!isOpen || !branch) return;
    for (const child of branch.children) visit(child, depth + 1);
    if (branch.omitted > 0)
      rows.push({ kind: 'more', of: call, depth: depth + 1, omitted: branch.omitted, offset: branch.children.length });
  };
  for (const root of roots) visit(root, 0);
  if (omitted > 0) rows.push({ kind: 'more', of: null, depth: 0, omitted, offset: roots.length });
  return rows;
}
