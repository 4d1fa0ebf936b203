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
  /** Calls that the event loop made stand below the call that scheduled them, where that is known. */
  async?: boolean;
  range?: TimeRange;
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
  return new TreeBuilder(sidecar, options).build();
}

class TreeBuilder {
  private readonly reader: CallReader;
  private readonly options: TreeOptions;
  private readonly countChildren: Statement;
  private readonly sidecar: Database;
  private left: number;

  constructor(sidecar: Database, options: TreeOptions) {
    this.reader = new CallReader(sidecar);
    this.sidecar = sidecar;
    this.options = options;
    this.left = options.limit ?? TREE_DEFAULT;
    this.countChildren = sidecar.prepare(`SELECT count(*) AS n FROM call_rows c WHERE ${this.childCondition()}`);
  }

  private childCondition(): string {
    return this.options.async
      ? '(c.parent_id = ? OR (c.async_parent_id = ? AND c.parent_id IS NULL AND c.id <> ?))'
      : '(c.parent_id = ? AND ? AND ?)';
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
    const { root, thread, range, async: asynchronous } = this.options;
    if (root) return { where: 'c.id = ?', parameters: [callId(root.thread, root.call)] };
    const conditions = ['c.parent_id IS NULL'];
    const parameters: number[] = [];
    if (asynchronous) conditions.push('c.async_parent_id IS NULL');
    if (thread !== undefined) {
      conditions.push('c.thread_id = ?');
      parameters.push(thread);
    }
    if (range) {
      conditions.push('c.start_ns <= ?', 'coalesce(c.end_ns, c.start_ns) >= ?');
      parameters.push(range.toNs, range.fromNs);
    }
    return { where: conditions.join(' AND '), parameters };
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
