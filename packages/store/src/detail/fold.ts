import { K } from '@execution-cinema/format';
import type { ChunkDetail } from './chunk-detail.ts';
import { lastBelow } from '../read/search.ts';
import type { DetailNode } from './node.ts';
import { SliceList } from './slice-list.ts';
import type { CellColumns } from './types.ts';

const DEPTH_UNKNOWN = 0xffff_ffff;

/** Narrow slices of one depth, per bin. */
interface CellRow {
  calls: Uint32Array;
  busyNs: Float32Array;
  site: Uint32Array;
  /** The longest part that came in: whose site is shown. */
  longestNs: Float32Array;
}

export interface FoldOptions {
  /** Bins are 2^shift nanoseconds wide. */
  shift: number;
  /** Number of the first bin: its time divided by the width. */
  firstBin: number;
  bins: number;
  depths: number;
  /** Slices that begin before this are kept whole however short they are, since their bin lies outside. */
  keepFromBefore?: boolean;
}

/**
 * Adds up what happened in bins of one width. Chunks and nodes are given in the order of time. What lies outside the
 * bins is left out, except that it tells how deep the stack is when the first bin begins.
 */
export class Fold {
  readonly shift: number;
  readonly firstBin: number;
  readonly bins: number;
  readonly events: Uint32Array;
  readonly calls: Uint32Array;
  readonly throws: Uint32Array;
  readonly logs: Uint32Array;
  readonly slices = new SliceList();
  private readonly widthNs: number;
  private readonly fromNs: number;
  private readonly toNs: number;
  private readonly depths: number;
  private readonly keepFromBefore: boolean;
  private readonly depthMost: Uint32Array;
  private readonly depthLast: Uint32Array;
  private readonly rows: CellRow[] = [];
  private cellCount = 0;
  /** Frames on the stack when the first bin begins, as far as known. */
  private depthBefore = 0;

  constructor({ shift, firstBin, bins, depths, keepFromBefore = false }: FoldOptions) {
    this.shift = shift;
    this.firstBin = firstBin;
    this.bins = bins;
    this.depths = depths;
    this.keepFromBefore = keepFromBefore;
    this.widthNs = 2 ** shift;
    this.fromNs = firstBin * this.widthNs;
    this.toNs = (firstBin + bins) * this.widthNs;
    this.events = new Uint32Array(bins);
    this.calls = new Uint32Array(bins);
    this.throws = new Uint32Array(bins);
    this.logs = new Uint32Array(bins);
    this.depthMost = new Uint32Array(bins);
    this.depthLast = new Uint32Array(bins).fill(DEPTH_UNKNOWN);
  }

  addChunk(detail: ChunkDetail): void {
    const { timeline, firstEvent, kinds, depths, slices } = detail;
    const { bins, fromNs } = this;
    const perNs = 1 / this.widthNs;
    this.stateDepth(detail.startNs, detail.startDepth);
    // What lies before the bins only tells how deep the stack is when they begin.
    const before = Math.max(0, timeline.lastBefore(fromNs) - firstEvent);
    for (let i = before; i < kinds.length; i++) {
      const bin = Math.floor((timeline.at(firstEvent + i) - fromNs) * perNs);
      const depth = depths[i]!;
      if (bin >= bins) break;
      if (bin < 0) {
        this.depthBefore = depth;
        continue;
      }
      const kind = kinds[i]!;
      this.events[bin]!++;
      if (kind <= K.ENTER_MANY) this.calls[bin]!++;
      else if (kind === K.LEAVE_THROW) this.throws[bin]!++;
      else if (kind === K.LOG || kind === K.LOG_INJECTED) this.logs[bin]!++;
      this.depthLast[bin] = depth;
      if (depth > this.depthMost[bin]!) this.depthMost[bin] = depth;
    }
    // In the order of their ends. A node that keeps what began before its bins keeps all that did.
    this.addSlices(slices, this.keepFromBefore ? 0 : lastBelow(slices.endNs.subarray(0, slices.count), fromNs) + 1);
  }

  /** The node's bins must not be wider than these. */
  addNode(node: DetailNode): void {
    const down = 2 ** (node.shift - this.shift);
    this.stateDepth(node.startNs, node.startDepth);
    for (let i = 0; i < node.at.length; i++) {
      const bin = Math.floor((node.firstBin + node.at[i]!) * down) - this.firstBin;
      const last = node.depth[i]! >>> 16;
      if (bin >= this.bins) break;
      if (bin < 0) {
        this.depthBefore = last;
        continue;
      }
      this.events[bin]! += node.events[i]!;
      this.calls[bin]! += node.calls[i]!;
      this.throws[bin]! += node.throws[i]!;
      this.logs[bin]! += node.logs[i]!;
      this.depthLast[bin] = last;
      const most = node.depth[i]! & 0xffff;
      if (most > this.depthMost[bin]!) this.depthMost[bin] = most;
    }
    this.addSlices(node.slices);
    const { cellAt, cellCalls, cellBusyNs, cellSite } = node;
    for (let i = 0; i < cellAt.length; i++) {
      const at = cellAt[i]!;
      const bin = Math.floor((node.firstBin + (at & 0xffff)) * down) - this.firstBin;
      if (bin >= 0 && bin < this.bins) this.addCell(bin, at >>> 16, cellCalls[i]!, cellBusyNs[i]!, cellSite[i]!);
    }
  }

  private addSlices(slices: Omit<SliceList, 'add' | 'columns'> | DetailNode['slices'], from = 0): void {
    const { startNs, endNs, call, depth, site, outcome } = slices;
    for (let i = from; i < slices.count; i++) {
      this.addSlice(startNs[i]!, endNs[i]!, call[i]!, depth[i]!, site[i]!, outcome[i]!);
    }
  }

  addSlice(startNs: number, endNs: number, call: number, depth: number, site: number, outcome: number): void {
    if (depth >= this.depths || startNs >= this.toNs) return;
    const before = startNs < this.fromNs;
    if (before && (this.keepFromBefore ? false : endNs <= this.fromNs)) return;
    if (endNs - startNs >= this.widthNs || (before && this.keepFromBefore)) {
      this.slices.add(startNs, endNs, call, depth, site, outcome);
    } else if (!before) {
      const bin = Math.floor((startNs - this.fromNs) / this.widthNs);
      this.addCell(bin, depth, 1, endNs - startNs, site);
    }
  }

  private addCell(bin: number, depth: number, calls: number, busyNs: number, site: number): void {
    if (depth >= this.depths) return;
    const row = this.rows[depth] ?? this.newRow(depth);
    if (row.calls[bin] === 0) this.cellCount++;
    row.calls[bin]! += calls;
    row.busyNs[bin]! += busyNs;
    if (row.longestNs[bin]! <= busyNs) {
      row.longestNs[bin] = busyNs;
      row.site[bin] = site;
    }
  }

  private newRow(depth: number): CellRow {
    const { bins } = this;
    const spare = spareRows.pop();
    const row = spare && spare.calls.length >= bins ? spare : rowOf(bins);
    return (this.rows[depth] = row);
  }

  /** So deep was the stack at this time, though no event says so. */
  private stateDepth(timeNs: number, depth: number): void {
    const bin = Math.floor((timeNs - this.fromNs) / this.widthNs);
    if (bin < 0) this.depthBefore = depth;
    else if (bin < this.bins) {
      this.depthLast[bin] = depth;
      if (depth > this.depthMost[bin]!) this.depthMost[bin] = depth;
    }
  }

  /** Depth per bin as nodes keep it: most frames in the low half, frames after the last event in the high one. */
  packedDepth(bin: number): number {
    const last = this.depthLast[bin]!;
    return this.depthMost[bin]! | ((last === DEPTH_UNKNOWN ? 0 : last) << 16);
  }

  /** Whether anything is said about the bin. */
  has(bin: number): boolean {
    return this.depthLast[bin] !== DEPTH_UNKNOWN;
  }

  /** Most frames on the stack per bin: those that its events say, and those that were open when it began. */
  depth(): Uint16Array {
    const result = new Uint16Array(this.bins);
    let open = this.depthBefore;
    for (let bin = 0; bin < this.bins; bin++) {
      result[bin] = Math.max(open, this.depthMost[bin]!);
      const last = this.depthLast[bin]!;
      if (last !== DEPTH_UNKNOWN) open = last;
    }
    return result;
  }

  /** Nothing can be added after: the memory in which cells were added up is used again. */
  takeCells(): CellColumns {
    const { bins, cellCount: count } = this;
    const result: CellColumns = {
      count,
      column: new Uint16Array(count),
      depth: new Uint16Array(count),
      calls: new Uint32Array(count),
      busyNs: new Float32Array(count),
      site: new Uint32Array(count),
    };
    let at = 0;
    this.rows.forEach((row, depth) => {
      for (let bin = 0; bin < bins; bin++) {
        const calls = row.calls[bin]!;
        if (calls === 0) continue;
        result.column[at] = bin;
        result.depth[at] = depth;
        result.calls[at] = calls;
        result.busyNs[at] = row.busyNs[bin]!;
        result.site[at] = row.site[bin]!;
        at++;
      }
      for (const column of [row.calls, row.busyNs, row.site, row.longestNs]) column.fill(0, 0, bins);
      if (spareRows.length < SPARE_ROWS_MAX) spareRows.push(row);
    });
    this.rows.length = 0;
    return result;
  }
}

/** Rows of finished folds, all 0: making four arrays for each depth of each picture is most of what a picture takes. */
const spareRows: CellRow[] = [];
const SPARE_ROWS_MAX = 128;

function rowOf(bins: number): CellRow {
  return {
    calls: new Uint32Array(bins),
    busyNs: new Float32Array(bins),
    site: new Uint32Array(bins),
    longestNs: new Float32Array(bins),
  };
}
