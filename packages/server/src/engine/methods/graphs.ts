/* Pictures of causes: turns of the event loop with what led to them, and who called whom as a sequence diagram. */
import { callId, K, parseCall, splitCallId } from '@execution-cinema/format';
import { ServerError } from '../../errors.ts';
import type { AsyncGraph, AsyncNode, Sequence, Span } from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import { at, atOrNull, callName } from '../views/basics.ts';
import type { Answer } from './method.ts';

const NODES_DEFAULT = 500;

function idOf(text: string): number {
  const name = parseCall(text);
  if (!name) throw new ServerError('BAD_REQUEST', `${text} is no call`);
  return callId(name.thread, name.call);
}

/** What goes from one thread or process to another. */
const ACROSS = `x.kind IN (${[...K.LINK_KINDS, 'http'].map((kind) => `'${kind}'`).join(', ')})`;

/** The chain, with what it led to in other threads and processes. */
const IN_CHAIN = `c.correlation_id IN (WITH RECURSIVE chain(id) AS (SELECT ?
  UNION SELECT l.id FROM correlation_links l JOIN chain ON l.parent = chain.id) SELECT id FROM chain)`;

/** Condition on `call_rows c` that a choice of calls stands for. */
function chosen(
  { sidecar }: EngineContext,
  { call, correlation, span }: { call?: string; correlation?: string; span?: Span },
): { sql: string; values: (number | string)[] } {
  const parts: string[] = [];
  const values: (number | string)[] = [];
  const chain = call === undefined ? undefined : correlationOf(sidecar.db, idOf(call));
  if (chain !== undefined) {
    parts.push(IN_CHAIN);
    values.push(chain);
  } else if (call !== undefined) {
    parts.push('c.id = ?');
    values.push(idOf(call));
  }
  if (correlation !== undefined) {
    parts.push(IN_CHAIN);
    values.push(Number(correlation));
  }
  if (span) {
    parts.push('coalesce(c.start_ns, 0) <= ? AND coalesce(c.end_ns, ?) >= ?');
    values.push(span.toNs, Number.MAX_SAFE_INTEGER, span.fromNs);
  }
  return { sql: parts.length > 0 ? parts.join(' AND ') : '1', values };
}

function correlationOf(db: EngineContext['sidecar']['db'], id: number): number | undefined {
  const row = db
    .prepare(
      'SELECT coalesce(l.root, c.correlation_id) AS id FROM call_rows c LEFT JOIN correlation_links l ON l.id = c.correlation_id WHERE c.id = ?',
    )
    .get<{ id: number | null }>(id);
  return row?.id ?? undefined;
}

interface RunRow {
  callId: number;
  thread: number;
  event: number;
  timeNs: number;
  resumed: number;
  endEvent: number | null;
  endNs: number | null;
  threw: number;
  function: string | null;
  file: string | null;
  line: number | null;
}

/** A run begins when the event loop calls or resumes, and ends when the call falls asleep or is over. */
const RUNS = `
  SELECT c.id AS callId, c.thread_id AS thread, c.start_event AS event, c.start_ns AS timeNs, 0 AS resumed, c.function_id
    FROM call_rows c WHERE c.parent_id IS NULL AND c.start_event IS NOT NULL AND CHOSEN
  UNION ALL
  SELECT c.id, c.thread_id, e.event, e.time_ns, 1, c.function_id
    FROM call_rows c JOIN edge_rows e ON e.to_call = c.id WHERE e.event <> coalesce(c.start_event, -1) AND CHOSEN`;

export const asyncGraph: Answer<'asyncGraph'> = (context, params, job) => {
  context.buildRows(job, ['calls'], { span: params.call === undefined ? params.span : undefined });
  const { db } = context.sidecar;
  const { sql, values } = chosen(context, params);
  const limit = params.limit ?? NODES_DEFAULT;
  const runs = RUNS.replaceAll('CHOSEN', sql);
  const rows = db
    .prepare(
      `SELECT r.*, f.name AS function, f.file, f.line,
         (SELECT min(event) FROM (SELECT min(u.event) AS event FROM suspension_rows u
            WHERE u.call_id = r.callId AND u.event > r.event
            UNION ALL SELECT d.end_event FROM call_rows d WHERE d.id = r.callId)) AS endEvent,
         (SELECT min(ns) FROM (SELECT min(u.time_ns) AS ns FROM suspension_rows u
            WHERE u.call_id = r.callId AND u.event > r.event
            UNION ALL SELECT d.end_ns FROM call_rows d WHERE d.id = r.callId)) AS endNs,
         (SELECT d.outcome = 'threw' FROM call_rows d WHERE d.id = r.callId) AS threw
       FROM (${runs}) r LEFT JOIN function_rows f ON f.id = r.function_id ORDER BY r.timeNs, r.event LIMIT ?`,
    )
    .all<RunRow>(...values, ...values, limit + 1);
  const total = db.prepare(`SELECT count(*) AS n FROM (${runs})`).get<{ n: number }>(...values, ...values)?.n ?? 0;
  return graphOf(context, rows.slice(0, limit), total);
};

function graphOf(context: EngineContext, rows: readonly RunRow[], total: number): AsyncGraph {
  const lanes = new Map<number, number>();
  const runsOfCall = new Map<number, AsyncNode[]>();
  const result: AsyncGraph = { nodes: [], links: [], lanes: [], omitted: total - rows.length };
  for (const row of rows) {
    let lane = lanes.get(row.callId);
    if (lane === undefined) {
      lanes.set(row.callId, (lane = lanes.size));
      result.lanes.push({ lane, label: row.function ?? '(unknown)', thread: row.thread });
    }
    const node: AsyncNode = {
      id: result.nodes.length,
      call: callName(row.callId),
      function: row.function ?? '(unknown)',
      file: row.file ?? '',
      line: row.line ?? 0,
      thread: row.thread,
      lane,
      start: at(row.thread, row.event, row.timeNs),
      end: atOrNull(row.thread, row.endEvent, row.endNs),
      threw: row.threw === 1,
      resumed: row.resumed === 1,
    };
    result.nodes.push(node);
    const others = runsOfCall.get(row.callId);
    if (others) others.push(node);
    else runsOfCall.set(row.callId, [node]);
  }
  addLinks(context, result, runsOfCall);
  return result;
}

function addLinks(
  { sidecar }: EngineContext,
  { nodes, links }: AsyncGraph,
  runsOfCall: ReadonlyMap<number, AsyncNode[]>,
): void {
  const edgeTo = sidecar.db.prepare(
    'SELECT kind, from_call AS fromCall FROM edge_rows WHERE thread_id = ? AND event = ?',
  );
  const parentOf = sidecar.db.prepare('SELECT parent_id AS id FROM call_rows WHERE id = ?');
  /** The run in which a call was going on: its own, or the one of whoever called it. */
  const runAt = (call: number, timeNs: number): AsyncNode | undefined => {
    let id: number | null = call;
    for (let steps = 0; id !== null && steps < PARENTS_MAX; steps++) {
      const found: AsyncNode | undefined = runsOfCall.get(id)?.findLast(({ start }) => start.timeNs <= timeNs);
      if (found) return found;
      id = parentOf.get<{ id: number | null }>(id)?.id ?? null;
    }
    return undefined;
  };
  const taken = sidecar.db
    .prepare(
      `SELECT x.kind, x.from_call AS fromCall, x.to_call AS toCall, x.event, x.from_ns AS fromNs FROM edges x
         WHERE ${ACROSS} AND x.from_call IS NOT NULL AND x.to_call IN (SELECT value FROM json_each(?))`,
    )
    .all<{ kind: string; fromCall: number; toCall: number; event: number | null; fromNs: number }>(
      JSON.stringify([...runsOfCall.keys()]),
    );
  for (const { kind, fromCall, toCall, event, fromNs } of taken) {
    const from = runAt(fromCall, fromNs);
    const to = takenIn(runsOfCall.get(toCall) ?? [], event);
    if (from && to && from !== to) links.push({ from: from.id, to: to.id, kind });
  }
  for (const node of nodes) {
    const edge = edgeTo.get<{ kind: string; fromCall: number | null }>(node.start.thread, node.start.event);
    const before = node.resumed ? previousRun(runsOfCall, node) : undefined;
    const from = edge?.fromCall ? (runAt(edge.fromCall, node.start.timeNs) ?? before) : before;
    if (from && from !== node) links.push({ from: from.id, to: node.id, kind: edge?.kind ?? 'await' });
  }
}

/** The run that was going on when something arrived, or else the first one after it. */
function takenIn(runs: readonly AsyncNode[], event: number | null): AsyncNode | undefined {
  return event === null
    ? runs[0]
    : runs.find(({ start, end }) => start.event >= event || (end?.event ?? Infinity) >= event);
}

const PARENTS_MAX = 1_000;

function previousRun(runsOfCall: ReadonlyMap<number, AsyncNode[]>, node: AsyncNode): AsyncNode | undefined {
  const runs = runsOfCall.get(idOf(node.call)) ?? [];
  return runs[runs.indexOf(node) - 1];
}

interface MessageRow {
  id: number;
  parent: number | null;
  startEvent: number;
  startNs: number;
  endEvent: number | null;
  endNs: number | null;
  outcome: string;
  function: string | null;
  file: string | null;
  fromFunction: string | null;
  fromFile: string | null;
  fromThread: number | null;
  fromProcess: number | null;
  process: number;
  /** A message that a call took which was going on already; null for the beginning of a call. */
  link: string | null;
}

const MESSAGES_DEFAULT = 300;
const SEQUENCE_DEPTH_DEFAULT = 12;

export const sequence: Answer<'sequence'> = (context, params, job) => {
  context.buildRows(job, ['calls'], { span: params.root === undefined ? params.span : undefined });
  const { db } = context.sidecar;
  const limit = params.limit ?? MESSAGES_DEFAULT;
  const { sql, values } = chosen(context, {
    ...(params.correlation !== undefined && { correlation: params.correlation }),
    ...(params.span && { span: params.span }),
  });
  const below =
    params.root === undefined
      ? ''
      : `AND c.id IN (WITH RECURSIVE below(id, depth) AS (SELECT ${idOf(params.root)}, 0 UNION
           SELECT d.id, b.depth + 1 FROM call_rows d JOIN below b ON d.parent_id = b.id OR d.async_parent_id = b.id
           WHERE b.depth < ${params.depth ?? SEQUENCE_DEPTH_DEFAULT} LIMIT ${limit * 20}) SELECT id FROM below)`;
  const thread = params.thread === undefined ? '' : `AND c.thread_id = ${params.thread}`;
  const names = `f.name AS function, f.file, g.name AS fromFunction, g.file AS fromFile, p.thread_id AS fromThread,
    s.process_id AS fromProcess, t.process_id AS process`;
  const joined = (from: string): string => `LEFT JOIN function_rows f ON f.id = c.function_id
    LEFT JOIN call_rows p ON p.id = ${from} LEFT JOIN function_rows g ON g.id = p.function_id
    LEFT JOIN threads t ON t.id = c.thread_id LEFT JOIN threads s ON s.id = p.thread_id`;
  const rows = db
    .prepare(
      `SELECT c.id, c.parent_id AS parent, c.start_event AS startEvent, c.start_ns AS startNs, c.end_event AS endEvent,
         c.end_ns AS endNs, c.outcome, ${names}, NULL AS link
       FROM call_rows c ${joined('coalesce(c.parent_id, c.async_parent_id)')}
       WHERE c.start_event IS NOT NULL AND ${sql} ${below} ${thread}
       UNION ALL SELECT c.id, NULL, x.event, x.time_ns, NULL, NULL, c.outcome, ${names}, x.kind
       FROM edges x JOIN call_rows c ON c.id = x.to_call ${joined('x.from_call')}
       WHERE ${ACROSS} AND x.from_call IS NOT NULL AND x.event > c.start_event AND ${sql} ${below} ${thread}
       ORDER BY startNs, startEvent`,
    )
    .iterate<MessageRow>(...values, ...values);
  return sequenceOf(rows, params.by ?? 'file', limit, () => job.checkpoint());
};

function participantOf(
  by: string,
  row: { file: string | null; function: string | null; thread: number; process: number },
): string {
  switch (by) {
    case 'thread':
      return `thread ${row.thread}`;
    case 'process':
      return `process ${row.process}`;
    case 'class': {
      const name = row.function ?? '';
      const owner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
      return owner === '' ? (row.file ?? '?') : owner;
    }
    default:
      return row.file ?? '?';
  }
}

/** What the event loop itself calls comes from here. */
const OUTSIDE = 'event loop';

function sequenceOf(rows: Iterable<MessageRow>, by: string, limit: number, checkpoint: () => void): Sequence {
  const result: Sequence = { participants: [], messages: [], omitted: 0 };
  const ids = new Map<string, number>();
  const idFor = (label: string, detail: string): number => {
    let id = ids.get(label);
    if (id === undefined) {
      ids.set(label, (id = ids.size));
      result.participants.push({ id, label, detail });
    }
    return id;
  };
  let calls = 0;
  for (const row of rows) {
    if (++calls % 1_000 === 0) checkpoint();
    const { thread } = splitCallId(row.id);
    const to = participantOf(by, { ...row, thread });
    const from =
      row.fromFunction === null && row.fromFile === null
        ? OUTSIDE
        : participantOf(by, {
            file: row.fromFile,
            function: row.fromFunction,
            thread: row.fromThread ?? thread,
            process: row.fromProcess ?? row.process,
          });
    const crosses = row.fromThread !== null && row.fromThread !== thread;
    if (from === to && !crosses) continue;
    if (result.messages.length >= limit * 2) {
      result.omitted++;
      continue;
    }
    const ends = [idFor(from, from), idFor(to, row.file ?? to)] as const;
    const isCall = row.parent !== null;
    const base = { call: callName(row.id), value: null };
    const index = result.messages.push({
      ...base,
      from: ends[0],
      to: ends[1],
      kind: crosses || row.link !== null ? 'message' : isCall ? 'call' : 'async',
      label: row.link ?? (row.function || '(unknown)'),
      at: at(thread, row.startEvent, row.startNs),
      answers: -1,
    });
    if (!isCall || row.endEvent === null || row.endNs === null) continue;
    result.messages.push({
      ...base,
      from: ends[1],
      to: ends[0],
      kind: row.outcome === 'threw' ? 'throw' : 'return',
      label: row.outcome,
      at: at(thread, row.endEvent, row.endNs),
      answers: index - 1,
    });
  }
  return inOrder(result);
}

/** Messages by time; what they answer is renumbered. */
function inOrder(result: Sequence): Sequence {
  const order = result.messages.map((message, i) => ({ message, i }));
  order.sort((a, b) => a.message.at.timeNs - b.message.at.timeNs || a.message.at.event - b.message.at.event);
  const places = new Map(order.map(({ i }, place) => [i, place]));
  return {
    ...result,
    messages: order.map(({ message }) => ({
      ...message,
      answers: message.answers < 0 ? -1 : places.get(message.answers)!,
    })),
  };
}
