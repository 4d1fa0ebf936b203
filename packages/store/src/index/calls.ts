import { callId, formatCall, parseCall, splitCallId, type Json } from '@execution-cinema/format';
import type { Database, SqlValue } from '../driver/index.ts';
import { storeError } from '../errors.ts';
import { fileMatcher } from '../read/match.ts';
import { resolveCall, type TimeRange } from '../read/moments.ts';
import type { Recording } from '../read/recording.ts';
import { refreshFacts } from './facts.ts';
import type { Progress } from './progress.ts';
import { textOf } from './sidecar-schema.ts';
import { withCallsOf } from './calls-of-functions.ts';
import { buildRows, functionIds, hasCallRows } from './row-index.ts';
import { rootOf } from './sidecar-schema.ts';

/** A value as the rows hold it. */
export interface RowValue {
  value: Json;
  type: string;
  truncated: string | null;
}

/** One call with its arguments and outcome. Times are nanoseconds since the recording began. */
export interface CallInfo {
  /** Id in SQL. */
  id: number;
  /** `T:N`, as all commands take it. */
  name: string;
  thread: number;
  function: string;
  file: string;
  line: number;
  /** Line from which it was called, where that is known (level `expressions`). */
  callLine: number | null;
  /** Id of the caller, null when the event loop called it or that is not known. */
  parent: number | null;
  asyncParent: number | null;
  correlation: number | null;
  /** Name of the correlation, if it has one. */
  correlationName: string | null;
  depth: number;
  /** Null when its beginning is not stored. */
  startNs: number | null;
  startEvent: number | null;
  endNs: number | null;
  endEvent: number | null;
  outcome: string;
  arguments: ({ name: string } & RowValue)[];
  result: RowValue | null;
  exception: { id: number; name: string; message: string; stack: string | null; caught: boolean | null } | null;
}

export interface CallFilter {
  /** Name or glob. */
  function?: string;
  file?: string;
  threw?: boolean;
  /** Id of a request (view `requests`). */
  request?: string;
  /** Name of a correlation, `T:N` of the call it began with, or the id of SQL. */
  correlation?: string;
  thread?: number;
  range?: TimeRange;
  /** Default CALLS_DEFAULT. */
  limit?: number;
}

const CALLS_DEFAULT = 1_000;

const COLUMNS = `c.id, c.thread_id AS thread, f.name AS function, f.file, f.line, c.call_line AS callLine,
  c.parent_id AS parent, c.async_parent_id AS asyncParent, ${rootOf('c.correlation_id')} AS correlation,
  (SELECT name FROM correlations r WHERE r.id = ${rootOf('c.correlation_id')}) AS correlationName, c.depth, c.start_ns AS startNs,
  c.start_event AS startEvent, c.end_ns AS endNs, c.end_event AS endEvent, c.outcome, ${textOf('c.result')} AS result,
  c.result_type AS resultType, c.exception_id AS exceptionId, c.arguments, f.parameters`;
const TABLES = 'call_rows c LEFT JOIN function_rows f ON f.id = c.function_id';

interface Row extends Omit<CallInfo, 'name' | 'arguments' | 'result' | 'exception'> {
  arguments: string | null;
  parameters: string | null;
  result: string | null;
  resultType: string | null;
  exceptionId: number | null;
}

/**
 * Calls in the order in which they began. Of one function or file, they are read from the chunks, no further than the
 * limit, unless the rows are there already; else the rows are built that the filter needs. `more`: there are others
 * beyond the limit.
 */
export function findCalls(
  recording: Recording,
  sidecar: Database,
  filter: CallFilter,
  onProgress?: (progress: Progress) => void,
): { calls: CallInfo[]; more: boolean } {
  refreshFacts(recording, sidecar);
  if (isOfFunctions(filter) && !hasCallRows(recording, sidecar)) {
    return readCalls(recording, sidecar, filter, onProgress);
  }
  buildRows(recording, sidecar, {
    groups: ['calls'],
    ...(filter.range && { range: filter.range }),
    ...(filter.function && { functions: [filter.function] }),
    ...(onProgress && { onProgress }),
  });
  return selectCalls(recording, sidecar, filter);
}

/** Beyond so many, rows on disk are the better place. */
const READ_LIMIT_MAX = 10_000;

/** A question about some functions that needs no chain of causes. */
function isOfFunctions({ function: name, file, request, correlation, limit = CALLS_DEFAULT }: CallFilter): boolean {
  return (name ?? file) !== undefined && (request ?? correlation) === undefined && limit <= READ_LIMIT_MAX;
}

/** As `findCalls`, from the chunks, with rows in memory only. */
function readCalls(
  recording: Recording,
  sidecar: Database,
  filter: CallFilter,
  onProgress: ((progress: Progress) => void) | undefined,
): { calls: CallInfo[]; more: boolean } {
  const limit = filter.limit ?? CALLS_DEFAULT;
  return withCallsOf(recording, functionsOf(sidecar, filter), filter, {
    isEnough(scratch) {
      const { where, parameters } = conditions(recording, scratch, filter);
      const rows = scratch
        .prepare(
          `SELECT c.end_event AS ended FROM ${TABLES} WHERE ${where} AND c.start_event IS NOT NULL
             ORDER BY c.thread_id, c.id LIMIT ${limit + 1}`,
        )
        .all<{ ended: number | null }>(...parameters);
      return { begun: rows.length > limit, ended: rows.slice(0, limit).every(({ ended }) => ended !== null) };
    },
    use: (scratch) => selectCalls(recording, scratch, filter),
    ...(onProgress && { onProgress }),
  });
}

/** Ids of the functions that a filter lets pass. */
function functionsOf(sidecar: Database, filter: CallFilter): Set<number> {
  const inFile = filter.file === undefined ? undefined : new Set(filesOf(sidecar, filter.file));
  const named = filter.function === undefined ? undefined : new Set(functionIds(sidecar, [filter.function]));
  if (named?.size === 0) throw storeError('NO_SUCH_PLACE', `function ${filter.function}`);
  const rows = sidecar.prepare('SELECT id, file FROM function_rows').all<{ id: number; file: string }>();
  return new Set(rows.flatMap(({ id, file }) => ((inFile?.has(file) ?? true) && (named?.has(id) ?? true) ? [id] : [])));
}

function selectCalls(
  recording: Recording,
  sidecar: Database,
  filter: CallFilter,
): { calls: CallInfo[]; more: boolean } {
  const { where, parameters } = conditions(recording, sidecar, filter);
  const limit = filter.limit ?? CALLS_DEFAULT;
  const rows = sidecar
    .prepare(
      `SELECT ${COLUMNS} FROM ${TABLES} WHERE ${where} ORDER BY c.thread_id, c.id LIMIT ${Math.trunc(limit) + 1}`,
    )
    .all<Row>(...parameters);
  const reader = new CallReader(sidecar);
  return { calls: rows.slice(0, limit).map((row) => reader.complete(row)), more: rows.length > limit };
}

function conditions(
  recording: Recording,
  sidecar: Database,
  filter: CallFilter,
): { where: string; parameters: SqlValue[] } {
  const all: string[] = ['1'];
  const parameters: SqlValue[] = [];
  const add = (condition: string, ...values: SqlValue[]): void => {
    all.push(condition);
    parameters.push(...values);
  };
  const list = (ids: readonly number[]): string => `(${ids.join(', ')})`;
  if (filter.function) {
    const ids = functionIds(sidecar, [filter.function]);
    if (ids.length === 0) throw storeError('NO_SUCH_PLACE', `function ${filter.function}`);
    add(`c.function_id IN ${list(ids)}`);
  }
  if (filter.file) add(`f.file IN (SELECT value FROM json_each(?))`, JSON.stringify(filesOf(sidecar, filter.file)));
  if (filter.threw) add("c.outcome = 'threw'");
  if (filter.thread !== undefined) add('c.thread_id = ?', filter.thread);
  if (filter.range) {
    add('coalesce(c.start_ns, 0) <= ?', filter.range.toNs);
    add('coalesce(c.end_ns, ?) >= ?', Number.MAX_SAFE_INTEGER, filter.range.fromNs);
  }
  const chains = (ids: readonly number[]): void =>
    add(
      `c.correlation_id IN (WITH RECURSIVE chain(id) AS (SELECT value FROM json_each(?)
         UNION SELECT l.id FROM correlation_links l JOIN chain ON l.parent = chain.id) SELECT id FROM chain)`,
      JSON.stringify(ids),
    );
  if (filter.correlation) chains(correlationsOf(recording, sidecar, filter.correlation));
  if (filter.request) chains([correlationOfRequest(sidecar, filter.request)]);
  return { where: all.join(' AND '), parameters };
}

/** Recorded files that a pattern means. Throws NO_SUCH_PLACE when there is none. */
function filesOf(sidecar: Database, pattern: string): string[] {
  const matches = fileMatcher(pattern);
  const files = sidecar.prepare('SELECT DISTINCT file FROM function_rows').all<{ file: string }>();
  const found = files.map(({ file }) => file).filter(matches);
  if (found.length === 0) throw storeError('NO_SUCH_PLACE', `file ${pattern}`);
  return found;
}

/** Correlations that a text means: several may have the same name. */
function correlationsOf(recording: Recording, sidecar: Database, text: string): number[] {
  const named = sidecar.prepare('SELECT id FROM correlations WHERE name = ?').all<{ id: number }>(text);
  if (named.length > 0) return named.map(({ id }) => id);
  if (/^-\d+$/.test(text)) return [Number(text)];
  if (!parseCall(text)) throw storeError('NO_SUCH_PLACE', `correlation ${text}`);
  const { thread, call } = resolveCall(recording, text);
  return [callId(thread, call)];
}

function correlationOfRequest(sidecar: Database, text: string): number {
  const row = sidecar
    .prepare('SELECT correlation_id AS id FROM request_rows WHERE id = ?')
    .get<{ id: number | null }>(Number(text));
  if (!row?.id) throw storeError('NO_SUCH_PLACE', `request ${text}`);
  return row.id;
}

/** Reads what belongs to a row of `call_rows`. */
export class CallReader {
  private readonly exceptionOf;
  private readonly textOf;
  private readonly sidecar: Database;

  constructor(sidecar: Database) {
    this.sidecar = sidecar;
    this.textOf = sidecar.prepare('SELECT text FROM texts WHERE id = ?');
    this.exceptionOf = sidecar.prepare('SELECT id, name, message, stack, caught FROM exception_rows WHERE id = ?');
  }

  /** Calls that fulfil a condition over `c` (call_rows) and `f` (function_rows), in the order of their beginning. */
  select(where: string, limit: number, ...parameters: SqlValue[]): CallInfo[] {
    return this.sidecar
      .prepare(`SELECT ${COLUMNS} FROM ${TABLES} WHERE ${where} ORDER BY c.start_ns, c.id LIMIT ${Math.trunc(limit)}`)
      .all<Row>(...parameters)
      .map((row) => this.complete(row));
  }

  complete(row: Row): CallInfo {
    const { result, resultType, exceptionId, arguments: values, parameters, ...rest } = row;
    const { thread, call } = splitCallId(row.id);
    const exception =
      exceptionId === null
        ? undefined
        : this.exceptionOf.get<{
            id: number;
            name: string;
            message: string;
            stack: string | null;
            caught: number | null;
          }>(exceptionId);
    return {
      ...rest,
      name: formatCall(thread, call),
      function: row.function ?? '(unknown)',
      file: row.file ?? '',
      line: row.line ?? 0,
      arguments: this.readArguments(values, parameters),
      result: result === null ? null : { value: JSON.parse(result) as Json, type: resultType ?? '', truncated: null },
      exception: exception ? { ...exception, caught: exception.caught === null ? null : exception.caught === 1 } : null,
    };
  }

  /** Column `arguments` with the names of the parameters. */
  private readArguments(values: string | null, parameters: string | null): CallInfo['arguments'] {
    if (values === null) return [];
    const names = JSON.parse(parameters ?? '[]') as string[];
    const items = JSON.parse(values) as StoredArgument[];
    return items.map(([value, type, , truncated, text], position) => ({
      name: names[position] ?? `argument ${position}`,
      value: text === undefined ? value : this.sharedText(text),
      type,
      truncated: truncated ?? null,
    }));
  }

  private sharedText(id: number): Json {
    return JSON.parse(this.textOf.get<{ text: string }>(id)?.text ?? 'null') as Json;
  }
}

type StoredArgument = [value: Json, type: string, objectId?: number | null, truncated?: string | null, text?: number];
