/*
 * `tracer/read`: recordings for programs. What the command line answers, as data: times are nanoseconds since the
 * recording began, calls are `{ thread, call }` or `T:N`, moments `{ thread, event }` or `T@E`. Everything here reads a
 * finished, a running or a cut-off recording and never writes into it; indexes go to `<recording>.index.db`.
 *
 *     import { openRecording } from 'tracer/read';
 *     const recording = openRecording('.tracer/2026-03-01T10-00-00-000-4242.db');
 *     for (const call of recording.calls({ threw: true }).calls) console.log(call.function, call.exception?.message);
 *     recording.close();
 */
import {
  buildRows,
  buildSeekIndex,
  callTree,
  DetailReader,
  diffRuns,
  exportRecording,
  findCalls,
  history,
  lastWrite,
  pathHistory,
  listEvents,
  logpoint,
  move,
  openSidecar,
  origin,
  functionFacts,
  isPredicate,
  observedTypes,
  parseIgnore,
  readRecording,
  readState,
  recordingInfo,
  recordingSummaries,
  resolveCall,
  resolveMoment,
  runSql,
  seekLookup,
  searchText,
  searchValues,
  valueHistory,
  verifyRecording,
  type CallFilter,
  type CallInfo,
  type CallName,
  type CallTree,
  type EventFilter,
  type ExportFormat,
  type ExportOptions,
  type FunctionFacts,
  type FunctionFilter,
  type HistoricValue,
  type HistoryTarget,
  type ListedEvent,
  type LogpointOptions,
  type LogpointResult,
  type Moment,
  type MoveOptions,
  type Origin,
  type OriginOptions,
  type ObservedFunction,
  type Progress,
  type Recording as StoredRecording,
  type RecordingInfo,
  type RecordingSummary,
  type RunComparison,
  type SearchFilter,
  type SearchHit,
  type Sidecar,
  type SqlResult,
  type State,
  type TimeRange,
  type TreeOptions,
  type VerifyResult,
  type Write,
} from '@execution-cinema/store';
import { findRoot, recordingsPlace } from './config/index.ts';

export {
  formatCall,
  formatMoment,
  isCaptured,
  parseCall,
  parseMoment,
  truncationOf,
  typeOfValue,
  valueToJson,
  type Captured,
  type Json,
  type Value,
} from '@execution-cinema/format';
export {
  EXPORT_FORMATS,
  parseDuration,
  parseRange,
  SLICE_OUTCOMES,
  StoreError,
  type CallFilter,
  type CallInfo,
  type CallName,
  type CallTree,
  type EventFilter,
  type AsyncCaller,
  type HistoricValue,
  type HistoryTarget,
  type ListedEvent,
  type LogpointHit,
  type LogpointOptions,
  type LogpointResult,
  type Moment,
  type MoveKind,
  type MoveOptions,
  type Origin,
  type OriginEnd,
  type OriginOptions,
  type OriginStep,
  type Progress,
  type RecordingInfo,
  type RecordingSummary,
  type SqlResult,
  type State,
  type StateFrame,
  type StateScope,
  type StateVariable,
  type TimeRange,
  type TreeNode,
  type TreeOptions,
  type VerifyResult,
  type Write,
  type CellColumns,
  type DetailColumns,
  type DetailFunction,
  type DetailQuery,
  type DetailReader,
  type DifferenceSide,
  type ExportFormat,
  type ExportOptions,
  type FunctionFacts,
  type FunctionFilter,
  type ObservedFunction,
  type ObservedType,
  type ObservedVariable,
  type RunComparison,
  type RunDifference,
  type SearchFilter,
  type SearchHit,
  type SearchKind,
  type SliceColumns,
  type ThreadDetail,
} from '@execution-cinema/store';

export type {
  Snapshot,
  SnapshotFrame,
  SnapshotHandle,
  SnapshotProcess,
  SnapshotScope,
  SnapshotSuspended,
  SnapshotThread,
  VariableExample,
} from '@execution-cinema/format';
export { previewValue } from './cli/format/value-preview.ts';

export interface OpenOptions {
  /** Hears how far an index has come that a question needs. The first question about a large recording takes a while. */
  onProgress?: (progress: Progress) => void;
}

/** One recording. Questions that need an index build it, or what is missing of it, first. */
export class Recording {
  /** Absolute path. */
  readonly file: string;
  private readonly stored: StoredRecording;
  private readonly options: OpenOptions;
  private opened: Sidecar | undefined;

  /** Use `openRecording`. */
  constructor(stored: StoredRecording, options: OpenOptions) {
    this.file = stored.file;
    this.stored = stored;
    this.options = options;
  }

  private get sidecar(): Sidecar {
    this.opened ??= openSidecar(this.stored);
    return this.opened;
  }

  /** What is in it, and what is not: processes, threads, losses, functions and why some were not instrumented. */
  info(): RecordingInfo {
    return recordingInfo(this.stored);
  }

  /** Who called whom. Filled level by level up to `limit` calls. */
  tree(options: TreeOptions = {}): CallTree {
    return callTree(this.stored, this.sidecar.db, options, this.options.onProgress);
  }

  /** Calls in the order in which they began. `more`: there are others beyond the limit (1,000 unless given). */
  calls(filter: CallFilter = {}): { calls: CallInfo[]; more: boolean } {
    return findCalls(this.stored, this.sidecar.db, filter, this.options.onProgress);
  }

  /** The raw events, decoded, thread by thread. */
  events(filter: EventFilter = {}): Generator<ListedEvent> {
    return listEvents(this.stored, filter);
  }

  /** Every value of what `FILE:LINE` or a function's name means, or of the variable or property `name` there. */
  values(place: string, name?: string): Generator<HistoricValue> {
    return valueHistory(this.stored, place, name);
  }

  /** Stack and variables just after a moment: `1@230`, `1:12` (start of a call), `250ms`, `start`, `end`. */
  stateAt(moment: string | Moment, thread?: number): State {
    const exact = typeof moment === 'string' ? this.moment(moment, thread) : moment;
    return readState(this.stored, this.sidecar.db, exact, this.options.onProgress);
  }

  /** The moment to which a move leads: step over, into, out, to a line, call, write, throw, cause; see MoveKind. */
  move(from: string | Moment, options: MoveOptions): Moment | undefined {
    return move(this.stored, this.seek(), this.exact(from), options);
  }

  /** Every value that a variable, as the call on top sees it at a moment, or a property of an object got. */
  history(at: string | Moment, target: HistoryTarget): Write[] {
    return history(this.stored, this.seek(), this.exact(at), target);
  }

  /** The same of a variable or path (`cart.items[0]`), as seen at a moment or in a call at its end. */
  pathHistory(at: string | Moment | CallName, path: string): Write[] {
    return pathHistory(this.stored, this.seek(), this.place(at), path);
  }

  /** The last of these up to the moment. */
  lastWrite(at: string | Moment, target: HistoryTarget): Write | undefined {
    return lastWrite(this.stored, this.seek(), this.exact(at), target);
  }

  /** Where a value came from: a variable or path at a moment, or in a call at its end; `return` is its result. */
  origin(at: string | Moment | CallName, name: string, options: OriginOptions = {}): Origin {
    return origin(this.stored, this.seek(), this.place(at), name, options);
  }

  /** An expression over recorded variables, evaluated at every execution of a line. */
  logpoint(options: LogpointOptions): LogpointResult {
    return logpoint(this.stored, this.seek(), options);
  }

  private place(at: string | Moment | CallName): Moment | CallName {
    if (typeof at !== 'string') return at;
    return /^\d+:\d+$/.test(at) ? this.call(at) : this.moment(at);
  }

  private exact(moment: string | Moment): Moment {
    return typeof moment === 'string' ? this.moment(moment) : moment;
  }

  /** Tier 1, brought up to date. */
  private seek(): ReturnType<typeof seekLookup> {
    const { onProgress } = this.options;
    buildSeekIndex(this.stored, this.sidecar.db, onProgress === undefined ? {} : { onProgress });
    return seekLookup(this.sidecar.db);
  }

  /** Finds the moment that a text names. A time, `start` and `end` are about `thread`, or the first one. */
  moment(text: string, thread?: number): Moment {
    return resolveMoment(this.stored, text, thread);
  }

  /** Reads `T:N`, or the integer that SQL shows. */
  call(text: string): CallName {
    return resolveCall(this.stored, text);
  }

  /** Pictures of threads: counts, slices and what is too short for one, of any span in so many columns. */
  details(): DetailReader {
    return new DetailReader(this.stored, this.sidecar.db);
  }

  /** Every function with its calls and time, those that never ran included. */
  functions(filter: FunctionFilter = {}): FunctionFacts[] {
    return functionFacts(this.stored, this.sidecar.db, filter, this.options.onProgress);
  }

  /** Types and ranges that parameters, results and variables had. */
  types(filter: FunctionFilter = {}): ObservedFunction[] {
    return observedTypes(this.stored, filter, this.options.onProgress);
  }

  /** Moments at which a condition holds (`total is NaN`, `args[1] is undefined`), or where a text turns up. */
  search(query: string, filter: SearchFilter = {}): Generator<SearchHit> {
    return isPredicate(query) ? searchValues(this.stored, query, filter) : searchText(this.stored, query, filter);
  }

  /** Pieces of the recording in another tool's format, in order. */
  export(format: ExportFormat, options: ExportOptions = {}): Generator<(string | Uint8Array)[]> {
    return exportRecording(this.stored, format, options);
  }

  /** The first point in each thread where another run differs; `ignore` as `tracer diff --ignore` takes it. */
  compare(other: Recording, ignore: readonly string[] = []): RunComparison {
    const { onProgress } = this.options;
    return diffRuns(this.stored, other.stored, { rules: parseIgnore(ignore), ...(onProgress && { onProgress }) });
  }

  /** Runs one reading statement over the views of docs/SCHEMA.md. */
  sql(query: string, options: { rowsMax?: number; timeLimitMs?: number } = {}): SqlResult {
    const { onProgress } = this.options;
    return runSql(this.stored, this.sidecar, query, { ...options, ...(onProgress && { onProgress }) });
  }

  /** Builds the indexes ahead; with `rows` also those for SQL, of a span of time or whole. */
  index(options: { rows?: boolean; range?: TimeRange } = {}): void {
    const progress = this.options.onProgress === undefined ? {} : { onProgress: this.options.onProgress };
    buildSeekIndex(this.stored, this.sidecar.db, progress);
    const { rows, range } = options;
    if (rows || range) buildRows(this.stored, this.sidecar.db, { ...progress, ...(range && { range }) });
  }

  /** Checks that it is sound; `deep` decodes every event. */
  verify(options: { deep?: boolean } = {}): VerifyResult {
    return verifyRecording(this.stored.db, options);
  }

  /** Picks up what a running program has added since. */
  refresh(): void {
    this.stored.refresh();
  }

  close(): void {
    this.opened?.close();
    this.stored.close();
  }
}

/** Opens a recording. Throws StoreError: NOT_FOUND, OUT_NOT_RECORDING, OUT_CORRUPT, OUT_NEWER, NO_SQLITE. */
export function openRecording(file: string, options: OpenOptions = {}): Recording {
  return new Recording(readRecording(file), options);
}

/** The recordings in a folder, newest first; damaged ones are listed with their error. */
export function listRecordings(folder: string = recordingsFolder()): RecordingSummary[] {
  return recordingSummaries(folder);
}

/** Where recordings of the project around `cwd` lie unless `TRACER_OUT` says otherwise. */
export function recordingsFolder(cwd: string = process.cwd()): string {
  return recordingsPlace(findRoot(cwd)).folder;
}
