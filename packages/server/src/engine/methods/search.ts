/* Search: names and texts at once, values and what was printed as far as they are indexed. */
import type { Json } from '@execution-cinema/format';
import { FUNCTIONS_PER_MODULE, rowCoverage } from '@execution-cinema/store';
import type { SearchHit, SearchKind, SearchResult } from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import type { Job } from '../job.ts';
import { atOrNull, callNameOrNull } from '../views/basics.ts';
import { wireOfJson } from '../views/wire-json.ts';
import { splitCallId } from '@execution-cinema/format';
import type { Answer } from './method.ts';

const LIMIT_DEFAULT = 20;
/** A recording with no more events is indexed whole for a search; a longer one as far as it is indexed already. */
const INDEXED_EVENTS_MAX = 3_000_000;
const TEXT_LENGTH_MAX = 200;

const ALL: readonly SearchKind[] = ['function', 'file', 'exception', 'log', 'request', 'value', 'source'];
const FROM_ROWS: ReadonlySet<SearchKind> = new Set(['exception', 'log', 'request', 'value']);

interface Query {
  text: string;
  limit: number;
}

export const search: Answer<'search'> = (context, params, job) => {
  const kinds = params.kinds ?? ALL;
  const query = { text: params.text.toLowerCase(), limit: params.limit ?? LIMIT_DEFAULT };
  const result: SearchResult = { hits: [], more: [], coverage: 1 };
  if (query.text === '') return result;
  if (kinds.some((kind) => FROM_ROWS.has(kind))) result.coverage = prepare(context, job);
  for (const kind of ALL) {
    if (!kinds.includes(kind)) continue;
    job.checkpoint();
    const hits = FINDERS[kind](context, query);
    if (hits.length > query.limit) result.more.push(kind);
    result.hits.push(...hits.slice(0, query.limit));
  }
  return result;
};

/** Indexes what is not too long, and says how much is. */
function prepare(context: EngineContext, job: Job): number {
  const { recording, sidecar } = context;
  const events = recording.threads().reduce((sum, { stored }) => sum + stored, 0);
  if (events <= INDEXED_EVENTS_MAX) context.buildRows(job, ['calls', 'writes']);
  const covered = rowCoverage(recording, sidecar.db).filter(({ group }) => group === 'writes');
  const total = covered.reduce((sum, { events: all }) => sum + all, 0);
  return total === 0 ? 1 : covered.reduce((sum, { eventsCovered }) => sum + eventsCovered, 0) / total;
}

const EMPTY: Omit<SearchHit, 'kind' | 'title' | 'detail'> = {
  place: null,
  at: null,
  call: null,
  functionId: null,
  value: null,
};

const FINDERS: Record<SearchKind, (context: EngineContext, query: Query) => SearchHit[]> = {
  function: findFunctions,
  file: findFiles,
  source: findSource,
  exception: findExceptions,
  log: findLogs,
  request: findRequests,
  value: findValues,
};

function findFunctions({ recording }: EngineContext, { text, limit }: Query): SearchHit[] {
  const hits: (SearchHit & { rank: number })[] = [];
  for (const id of recording.moduleIds()) {
    const module = recording.module(id);
    module?.sites?.functions.forEach(({ name, source, line, column, kind }, i) => {
      const at = name.toLowerCase().lastIndexOf(text);
      if (at < 0 || kind === 'module') return;
      const file = module.sites!.sources[source] ?? module.file;
      // Whole names first, then beginnings.
      const rank = name.length - text.length + (at === 0 || name[at - 1] === '.' ? 0 : 1_000);
      const functionId = id * FUNCTIONS_PER_MODULE + i;
      hits.push({
        ...EMPTY,
        kind: 'function',
        title: name,
        detail: `${file}:${line}`,
        place: { file, line, column },
        functionId,
        rank,
      });
    });
  }
  return hits
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit + 1)
    .map(({ rank: _rank, ...hit }) => hit);
}

function findFiles({ recording }: EngineContext, { text, limit }: Query): SearchHit[] {
  const files = new Set(
    recording.moduleIds().flatMap((id) => {
      const module = recording.module(id);
      return module?.sites?.sources ?? (module ? [module.file] : []);
    }),
  );
  return [...files]
    .filter((file) => file.toLowerCase().includes(text))
    .sort((a, b) => a.length - b.length)
    .slice(0, limit + 1)
    .map((file) => ({ ...EMPTY, kind: 'file', title: file, detail: '', place: { file, line: 1, column: 0 } }));
}

function findSource({ recording }: EngineContext, { text, limit }: Query): SearchHit[] {
  const hits: SearchHit[] = [];
  for (const id of recording.moduleIds()) {
    const module = recording.module(id);
    if (!module?.source || !module.source.toLowerCase().includes(text)) continue;
    const file = module.sites?.sources[0] ?? module.file;
    for (const [i, line] of module.source.split('\n').entries()) {
      const column = line.toLowerCase().indexOf(text);
      if (column < 0) continue;
      const title = line.trim().slice(0, TEXT_LENGTH_MAX);
      hits.push({ ...EMPTY, kind: 'source', title, detail: `${file}:${i + 1}`, place: { file, line: i + 1, column } });
      if (hits.length > limit) return hits;
    }
  }
  return hits;
}

function contains(column: string): string {
  return `instr(lower(coalesce(${column}, '')), ?) > 0`;
}

interface FactRow {
  id: number;
  callId: number | null;
  thread: number;
  event: number;
  timeNs: number;
  title: string;
  detail: string;
}

function factHits(context: EngineContext, kind: SearchKind, sql: string, ...values: (string | number)[]): SearchHit[] {
  return context.sidecar.db
    .prepare(sql)
    .all<FactRow>(...values)
    .map((row) => ({
      ...EMPTY,
      kind,
      title: row.title.trim().slice(0, TEXT_LENGTH_MAX),
      detail: row.detail,
      at: atOrNull(row.thread, row.event, row.timeNs),
      call: callNameOrNull(row.callId),
    }));
}

function findExceptions(context: EngineContext, { text, limit }: Query): SearchHit[] {
  return factHits(
    context,
    'exception',
    `SELECT id, call_id AS callId, thread_id AS thread, event, time_ns AS timeNs, name || ': ' || message AS title,
       '' AS detail FROM exception_rows WHERE ${contains('name')} OR ${contains('message')} ORDER BY time_ns LIMIT ?`,
    text,
    text,
    limit + 1,
  );
}

const EVENTS_PER_THREAD = 2 ** 40;

function findLogs(context: EngineContext, { text, limit }: Query): SearchHit[] {
  return factHits(
    context,
    'log',
    `SELECT id, call_id AS callId, thread_id AS thread, id % ${EVENTS_PER_THREAD} AS event, time_ns AS timeNs,
       text AS title, stream AS detail FROM logs WHERE ${contains('text')} ORDER BY time_ns LIMIT ?`,
    text,
    limit + 1,
  );
}

function findRequests(context: EngineContext, { text, limit }: Query): SearchHit[] {
  return factHits(
    context,
    'request',
    `SELECT r.id, r.call_id AS callId, coalesce(c.thread_id, r.id / ${EVENTS_PER_THREAD}) AS thread,
       coalesce(c.start_event, -1) AS event, r.start_ns AS timeNs, r.method || ' ' || r.url AS title,
       coalesce(r.status, '') AS detail FROM requests r LEFT JOIN call_rows c ON c.id = r.call_id
     WHERE ${contains('r.url')} OR ${contains('r.method')} ORDER BY r.start_ns LIMIT ?`,
    text,
    text,
    limit + 1,
  );
}

interface ValueRow {
  id: number;
  callId: number | null;
  timeNs: number;
  name: string | null;
  value: string;
  file: string | null;
  line: number | null;
  column: number | null;
}

/** Writes, then results: each stands for a moment. Arguments are seen where they are written or returned again. */
function findValues({ sidecar }: EngineContext, { text, limit }: Query): SearchHit[] {
  const writes = sidecar.db
    .prepare(
      `SELECT id, call_id AS callId, time_ns AS timeNs, name, value, file, line, "column" FROM writes
       WHERE ${contains('value')} ORDER BY time_ns LIMIT ?`,
    )
    .all<ValueRow>(text, limit + 1);
  const results = sidecar.db
    .prepare(
      `SELECT c.thread_id * ${EVENTS_PER_THREAD} + c.end_event AS id, c.id AS callId, c.end_ns AS timeNs,
         f.name || '()' AS name, c.result AS value, f.file, f.line, f."column" FROM call_rows c
         LEFT JOIN function_rows f ON f.id = c.function_id
       WHERE c.end_event IS NOT NULL AND ${contains('c.result')} ORDER BY c.end_ns LIMIT ?`,
    )
    .all<ValueRow>(text, limit + 1);
  return [...writes, ...results]
    .sort((a, b) => a.timeNs - b.timeNs)
    .map((row) => {
      const { thread, call: event } = splitCallId(row.id);
      return {
        kind: 'value',
        title: row.name ?? '',
        detail: row.file === null ? '' : `${row.file}:${row.line}`,
        place: row.file === null ? null : { file: row.file, line: row.line ?? 0, column: row.column ?? 0 },
        at: atOrNull(thread, event, row.timeNs),
        call: callNameOrNull(row.callId),
        functionId: null,
        value: wireOfJson(JSON.parse(row.value) as Json),
      };
    });
}
