/* Lists of facts, from the rows of the index. */
import { splitCallId, type Json } from '@execution-cinema/format';
import { eventAtTime, type Recording } from '@execution-cinema/store';
import {
  type At,
  type CallStart,
  type EdgeView,
  type ExceptionView,
  type FactsParams,
  type List,
  type LogView,
  type MarkView,
  type Place,
  type RequestView,
  type WireValue,
} from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import { FactPlaces } from '../fact-places.ts';
import { at, atOrNull, callName, callNameOrNull, LIST_LIMIT_DEFAULT } from '../views/basics.ts';
import { wireOfJson } from '../views/wire-json.ts';
import type { Answer } from './method.ts';

/** A table of facts and how it is filtered. */
interface Source {
  columns: string;
  from: string;
  time: string;
  thread: string;
  /** Columns that `text` is looked for in. */
  texts: readonly string[];
}

interface Condition {
  sql: string;
  values: (number | string)[];
}

type Row = Record<string, never>;

/** A page of the rows of a source in the order of time. */
function listRows<R>(
  { sidecar }: EngineContext,
  source: Source,
  params: FactsParams,
  extra: Condition[],
): Omit<List<R>, 'items'> & { rows: R[] } {
  const conditions = [...extra];
  const { span, thread, text } = params;
  if (span) conditions.push({ sql: `${source.time} BETWEEN ? AND ?`, values: [span.fromNs, span.toNs] });
  if (thread !== undefined) conditions.push({ sql: `${source.thread} = ?`, values: [thread] });
  if (text) {
    const each = source.texts.map((column) => `instr(lower(coalesce(${column}, '')), lower(?)) > 0`);
    conditions.push({ sql: `(${each.join(' OR ')})`, values: source.texts.map(() => text) });
  }
  const where = conditions.map(({ sql }) => sql).join(' AND ') || '1';
  const values = conditions.flatMap((condition) => condition.values);
  const count = (more: string, ...other: number[]): number =>
    sidecar.db
      .prepare(`SELECT count(*) AS n FROM ${source.from} WHERE ${where}${more}`)
      .get<{ n: number }>(...values, ...other)?.n ?? 0;
  const total = count('');
  const limit = params.limit ?? LIST_LIMIT_DEFAULT;
  let offset = params.offset ?? 0;
  if (params.aroundNs !== undefined) {
    const before = count(` AND ${source.time} <= ?`, params.aroundNs);
    offset = Math.max(0, Math.min(before - Math.ceil(limit / 2), total - limit));
  }
  const rows = sidecar.db
    .prepare(
      `SELECT ${source.columns} FROM ${source.from} WHERE ${where} ORDER BY ${source.time}, 1
       LIMIT ${Math.trunc(limit)} OFFSET ${Math.trunc(offset)}`,
    )
    .all<Row>(...values) as R[];
  return { rows, offset, total, more: offset + rows.length < total };
}

/** Tables with a call, joined with its function. */
const WITH_FUNCTION = 'LEFT JOIN call_rows c ON c.id = x.call_id LEFT JOIN function_rows f ON f.id = c.function_id';

interface LogRow {
  id: number;
  callId: number | null;
  timeNs: number;
  stream: string;
  text: string;
  function: string | null;
}

export const logs: Answer<'logs'> = (context, params, job) => {
  context.buildRows(job, ['calls'], { span: params.span, fact: 'output' });
  const source: Source = {
    columns: 'x.id, x.call_id AS callId, x.time_ns AS timeNs, x.stream, x.text, f.name AS function',
    from: `logs x ${WITH_FUNCTION}`,
    time: 'x.time_ns',
    thread: 'x.thread_id',
    texts: ['x.text'],
  };
  const extra = params.stream === undefined ? [] : [{ sql: 'x.stream = ?', values: [params.stream] }];
  const { rows, ...list } = listRows<LogRow>(context, source, params, extra);
  const facts = rows.map(({ id, callId }) => {
    const { thread, call: event } = splitCallId(id);
    return { thread, event, callId };
  });
  const places = new FactPlaces(context, job, facts);
  return { ...list, items: rows.map((row, i) => logView(row, facts[i]!, places)) };
};

function logView(
  { id, callId, timeNs, stream, text, function: name }: LogRow,
  fact: { thread: number; event: number; callId: number | null },
  places: FactPlaces,
): LogView {
  return {
    id,
    at: at(fact.thread, fact.event, timeNs),
    call: callNameOrNull(callId),
    function: name,
    stream,
    text,
    place: places.ofOutput(fact),
  };
}

interface ExceptionRow {
  id: number;
  callId: number | null;
  thread: number;
  event: number;
  timeNs: number;
  name: string;
  message: string;
  stack: string | null;
  caught: number | null;
  function: string | null;
  file: string | null;
  line: number | null;
  endLine: number | null;
}

export const exceptions: Answer<'exceptions'> = (context, params, job) => {
  context.buildRows(job, ['calls'], { span: params.span, fact: 'throws' });
  const source: Source = {
    columns: `x.id, x.call_id AS callId, x.thread_id AS thread, x.event, x.time_ns AS timeNs, x.name, x.message, x.stack,
      x.caught, f.name AS function, f.file, f.line, f.end_line AS endLine`,
    from: `exception_rows x ${WITH_FUNCTION}`,
    time: 'x.time_ns',
    thread: 'x.thread_id',
    texts: ['x.message', 'x.name', 'f.name'],
  };
  const extra = params.uncaught ? [{ sql: 'x.caught = 0', values: [] }] : [];
  const { rows, ...list } = listRows<ExceptionRow>(context, source, params, extra);
  const places = new FactPlaces(context, job, rows);
  return {
    ...list,
    items: rows.map<ExceptionView>((row) => ({
      id: row.id,
      at: at(row.thread, row.event, row.timeNs),
      call: callNameOrNull(row.callId),
      function: row.function,
      place: placeOfException(row, places),
      name: row.name,
      message: row.message,
      stack: row.stack,
      caught: row.caught === null ? null : row.caught === 1,
      uncaught: row.caught === 0,
    })),
  };
};

function placeOfException(row: ExceptionRow, places: FactPlaces): Place | null {
  const { file, line, endLine, stack } = row;
  const code = file === null ? null : { file, line: line ?? 0, endLine: endLine ?? Infinity };
  return places.ofException(row, stack, code) ?? (code && { file: code.file, line: code.line, column: 0 });
}

interface RequestRow {
  id: number;
  callId: number | null;
  direction: string;
  method: string;
  url: string;
  status: string | number | null;
  startNs: number;
  endNs: number | null;
  correlation: number | null;
}

export const requests: Answer<'requests'> = (context, params, job) => {
  context.buildRows(job, ['calls'], { span: params.span, fact: 'links' });
  const source: Source = {
    columns: `id, call_id AS callId, direction, method, url, status, start_ns AS startNs, end_ns AS endNs,
      correlation_id AS correlation`,
    from: 'requests',
    time: 'start_ns',
    thread: '(id / 1099511627776)',
    texts: ['url', 'method'],
  };
  const { rows, ...list } = listRows<RequestRow>(context, source, params, []);
  const handlers = handlersOf(context, rows);
  return {
    ...list,
    items: rows.map<RequestView>((row) => ({
      id: String(row.id),
      call: callNameOrNull(row.callId),
      handler: handlers.get(row.id) ?? null,
      direction: row.direction === 'in' ? 'incoming' : 'outgoing',
      method: row.method,
      url: row.url,
      status: row.status === null ? null : String(row.status),
      start: momentNear(context.recording, splitCallId(row.id).thread, row.startNs),
      endNs: row.endNs,
      correlation: row.correlation === null ? null : String(row.correlation),
    })),
  };
};

/** The first call that each incoming request led to in the thread that received it, as far as calls are indexed. */
function handlersOf({ sidecar }: EngineContext, rows: readonly RequestRow[]): Map<number, CallStart> {
  const incoming = rows.filter(({ direction }) => direction === 'in').map(({ id }) => id);
  const found = sidecar.db
    .prepare(
      `SELECT q.id, c.id AS callId, c.start_event AS event, c.start_ns AS timeNs FROM request_rows q
       JOIN call_rows c ON c.id = (SELECT min(f.id) FROM call_rows f
         WHERE f.correlation_id = q.correlation_id AND f.thread_id = q.id / 1099511627776)
       WHERE q.id IN (SELECT value FROM json_each(?)) AND c.start_event IS NOT NULL`,
    )
    .all<{ id: number; callId: number; event: number; timeNs: number }>(JSON.stringify(incoming));
  return new Map(
    found.map(({ id, callId, event, timeNs }) => [
      id,
      { call: callName(callId), start: at(splitCallId(callId).thread, event, timeNs) },
    ]),
  );
}

/** The last event of a thread at or before a time. */
export function momentNear(recording: Recording, thread: number, timeNs: number): At {
  return at(thread, eventAtTime(recording, thread, timeNs)?.event ?? 0, timeNs);
}

interface EdgeRow {
  kind: string;
  fromCall: number | null;
  toCall: number | null;
  fromThread: number;
  toThread: number;
  event: number | null;
  timeNs: number;
  fromEvent: number | null;
  fromNs: number | null;
  causeEvent: number | null;
  causeNs: number | null;
  fromName: string | null;
  toName: string | null;
  toStartEvent: number | null;
  toStartNs: number | null;
}

export const edges: Answer<'edges'> = (context, params, job) => {
  const { span, acrossThreads } = params;
  const isAlone = acrossThreads === true && context.recording.threads().length < 2;
  if (isAlone) return { items: [], offset: 0, total: 0, more: false };
  context.buildRows(job, ['calls'], acrossThreads ? { span, fact: 'links' } : { span });
  const source: Source = {
    columns: `x.kind, x.from_call AS fromCall, x.to_call AS toCall, x.from_thread AS fromThread, x.to_thread AS toThread,
      x.event, x.time_ns AS timeNs, x.from_event AS fromEvent, x.from_ns AS fromNs, c.start_event AS causeEvent,
      c.start_ns AS causeNs, f.name AS fromName, g.name AS toName, d.start_event AS toStartEvent,
      d.start_ns AS toStartNs`,
    from: `edges x LEFT JOIN call_rows c ON c.id = x.from_call LEFT JOIN function_rows f ON f.id = c.function_id
      LEFT JOIN call_rows d ON d.id = x.to_call LEFT JOIN function_rows g ON g.id = d.function_id`,
    time: 'x.time_ns',
    thread: 'x.to_thread',
    texts: ['x.kind', 'f.name', 'g.name', "CASE x.kind WHEN 'message' THEN d.arguments END"],
  };
  const extra: Condition[] = [];
  if (params.acrossThreads) extra.push({ sql: 'x.from_thread <> x.to_thread', values: [] });
  if (params.kinds) {
    extra.push({ sql: 'x.kind IN (SELECT value FROM json_each(?))', values: [JSON.stringify(params.kinds)] });
  }
  const { rows, ...list } = listRows<EdgeRow>(context, source, params, extra);
  const contents = contentsOf(context, rows);
  return {
    ...list,
    items: rows.map<EdgeView>((row) => ({
      kind: row.kind,
      handler: begunBy(row),
      content: (begunBy(row) && contents.get(row.toCall!)) ?? null,
      fromCall: callNameOrNull(row.fromCall),
      toCall: callNameOrNull(row.toCall),
      fromThread: row.fromThread,
      toThread: row.toThread,
      from: sentAt(context.recording, row),
      to:
        row.event === null
          ? momentNear(context.recording, row.toThread, row.timeNs)
          : at(row.toThread, row.event, row.timeNs),
      label: [row.fromName, row.toName].map((name) => name ?? '…').join(' → '),
    })),
  };
};

/** The call that began with it; what goes on with a call that had begun before begins none. */
function begunBy({ toCall, toThread, toStartEvent, toStartNs, event, timeNs }: EdgeRow): CallStart | null {
  if (toCall === null || toStartEvent === null || toStartNs === null) return null;
  const isLater = event === null ? toStartNs >= timeNs : toStartEvent > event;
  return isLater ? { call: callName(toCall), start: at(toThread, toStartEvent, toStartNs) } : null;
}

/** What the calls were given first: a message that was sent is not recorded as such, but who handles it is given it. */
function contentsOf({ sidecar }: EngineContext, rows: readonly EdgeRow[]): Map<number, WireValue> {
  const calls = rows.filter(({ kind, toCall }) => kind === 'message' && toCall !== null).map(({ toCall }) => toCall);
  const found = sidecar.db
    .prepare(
      `SELECT call_id AS callId, value FROM arguments
       WHERE call_id IN (SELECT value FROM json_each(?)) AND name <> 'this' ORDER BY call_id, position DESC`,
    )
    .all<{ callId: number; value: string }>(JSON.stringify(calls));
  // The last one of a call is its first argument.
  return new Map(found.map(({ callId, value }) => [callId, wireOfJson(JSON.parse(value) as Json)]));
}

/** Where it was sent, or else where the call began that caused it. */
function sentAt(recording: Recording, row: EdgeRow): At | null {
  const { fromThread, fromEvent, fromNs, causeEvent, causeNs } = row;
  if (fromNs === null) return atOrNull(fromThread, causeEvent, causeNs ?? row.timeNs);
  return fromEvent === null ? momentNear(recording, fromThread, fromNs) : at(fromThread, fromEvent, fromNs);
}

interface MarkRow {
  id: number;
  callId: number | null;
  timeNs: number;
  name: string;
  data: string | null;
}

export const marks: Answer<'marks'> = (context, params, job) => {
  context.buildRows(job, ['calls'], { span: params.span, fact: 'marks' });
  const source: Source = {
    columns: 'id, call_id AS callId, time_ns AS timeNs, name, data',
    from: 'marks',
    time: 'time_ns',
    thread: 'thread_id',
    texts: ['name', 'data'],
  };
  const { rows, ...list } = listRows<MarkRow>(context, source, params, []);
  return {
    ...list,
    items: rows.map<MarkView>(({ id, callId: call, timeNs, name, data }) => {
      const { thread, call: event } = splitCallId(id);
      const json = data === null ? null : (JSON.parse(data) as Json);
      return { at: at(thread, event, timeNs), call: callNameOrNull(call), name, data: wireOfJson(json) };
    }),
  };
};
