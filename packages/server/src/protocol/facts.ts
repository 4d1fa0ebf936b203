/* Lists of facts, search, SQL, code map, hot functions, comparison of two recordings. */
import type { At, CallName, Moment, Page, Place, Span } from './basics.ts';
import type { WireValue } from './values.ts';

export interface FactsParams extends Page {
  span?: Span;
  thread?: number;
  /** Only those that contain this text. */
  text?: string;
  /** The page that holds the last one at or before this time is given instead of `offset`. */
  aroundNs?: number;
}

export interface LogView {
  id: number;
  at: At;
  call: CallName | null;
  function: string | null;
  stream: 'stdout' | 'stderr' | 'plan' | string;
  text: string;
  place: Place | null;
}

export interface ExceptionView {
  id: number;
  at: At;
  call: CallName | null;
  function: string | null;
  place: Place | null;
  name: string;
  message: string;
  stack: string | null;
  /** Null when that is not known. */
  caught: boolean | null;
  uncaught: boolean;
}

/** A call and where it began. */
export interface CallStart {
  call: CallName;
  start: At;
}

export interface RequestView {
  id: string;
  /** The call that was on top when it was received or sent. */
  call: CallName | null;
  /** Of an incoming request the first call that it led to; null where none is known. */
  handler: CallStart | null;
  direction: 'incoming' | 'outgoing' | string;
  method: string;
  url: string;
  /** Number as text, or the error; null while it is unanswered. */
  status: string | null;
  start: At;
  endNs: number | null;
  correlation: string | null;
}

/** A cause across threads, processes or turns of the event loop. */
export interface EdgeView {
  kind: string;
  fromCall: CallName | null;
  toCall: CallName | null;
  fromThread: number;
  toThread: number;
  /** Where it began and where it arrived, as far as known. */
  from: At | null;
  to: At | null;
  /** The call that began with it; null where it went on with one that had begun before, or that is not known. */
  handler: CallStart | null;
  /** What that call was given first, of a message; null of others. */
  content: WireValue | null;
  label: string;
}

export interface MarkView {
  at: At;
  call: CallName | null;
  name: string;
  data: WireValue;
}

export interface SnapshotEntry {
  id: number;
  process: number;
  timeNs: number;
  reason: string;
  /** Also a file beside the recording, its name. */
  file: string | null;
  bytes: number;
}

/** The JSON of a snapshot as text: shape of DESIGN 1.3. */
export interface SnapshotText {
  id: number;
  json: string;
}

export interface SampleSeries {
  process: number;
  timesNs: Float64Array;
  loopDelayMs: Float64Array;
  gcMs: Float64Array;
  heapBytes: Float64Array;
}

export type SearchKind = 'function' | 'file' | 'source' | 'value' | 'log' | 'exception' | 'request';

export interface SearchParams {
  text: string;
  kinds?: SearchKind[];
  /** Per kind; default 20, at most 200. */
  limit?: number;
  span?: Span;
}

/** What surrounds the text that was found, and the text itself as it stands there. */
export interface Excerpt {
  before: string;
  match: string;
  after: string;
}

export interface SearchHit {
  kind: SearchKind;
  title: string;
  /** Of a text that may be longer than there is room for; null where nothing of it is to be shown. */
  excerpt: Excerpt | null;
  detail: string;
  place: Place | null;
  at: At | null;
  call: CallName | null;
  /** In which it was; null where that is not known, or it is no part of one. */
  function: string | null;
  functionId: number | null;
  value: WireValue | null;
}

export interface SearchResult {
  hits: SearchHit[];
  /** Kinds with more hits than the limit. */
  more: SearchKind[];
  /** Part of the recording whose values and logs were looked at: 1 is all. */
  coverage: number;
}

export interface SqlParams {
  query: string;
  /** Default 1,000, at most SQL_ROWS_MAX. */
  rowsMax?: number;
}

export const SQL_ROWS_MAX = 10_000;
export const SQL_TIME_LIMIT_MS = 10_000;

export interface SqlResultView {
  columns: string[];
  rows: (null | number | string)[][];
  truncated: boolean;
  elapsedMs: number;
  /**
   * Columns that name a moment or a call, so that a cell can be clicked: index of a column of call ids (`calls.id`), of
   * times; -1 none.
   */
  callColumn: number;
  timeColumn: number;
}

export interface SchemaView {
  views: { name: string; columns: string[]; about: string }[];
  examples: { title: string; query: string }[];
}

export interface MapFunction {
  name: string;
  file: string;
  line: number;
  endLine: number;
  /** Null: not recorded. */
  functionId: number | null;
  calls: number;
  totalNs: number;
  selfNs: number;
  cyclomatic: number;
  cognitive: number;
  threw: number;
  signature: string;
}

export interface MapFile {
  file: string;
  lines: number;
  functions: MapFunction[];
  calls: number;
  selfNs: number;
  complexity: number;
  recorded: boolean;
  error: string | null;
}

export interface CodeMapView {
  files: MapFile[];
  /** Imports between files, by index; `calls` recorded calls from one to the other. */
  links: { from: number; to: number; imports: number; calls: number }[];
  /** Calls and times cover this part of the recording: 1 is all. */
  coverage: number;
}

export interface HotFunction {
  functionId: number;
  function: string;
  file: string;
  line: number;
  calls: number;
  totalNs: number;
  selfNs: number;
  meanNs: number;
  /** Longest call; null while not all calls are indexed (`index` with `rows`). */
  maxNs: number | null;
  threw: number;
  cyclomatic: number | null;
  cognitive: number | null;
}

export interface TypesView {
  functionId: number;
  function: string;
  calls: number;
  /** Per parameter, then `result`. */
  names: { name: string; types: { type: string; count: number }[]; min: WireValue | null; max: WireValue | null }[];
}

export interface DiffParams {
  /** The other recording. */
  other: string;
  /** Differences wanted after the first. Default 20. */
  limit?: number;
}

export interface DiffSide {
  at: At | null;
  call: CallName | null;
  function: string;
  place: Place | null;
  /** What it did there, and with which value. */
  text: string;
}

export interface Difference {
  kind: 'path' | 'value' | 'outcome' | 'missing' | 'added' | string;
  why: string;
  left: DiffSide;
  right: DiffSide;
}

export interface DiffView {
  same: boolean;
  /** The first is the first divergence. */
  differences: Difference[];
  more: boolean;
  /** Calls of this recording that were compared. */
  compared: number;
}

/** Where the other recording stands when this one stands at a moment. The first question reads both threads. */
export interface CounterpartParams {
  other: string;
  moment: Moment;
}

export interface CounterpartView {
  /** Null: nothing in the other recording stands for it. */
  at: At | null;
  /** Both did the same there; else it is the last thing before, that both did. */
  exact: boolean;
  /** Why it is not exact, for people. */
  why: string;
}
