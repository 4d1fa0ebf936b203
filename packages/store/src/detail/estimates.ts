import type { ChunkInfo } from '../read/chunks.ts';
import type { Fold } from './fold.ts';

/** Chunks that are known by their summaries only: what happened in them is spread evenly over their time. */
export class Estimates {
  readonly exact: Uint8Array;
  private readonly fromNs: number;
  private readonly columnNs: number;
  private readonly columns: number;
  private readonly events: Float64Array;
  private readonly calls: Float64Array;
  private readonly throws: Float64Array;
  private readonly depth: Uint16Array;
  isEmpty = true;

  constructor(fromNs: number, columnNs: number, columns: number) {
    this.fromNs = fromNs;
    this.columnNs = columnNs;
    this.columns = columns;
    this.exact = new Uint8Array(columns).fill(1);
    this.events = new Float64Array(columns);
    this.calls = new Float64Array(columns);
    this.throws = new Float64Array(columns);
    this.depth = new Uint16Array(columns);
  }

  add(info: ChunkInfo): void {
    this.isEmpty = false;
    const { fromNs, columnNs } = this;
    const spanNs = Math.max(1, info.endNs - info.startNs);
    const first = Math.max(0, Math.floor((info.startNs - fromNs) / columnNs));
    const last = Math.min(this.columns - 1, Math.floor((info.startNs + spanNs - fromNs) / columnNs));
    for (let column = first; column <= last; column++) {
      const beginNs = Math.max(info.startNs, fromNs + column * columnNs);
      const endNs = Math.min(info.startNs + spanNs, fromNs + (column + 1) * columnNs);
      const share = Math.max(0, endNs - beginNs) / spanNs;
      this.events[column]! += info.events * share;
      this.calls[column]! += info.calls * share;
      this.throws[column]! += info.throws * share;
      this.depth[column] = Math.max(this.depth[column]!, info.maxDepth);
      this.exact[column] = 0;
    }
  }

  /** Whole numbers whose sum is that of the shares. */
  private static whole(shares: Float64Array, into: Uint32Array): void {
    let sum = 0;
    let given = 0;
    shares.forEach((share, column) => {
      sum += share;
      const part = Math.round(sum) - given;
      given += part;
      into[column]! += part;
    });
  }

  /** Adds the estimated numbers to the exact ones. */
  addTo(fold: Fold, depth: Uint16Array): void {
    Estimates.whole(this.events, fold.events);
    Estimates.whole(this.calls, fold.calls);
    Estimates.whole(this.throws, fold.throws);
    this.depth.forEach((most, column) => (depth[column] = Math.max(depth[column]!, most)));
  }
}
