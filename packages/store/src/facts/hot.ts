import { chunkDetail } from '../detail/chunk-detail.ts';
import { readStack, stackStatement } from '../detail/detail-index.ts';
import { FunctionTimes, type FunctionTime } from '../detail/function-times.ts';
import type { Database } from '../driver/index.ts';
import { storeError } from '../errors.ts';
import { refreshFacts } from '../index/facts.ts';
import type { Progress } from '../index/progress.ts';
import { functionId } from '../index/row-ids.ts';
import { buildSeekIndex } from '../index/seek-index.ts';
import { chunkOfTime, firstChunkFrom, type ChunkInfo } from '../read/chunks.ts';
import { fileMatcher, functionMatcher } from '../read/match.ts';
import type { TimeRange } from '../read/moments.ts';
import type { Recording } from '../read/recording.ts';

/** What one function did. Times are of the recorded run: recording itself takes part of them. */
export interface FunctionFacts extends FunctionTime {
  /** Id in SQL. */
  id: number;
  module: number;
  name: string;
  kind: string;
  file: string;
  line: number;
  column: number;
  endLine: number;
  level: string;
}

export interface FunctionFilter {
  /** Name or glob. */
  function?: string;
  file?: string;
  thread?: number;
  range?: TimeRange;
}

/**
 * Every recorded function with its calls and time, those that never ran included. From tier 1 of the index, which is
 * brought up to date first; at the ends of a range the chunks themselves are read.
 */
export function functionFacts(
  recording: Recording,
  sidecar: Database,
  filter: FunctionFilter = {},
  onProgress?: (progress: Progress) => void,
): FunctionFacts[] {
  refreshFacts(recording, sidecar);
  const functions = wantedFunctions(sidecar, filter);
  const threads = recording
    .threads()
    .flatMap(({ id }) => (filter.thread === undefined || filter.thread === id ? [id] : []));
  buildSeekIndex(recording, sidecar, { threads, ...(onProgress && { onProgress }) });
  for (const thread of threads) {
    for (const [id, time] of timesOf(recording, sidecar, thread, filter.range)) add(functions.get(id), time);
  }
  return [...functions.values()];
}

function add(facts: FunctionFacts | undefined, time: FunctionTime): void {
  if (!facts) return;
  facts.calls += time.calls;
  facts.throws += time.throws;
  facts.selfNs += time.selfNs;
  facts.totalNs += time.totalNs;
}

/** The functions that a filter lets pass, nothing counted. Throws NO_SUCH_PLACE when there is none. */
function wantedFunctions(sidecar: Database, filter: FunctionFilter): Map<number, FunctionFacts> {
  const inFile = filter.file === undefined ? undefined : fileMatcher(filter.file);
  const isNamed = filter.function === undefined ? undefined : functionMatcher(filter.function);
  const rows = sidecar
    .prepare(
      `SELECT id, module_id AS module, name, kind, file, line, "column", end_line AS endLine, level, 0 AS calls,
         0 AS throws, 0 AS selfNs, 0 AS totalNs FROM function_rows ORDER BY id`,
    )
    .all<FunctionFacts>()
    .filter(({ name, file }) => (inFile?.(file) ?? true) && (isNamed?.(name) ?? true));
  if (rows.length === 0 && (inFile ?? isNamed)) {
    throw storeError('NO_SUCH_PLACE', [filter.function, filter.file].filter((text) => text !== undefined).join(' in '));
  }
  return new Map(rows.map((row) => [row.id, row]));
}

function* timesOf(
  recording: Recording,
  sidecar: Database,
  thread: number,
  range: TimeRange | undefined,
): Generator<[id: number, time: FunctionTime]> {
  const chunks = recording.chunks(thread);
  const from = range ? firstChunkFrom(chunks, range.fromNs) : 0;
  const to = range ? chunkOfTime(chunks, range.toNs) : chunks.length - 1;
  const [first, last] = [chunks[from], chunks[to]];
  if (!first || !last) return;
  // The time between two chunks belongs to the later one.
  const clipped = range ? [from, from + 1, to, to + 1].flatMap((i) => chunks[i] ?? []) : [];
  const ends = new Set<ChunkInfo>(clipped);
  const rows = sidecar
    .prepare(
      `SELECT function_id AS id, sum(calls) AS calls, sum(throws) AS throws, sum(self_ns) AS selfNs,
         sum(total_ns) AS totalNs FROM function_calls WHERE thread_id = ? AND chunk BETWEEN ? AND ?
         AND chunk NOT IN (SELECT value FROM json_each(?)) GROUP BY function_id`,
    )
    .all<FunctionTime & { id: number }>(
      thread,
      first.chunk,
      last.chunk,
      JSON.stringify([...ends].map(({ chunk }) => chunk)),
    );
  for (const row of rows) yield [row.id, row];
  for (const info of ends) yield* timesInChunk(recording, sidecar, thread, info, range!);
}

/** The part of a chunk that lies in the range. */
function* timesInChunk(
  recording: Recording,
  sidecar: Database,
  thread: number,
  info: ChunkInfo,
  range: TimeRange,
): Generator<[id: number, time: FunctionTime]> {
  const chunk = recording.tryChunk(thread, info);
  if (typeof chunk === 'string') return;
  const resolver = recording.resolver(thread);
  const before = readStack(stackStatement(sidecar), thread, info.chunk - 1);
  const functions = new FunctionTimes(range);
  const { stack } = chunkDetail(chunk, info.events, before, resolver, functions);
  for (const [siteId, time] of functions.finish(stack)) {
    const site = resolver.resolve(siteId);
    if (site) yield [functionId(site), time];
  }
}
