import { callId } from '@execution-cinema/format';
import type { Database, Statement } from '../driver/index.ts';
import type { CallName, TimeRange } from '../read/moments.ts';
import type { Recording } from '../read/recording.ts';
import { CallReader, type CallInfo } from './calls.ts';
import { refreshFacts } from './facts.ts';
import type { Progress } from './progress.ts';
import { buildRows } from './row-index.ts';

export interface TreeOptions {
  /** The call at the top; default: all calls that the event loop made. */
  root?: CallName;
  thread?: number;
  /** Levels below the roots that are shown. Default all. */
  depth?: number;
  /** Calls shown in all. Default TREE_DEFAULT. */
  limit?: number;
  /** Only calls that were going on in it. */
  range?: TimeRange;
  /** Calls that the event loop made stand below the call that scheduled them, where that is known. */
  async?: boolean;
}

export interface TreeNode {
  call: CallInfo;
  /** The call stands here because it was scheduled from here, not called. */
  scheduled: boolean;
  children: TreeNode[];
  /** Children that are not shown. */
  omitted: number;
}

export interface CallTree {
  roots: TreeNode[];
  /** Roots that are not shown. */
  omitted: number;
}

const TREE_DEFAULT = 1_000;

/**
 * Who called whom, with arguments and outcome. Filled level by level until the limit is reached, so that one deep
 * branch does not hide the others.
 */
export function callTree(
  recording: Recording,
  sidecar: Database,
  options: TreeOptions = {},
  onProgress?: (progress: Progress) => void,
): CallTree {
  refreshFacts(recording, sidecar);
  buildRows(recording, sidecar, {
    groups: ['calls'],
    ...(options.range && { range: options.range }),
    ...(onProgress && { onProgress }),
  });
  return new TreeBuilder(sidecar, options, hasHoles(recording)).build();
}

/** Calls may be stored whose caller is not. */
function hasHoles(recording: Recording): boolean {
  return recording.pruned().length > 0 || recording.gaps().length > 0;
}

class TreeBuilder {
  private readonly reader: CallReader;
  private readonly options: TreeOptions;
  private readonly countChildren: Statement;
  private readonly sidecar: Database;
  private readonly holes: boolean;
  private left: number;

  constructor(sidecar: Database, options: TreeOptions, holes: boolean) {
    this.reader = new CallReader(sidecar);
    this.sidecar = sidecar;
    this.options = options;
    this.holes = holes;
    this.left = options.limit ?? TREE_DEFAULT;
    this.countChildren = sidecar.prepare(`SELECT count(*) AS n FROM call_rows c WHERE ${this.childCondition()}`);
  }

  private childCondition(): string {
    const isChild = this.options.async
      ? '(c.parent_id = ? OR (c.async_parent_id = ? AND c.parent_id IS NULL AND c.id <> ?))'
      : '(c.parent_id = ? AND ? AND ?)';
    return `${isChild}${this.inRange('c')}`;
  }

  /** Further condition: the call was going on in the range. */
  private inRange(table: string): string {
    const { range } = this.options;
    if (!range) return '';
    const toNs = Math.min(range.toNs, Number.MAX_SAFE_INTEGER);
    return ` AND coalesce(${table}.start_ns, 0) <= ${toNs} AND coalesce(${table}.end_ns, ${toNs}) >= ${range.fromNs}`;
  }

  build(): CallTree {
    const { where, parameters } = this.rootCondition();
    const total = this.sidecar
      .prepare(`SELECT count(*) AS n FROM call_rows c WHERE ${where}`)
      .get<{ n: number }>(...parameters);
    const calls = this.reader.select(where, this.left, ...parameters);
    const roots = calls.map((call) => node(call, false));
    this.left -= roots.length;
    const depthMax = this.options.depth ?? Number.POSITIVE_INFINITY;
    let level = roots;
    for (let depth = 0; level.length > 0; depth++) {
      const next: TreeNode[] = [];
      for (const parent of level) next.push(...this.expand(parent, depth < depthMax));
      level = next;
    }
    return { roots, omitted: (total?.n ?? 0) - roots.length };
  }

  private rootCondition(): { where: string; parameters: number[] } {
    const { root, thread } = this.options;
    if (root) return { where: 'c.id = ?', parameters: [callId(root.thread, root.call)] };
    const parameters: number[] = [];
    let where = `(${this.hasNoParent()})${this.inRange('c')}`;
    if (thread !== undefined) {
      where += ' AND c.thread_id = ?';
      parameters.push(thread);
    }
    return { where, parameters };
  }

  /** Nothing above which it would be shown: no caller, or one that has no row or does not reach into the range. */
  private hasNoParent(): string {
    const { async: asynchronous, range } = this.options;
    if (!range && !this.holes) return `c.parent_id IS NULL${asynchronous ? ' AND c.async_parent_id IS NULL' : ''}`;
    const unshown = (id: string): string =>
      `NOT EXISTS (SELECT 1 FROM call_rows p WHERE p.id = ${id}${this.inRange('p')})`;
    const noCaller = `c.parent_id IS NULL OR ${unshown('c.parent_id')}`;
    if (!asynchronous) return noCaller;
    return `(${noCaller}) AND (c.parent_id IS NOT NULL OR c.async_parent_id IS NULL OR ${unshown('c.async_parent_id')})`;
  }

  private expand(parent: TreeNode, deeper: boolean): TreeNode[] {
    const { id } = parent.call;
    if (deeper && this.left > 0) {
      const calls = this.reader.select(this.childCondition(), this.left, id, id, id);
      parent.children = calls.map((call) => node(call, call.parent !== id));
      this.left -= calls.length;
      if (this.left > 0) return parent.children;
    }
    parent.omitted = (this.countChildren.get<{ n: number }>(id, id, id)?.n ?? 0) - parent.children.length;
    return parent.children;
  }
}

function node(call: CallInfo, scheduled: boolean): TreeNode {
  return { call, scheduled, children: [], omitted: 0 };
}
