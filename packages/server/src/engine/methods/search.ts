/*
 * Search. Names and source by rank, values and output by the engine of `tracer search` (also conditions such as
 * `price > 100`), errors and requests from the rows of facts.
 */
import { formatCall, valueToText, type Value } from '@execution-cinema/format';
import {
  FUNCTIONS_PER_MODULE,
  isPredicate,
  rowCoverage,
  searchText,
  searchValues,
  type Progress,
  type SearchHit as StoreHit,
} from '@execution-cinema/store';
import { encodeValue, type SearchHit, type SearchKind, type SearchResult } from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import { excerptOf } from '../excerpt.ts';
import type { Job } from '../job.ts';
import { at, atOrNull, callNameOrNull } from '../views/basics.ts';
import type { Answer } from './method.ts';

const LIMIT_DEFAULT = 20;
/** A recording with no more events is indexed whole for a search; a longer one as far as it is indexed already. */
const INDEXED_EVENTS_MAX = 3_000_000;
const TEXT_LENGTH_MAX = 200;

const ALL: readonly SearchKind[] = ['function', 'file', 'exception', 'log', 'request', 'value', 'source'];
const FROM_ROWS: ReadonlySet<SearchKind> = new Set(['exception', 'request']);

interface Query {
  /** As it was typed; values and output are searched for exactly this. */
  asked: string;
  /** In small letters. */
  text: string;
  limit: number;
}

export const search: Answer<'search'> = (context, params, job) => {
  const kinds = params.kinds ?? ALL;
  const query = { asked: params.text, text: params.text.toLowerCase(), limit: params.limit ?? LIMIT_DEFAULT };
  const result: SearchResult = { hits: [], more: [], coverage: 1 };
  if (query.text === '') return result;
  if (kinds.some((kind) => FROM_ROWS.has(kind))) result.coverage = prepare(context, job);
  for (const kind of ALL) {
    if (!kinds.includes(kind)) continue;
    job.checkpoint();
    const { hits, coverage } =
      kind === 'value' || kind === 'log'
        ? scan(context, query, kind, job)
        : { hits: FINDERS[kind](context, query), coverage: 1 };
    result.coverage = Math.min(result.coverage, coverage);
    if (hits.length > query.limit) result.more.push(kind);
    result.hits.push(...hits.slice(0, query.limit));
  }
  return result;
};

/** Indexes what is not too long, and says how much is. */
function prepare(context: EngineContext, job: Job): number {
  const { recording, sidecar } = context;
  const events = recording.threads().reduce((sum, { stored }) => sum + stored, 0);
  if (events <= INDEXED_EVENTS_MAX) context.buildRows(job, ['calls']);
  const covered = rowCoverage(recording, sidecar.db).filter(({ group }) => group === 'calls');
  const total = covered.reduce((sum, { events: all }) => sum + all, 0);
  return total === 0 ? 1 : covered.reduce((sum, { eventsCovered }) => sum + eventsCovered, 0) / total;
}

const EMPTY: Omit<SearchHit, 'kind' | 'title' | 'detail'> = {
  excerpt: null,
  function: null,
  place: null,
  at: null,
  call: null,
  functionId: null,
  value: null,
};

const FINDERS: Record<Exclude<SearchKind, 'log' | 'value'>, (context: EngineContext, query: Query) => SearchHit[]> = {
  function: findFunctions,
  file: findFiles,
  source: findSource,
  exception: findExceptions,
  request: findRequests,
};

function findFunctions({ recording }: EngineContext, { text, limit }: Query): SearchHit[] {
  const hits: (SearchHit & { rank: number })[] = [];
  for (const id of recording.moduleIds()) {
    const module = recording.module(id);
    module?.sites?.functions.forEach(({ name, source, line, column, kind }, i) => {
      const found = name.toLowerCase().lastIndexOf(text);
      if (found < 0 || kind === 'module') return;
      const file = module.sites!.sources[source] ?? module.file;
      // Whole names first, then beginnings.
      const rank = name.length - text.length + (found === 0 || name[found - 1] === '.' ? 0 : 1_000);
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
    for (const [source, file] of (module?.sites?.sources ?? (module ? [module.file] : [])).entries()) {
      const whole = module!.textOf(source);
      if (!whole?.toLowerCase().includes(text)) continue;
      for (const [i, line] of whole.split('\n').entries()) {
        const column = line.toLowerCase().indexOf(text);
        if (column < 0) continue;
        const title = line.trim().slice(0, TEXT_LENGTH_MAX);
        const excerpt = excerptOf(line, text);
        const place = { file, line: i + 1, column };
        hits.push({ ...EMPTY, kind: 'source', title, excerpt, detail: `${file}:${i + 1}`, place });
        if (hits.length > limit) return hits;
      }
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

/** What the engine finds within this time is shown; how much of the recording that was is said. */
const SCAN_MS = 4_000;

class EnoughTime extends Error {}

/** Values and lines of output: of the first that are found thread by thread, in order of time. */
function scan(
  { recording }: EngineContext,
  { asked, limit }: Query,
  kind: 'value' | 'log',
  job: Job,
): { hits: SearchHit[]; coverage: number } {
  const endMs = performance.now() + SCAN_MS;
  let coverage = 1;
  const onProgress = ({ doneEvents, totalEvents }: Progress): void => {
    job.progress('searching', doneEvents, totalEvents);
    if (performance.now() <= endMs) return;
    coverage = totalEvents === 0 ? 1 : doneEvents / totalEvents;
    throw new EnoughTime();
  };
  const hits: SearchHit[] = [];
  try {
    const isCondition = kind === 'value' && isPredicate(asked);
    const found = isCondition
      ? searchValues(recording, asked, { onProgress })
      : searchText(recording, asked, { onProgress }, new Set([kind]));
    for (const hit of found) {
      hits.push(hitView(hit, kind, asked));
      if (hits.length > limit) break;
    }
  } catch (error) {
    if (!(error instanceof EnoughTime)) throw error;
  }
  return { hits: hits.sort((a, b) => a.at!.timeNs - b.at!.timeNs), coverage };
}

/** Shown whole: nothing of it needs to be found. */
function isNumber(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function hitView(hit: StoreHit, kind: 'value' | 'log', asked: string): SearchHit {
  const { thread, event, timeNs, call, function: name, file, line, value } = hit;
  const place = file === '' ? null : { file, line, column: 0 };
  const where = place ? `${file}:${line}` : '';
  const isLog = kind === 'log';
  const text = isLog && typeof value === 'string' ? value : '';
  return {
    kind,
    title: isLog ? text.trim().slice(0, TEXT_LENGTH_MAX) : hit.name || `${name}()`,
    excerpt: isNumber(value) ? null : excerptOf(typeof value === 'string' ? value : valueToText(value), asked),
    function: name === '' ? null : name,
    detail: where,
    place,
    at: at(thread, event, timeNs),
    call: call > 0 ? formatCall(thread, call) : null,
    functionId: null,
    value: isLog ? null : encodeValue(value),
  };
}
