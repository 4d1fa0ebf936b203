/*
 * Levels of detail: what a timeline of any length needs, never more than the screen can show. Everything that grows
 * with the picture is a typed array, so that a result can be sent as it is.
 *
 * Columns are spans of 2^n nanoseconds that begin at whole multiples of their width: the counts of a column are exact
 * whatever is asked, the same column looks the same in every picture, and finished ones can be kept.
 */

/** What is asked: a span of time of one thread in at most so many columns. */
export interface DetailQuery {
  thread: number;
  fromNs: number;
  toNs: number;
  /** Columns at most, from 2 to DETAIL_COLUMNS_MAX; no fewer than about half of it come back. */
  columns: number;
  /** Depths shown as slices and cells, from 0; default DETAIL_DEPTH_DEFAULT, at most DETAIL_DEPTH_MAX. */
  depths?: number;
}

export const DETAIL_COLUMNS_MAX = 4096;
export const DETAIL_DEPTH_DEFAULT = 256;
/** Frames further in are counted in the columns (`depth` says so) and not drawn. */
export const DETAIL_DEPTH_MAX = 1024;

/** How a slice ended; index = code of `SliceColumns.outcome`. `suspended`: the call sleeps and may go on later. */
export const SLICE_OUTCOMES = ['returned', 'threw', 'suspended', 'running', 'closed', 'terminated'] as const;
export type SliceOutcome = (typeof SLICE_OUTCOMES)[number];

/** Counts per column, index = column. */
export interface DetailColumns {
  events: Uint32Array;
  /** Calls begun. */
  calls: Uint32Array;
  /** Calls that ended by an exception. */
  throws: Uint32Array;
  /** Lines of output, log lines of the plan included. */
  logs: Uint32Array;
  /** Most frames on the stack at any moment of the column. */
  depth: Uint16Array;
  /** 1: exact. 0: estimated from the summaries of chunks, because the index has not come so far. */
  exact: Uint8Array;
}

/**
 * Calls that are at least a column long, by the time they were on the stack: from their beginning or resumption to
 * their end or suspension. In no particular order.
 */
export interface SliceColumns {
  count: number;
  startNs: Float64Array;
  /** Infinity while it has not ended, or its end lies where the index has not come yet. */
  endNs: Float64Array;
  /** Number of the call in its thread. */
  call: Float64Array;
  /** Frames below it. */
  depth: Uint16Array;
  /** Thread-wide id of the FUNCTION site; `DetailReader.functionOf` says whose. */
  site: Uint32Array;
  /** Index into SLICE_OUTCOMES. */
  outcome: Uint8Array;
}

/** Calls shorter than a column, together per column in which they began and depth. Sorted by depth, then column. */
export interface CellColumns {
  count: number;
  column: Uint16Array;
  depth: Uint16Array;
  /** How many. */
  calls: Uint32Array;
  /** Time that they took together, nanoseconds. */
  busyNs: Float32Array;
  /** FUNCTION site of one of them that took long. */
  site: Uint32Array;
}

export interface ThreadDetail {
  thread: number;
  /** Begin of the first column, a multiple of `columnNs`, at or before what was asked. */
  fromNs: number;
  /** End of the last column, at or after what was asked. */
  toNs: number;
  columnNs: number;
  columns: DetailColumns;
  slices: SliceColumns;
  cells: CellColumns;
  /** Every column is exact; slices and cells exist for exact columns only. */
  exact: boolean;
}

/** Names of a function, for a label. */
export interface DetailFunction {
  name: string;
  file: string;
  line: number;
  kind: string;
}
