import type { Fold } from './fold.ts';
import type { SliceColumns } from './types.ts';

/*
 * A node of the pyramid: one chunk (level 0) or NODE_FANOUT^level consecutive ones, in at most NODE_BINS bins of 2^shift
 * nanoseconds. Slices at least a bin long are kept whole, shorter ones are counted per bin and depth.
 *
 * In the sidecar it is a blob, little-endian: 8 float64 (version, shift, first bin, start ns, depth at the start, slices,
 * bins with something in them, cells), then per slice float64 start, end, call, then uint32 depth + outcome * 2^16, site;
 * per bin uint32 bin, events, calls, throws, logs, depths; per cell uint32 bin + depth * 2^16, calls, float32 busy ns,
 * uint32 site; each of these a column of its own. What is written by another version is left aside.
 */
const NODE_BINS = 1024;
export const NODE_FANOUT = 8;

const NODE_VERSION = 1;
const HEADER_NUMBERS = 8;

export interface DetailNode {
  shift: number;
  firstBin: number;
  startNs: number;
  startDepth: number;
  slices: SliceColumns;
  /** Bins in which something happened, counted from `firstBin`. */
  at: Uint32Array;
  events: Uint32Array;
  calls: Uint32Array;
  throws: Uint32Array;
  logs: Uint32Array;
  /** Most frames in the low half, frames at the end in the high one. */
  depth: Uint32Array;
  cellAt: Uint32Array;
  cellCalls: Uint32Array;
  cellBusyNs: Float32Array;
  cellSite: Uint32Array;
}

/** The width of bins, as a power of two, with which a span of time fits a node. */
export function shiftFor(startNs: number, endNs: number, bins = NODE_BINS): number {
  let shift = Math.max(0, Math.floor(Math.log2(Math.max(1, endNs - startNs) / bins)));
  while (Math.floor(endNs / 2 ** shift) - Math.floor(startNs / 2 ** shift) >= bins) shift++;
  return shift;
}

export function nodeOf(fold: Fold, startNs: number, startDepth: number): DetailNode {
  const used: number[] = [];
  for (let bin = 0; bin < fold.bins; bin++) if (fold.has(bin)) used.push(bin);
  const at = Uint32Array.from(used);
  const cells = fold.takeCells();
  return {
    shift: fold.shift,
    firstBin: fold.firstBin,
    startNs,
    startDepth,
    slices: fold.slices.columns(),
    at,
    events: at.map((bin) => fold.events[bin]!),
    calls: at.map((bin) => fold.calls[bin]!),
    throws: at.map((bin) => fold.throws[bin]!),
    logs: at.map((bin) => fold.logs[bin]!),
    depth: at.map((bin) => fold.packedDepth(bin)),
    cellAt: Uint32Array.from(cells.column, (column, i) => column + cells.depth[i]! * 0x1_0000),
    cellCalls: cells.calls,
    cellBusyNs: cells.busyNs,
    cellSite: cells.site,
  };
}

export function encodeNode(node: DetailNode): Uint8Array {
  const { slices, at, cellAt } = node;
  const numbers = HEADER_NUMBERS + slices.count * 3;
  const bytes = numbers * 8 + (slices.count * 2 + at.length * 6 + cellAt.length * 4) * 4;
  const result = new Uint8Array(bytes);
  let offset = 0;
  const put = (column: Float64Array | Float32Array | Uint32Array): void => {
    result.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), offset);
    offset += column.byteLength;
  };
  put(
    Float64Array.of(
      NODE_VERSION,
      node.shift,
      node.firstBin,
      node.startNs,
      node.startDepth,
      slices.count,
      at.length,
      cellAt.length,
    ),
  );
  put(slices.startNs);
  put(slices.endNs);
  put(slices.call);
  put(Uint32Array.from(slices.depth, (depth, i) => depth | (slices.outcome[i]! << 16)));
  put(slices.site);
  for (const column of [at, node.events, node.calls, node.throws, node.logs, node.depth]) put(column);
  put(cellAt);
  put(node.cellCalls);
  put(node.cellBusyNs);
  put(node.cellSite);
  return result;
}

/** Undefined when the blob is none of this version. */
export function decodeNode(blob: Uint8Array): DetailNode | undefined {
  if (blob.byteLength < HEADER_NUMBERS * 8) return undefined;
  const bytes = blob.byteOffset % 8 === 0 ? blob : blob.slice();
  let offset = bytes.byteOffset;
  const float64 = (count: number): Float64Array => {
    const column = new Float64Array(bytes.buffer, offset, count);
    offset += count * 8;
    return column;
  };
  const uint32 = (count: number): Uint32Array => {
    const column = new Uint32Array(bytes.buffer, offset, count);
    offset += count * 4;
    return column;
  };
  const [version, shift, firstBin, startNs, startDepth, count, bins, cells] = float64(
    HEADER_NUMBERS,
  ) as never as number[];
  const size = (HEADER_NUMBERS + count! * 3) * 8 + (count! * 2 + bins! * 6 + cells! * 4) * 4;
  if (version !== NODE_VERSION || blob.byteLength !== size) return undefined;
  const start = float64(count!);
  const endNs = float64(count!);
  const call = float64(count!);
  const packed = uint32(count!);
  const slices: SliceColumns = {
    count: count!,
    startNs: start,
    endNs,
    call,
    depth: Uint16Array.from(packed, (value) => value & 0xffff),
    site: uint32(count!),
    outcome: Uint8Array.from(packed, (value) => value >>> 16),
  };
  const [at, events, calls, throws, logs, depth] = Array.from({ length: 6 }, () => uint32(bins!));
  const cellAt = uint32(cells!);
  const cellCalls = uint32(cells!);
  const cellBusyNs = new Float32Array(bytes.buffer, offset, cells!);
  offset += cells! * 4;
  return {
    shift: shift!,
    firstBin: firstBin!,
    startNs: startNs!,
    startDepth: startDepth!,
    slices,
    at: at!,
    events: events!,
    calls: calls!,
    throws: throws!,
    logs: logs!,
    depth: depth!,
    cellAt,
    cellCalls,
    cellBusyNs,
    cellSite: uint32(cells!),
  };
}
