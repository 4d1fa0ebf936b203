import type { Database, Statement } from '../driver/index.ts';
import { chunkOfTime, firstChunkFrom, type ChunkInfo } from '../read/chunks.ts';
import { END } from '../read/past.ts';
import { functionMatcher } from '../read/match.ts';
import type { TimeRange } from '../read/moments.ts';
import type { Recording } from '../read/recording.ts';
import { ownerOfCall } from '../read/variables.ts';
import { splitCallId } from '@execution-cinema/format';
import { linkChains } from './link-chains.ts';
import { chunksInFlight, chunksWith, type Fact } from './fact-chunks.ts';
import type { Progress } from './progress.ts';
import { RowBuilder, type Carry, type ChunkResult } from './row-builder.ts';
import { buildSeekIndex } from './seek-index.ts';
import { CACHE_KIB } from './sidecar.ts';
import { GROUP_INDEXES, ROW_GROUPS, type RowGroup } from './sidecar-schema.ts';

export interface RowBuild {
  /** Default: all. */
  groups?: readonly RowGroup[];
  /** Only chunks with something in this range. */
  range?: TimeRange;
  /** Only chunks in which one of these functions is called, or a call of it ends; names or globs. */
  functions?: readonly string[];
  /** Only chunks that hold this: enough for a list of it. */
  fact?: Fact;
  onProgress?: (progress: Progress) => void;
}

/** What is indexed of one thread, in one group of rows. */
export interface GroupCoverage {
  thread: number;
  group: RowGroup;
  chunks: number;
  chunksCovered: number;
  events: number;
  eventsCovered: number;
  /** Covered spans of time, merged, in order. */
  ranges: TimeRange[];
  /** Chunks that cannot be read, with the reason. */
  damaged: { chunk: number; reason: string }[];
}

/** Pages kept while rows are built: their indexes are written to all over. */
const BUILD_CACHE_KIB = 65_536;

/**
 * Builds rows (tier 2) for the chunks that are not covered yet: of the whole recording, of a range, or of some
 * functions. A transaction per chunk: it can be stopped and continued, and several processes may do it at once.
 */
export function buildRows(recording: Recording, sidecar: Database, options: RowBuild = {}): void {
  sidecar.exec(`PRAGMA cache_size = -${BUILD_CACHE_KIB}`);
  try {
    buildGroups(recording, sidecar, options);
  } finally {
    sidecar.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  }
}

function buildGroups(recording: Recording, sidecar: Database, options: RowBuild): void {
  const groups = options.groups ?? ROW_GROUPS;
  if (options.functions || options.fact) {
    buildSeekIndex(recording, sidecar, options.onProgress ? { onProgress: options.onProgress } : {});
  }
  const select = (): ThreadWork[] =>
    recording.threads().map(({ id }) => ({ thread: id, chunks: selectChunks(recording, sidecar, id, options) }));
  let hasNew = false;
  const build = (work: readonly ThreadWork[]): void => {
    // Again while a chunk made one known as incomplete that was indexed before it.
    while (buildWork(recording, sidecar, groups, work, options.onProgress) > 0) hasNew = true;
  };
  build(select());
  if (options.functions) {
    const ids = functionIds(sidecar, options.functions);
    build(select().map(({ thread }) => ({ thread, chunks: chunksOfEnds(recording, sidecar, thread, ids) })));
  }
  if (options.fact === 'throws') {
    // On its way up an exception may pass through chunks in which nothing is thrown.
    const inFlight = (): ThreadWork[] =>
      recording.threads().map(({ id }) => ({ thread: id, chunks: chunksInFlight(recording, sidecar, id) }));
    while (buildWork(recording, sidecar, groups, inFlight(), options.onProgress) > 0) hasNew = true;
  }
  for (const group of groups) sidecar.exec(GROUP_INDEXES[group]);
  if (!groups.includes('calls')) return;
  inheritCorrelations(sidecar);
  endCalls(recording, sidecar);
  if (hasNew) linkChains(sidecar);
}

/** Calls that were indexed before the chunk in which their caller began belong to its asynchronous chain. */
function inheritCorrelations(sidecar: Database): void {
  const update = sidecar.prepare(
    `UPDATE call_rows SET correlation_id = (SELECT c.correlation_id FROM call_rows c WHERE c.id = call_rows.parent_id)
     WHERE correlation_id IS NULL AND parent_id IS NOT NULL
       AND (SELECT c.correlation_id FROM call_rows c WHERE c.id = call_rows.parent_id) IS NOT NULL`,
  );
  while (update.run().changes > 0);
}

/**
 * Calls that were open when their thread ended (process.exit, an uncaught error) end with it, once `isRead` says that
 * the thread was read to its end.
 */
export function endCalls(recording: Recording, sidecar: Database, isRead = hasRowsOfThread): void {
  const complete = new Set(recording.processes().flatMap((row) => (row.complete ? [row.id] : [])));
  const update = sidecar.prepare(
    "UPDATE call_rows SET outcome = 'terminated', end_ns = ? WHERE thread_id = ? AND outcome = 'running'",
  );
  for (const { id, processId, endNs } of recording.threads()) {
    if (endNs === null || !complete.has(processId)) continue;
    if (isRead(recording, sidecar, id)) update.run(endNs, id);
  }
}

function hasRowsOfThread(recording: Recording, sidecar: Database, thread: number): boolean {
  const covers = new Coverage(sidecar);
  return recording.chunks(thread).every((info) => covers.missing(thread, info, ['calls']).size === 0);
}

/** Events of chunks that hold a fact, as far as tier 1 knows, and have no rows of calls yet. */
export function eventsWithoutRows(recording: Recording, sidecar: Database, fact: Fact): number {
  const covers = new Coverage(sidecar);
  const missing = recording
    .threads()
    .flatMap(({ id }) =>
      chunksWith(recording, sidecar, id, fact).filter((info) => covers.missing(id, info, ['calls']).size > 0),
    );
  return missing.reduce((sum, { events }) => sum + events, 0);
}

/** Whether every chunk has its rows of calls. */
export function hasCallRows(recording: Recording, sidecar: Database): boolean {
  return recording.threads().every(({ id }) => hasRowsOfThread(recording, sidecar, id));
}

interface ThreadWork {
  thread: number;
  chunks: ChunkInfo[];
}

/** Builds the chunks of `work` that are missing. Returns how many there were. */
function buildWork(
  recording: Recording,
  sidecar: Database,
  groups: readonly RowGroup[],
  work: readonly ThreadWork[],
  onProgress: RowBuild['onProgress'],
): number {
  const covers = new Coverage(sidecar);
  const missing = work.map(({ thread, chunks }) => ({
    thread,
    chunks: chunks.filter((info) => covers.missing(thread, info, groups).size > 0),
  }));
  const totalEvents = missing.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.events, 0);
  let doneEvents = 0;
  for (const { thread, chunks } of missing) {
    const builder = new RowBuilder(recording, thread, sidecar);
    for (const info of chunks) {
      sidecar.transaction(() => {
        const wanted = covers.missing(thread, info, groups);
        if (wanted.size === 0) return;
        const carry = wanted.has('calls') ? covers.carry(thread, info.chunk - 1) : undefined;
        const result = builder.addChunk(info, wanted, carry);
        for (const group of wanted) covers.add(thread, info, group, result);
      }, 'immediate');
      doneEvents += info.events;
      onProgress?.({ doneEvents, totalEvents });
    }
  }
  return missing.reduce((sum, { chunks }) => sum + chunks.length, 0);
}

/** The table `coverage`. */
class Coverage {
  private readonly select: Statement;
  private readonly insert: Statement;
  private readonly carryOf: Statement;
  private readonly forget: Statement;

  constructor(db: Database) {
    this.select = db.prepare('SELECT row_group, words, whole FROM coverage WHERE thread_id = ? AND chunk = ?');
    this.insert = db.prepare('INSERT OR REPLACE INTO coverage VALUES(?, ?, ?, ?, ?, ?, ?)');
    this.forget = db.prepare("DELETE FROM coverage WHERE thread_id = ? AND chunk = ? AND row_group = 'calls'");
    this.carryOf = db.prepare(
      "SELECT carry FROM coverage WHERE thread_id = ? AND chunk = ? AND row_group = 'calls' AND whole = 1",
    );
  }

  /** Groups of which the chunk has no rows yet, or had fewer words when they were made. */
  missing(thread: number, info: ChunkInfo, groups: readonly RowGroup[]): Set<RowGroup> {
    const rows = this.select.all<{ row_group: RowGroup; words: number; whole: number }>(thread, info.chunk);
    const done = new Set<RowGroup>();
    for (const row of rows) {
      if (row.words >= info.words && (row.whole === 1 || !info.final)) done.add(row.row_group);
    }
    return new Set(groups.filter((group) => !done.has(group)));
  }

  carry(thread: number, chunk: number): Carry | undefined {
    const row = this.carryOf.get<{ carry: string | null }>(thread, chunk);
    return row?.carry ? (JSON.parse(row.carry) as Carry) : undefined;
  }

  add(thread: number, info: ChunkInfo, group: RowGroup, { words, carry, damage }: ChunkResult): void {
    const text = group === 'calls' && carry ? JSON.stringify(carry) : null;
    if (carry && carry.inFlight.length + carry.pending.length > 0 && this.carry(thread, info.chunk) === undefined) {
      // The next chunk, if it is indexed already, was so without knowing this.
      this.forget.run(thread, info.chunk + 1);
    }
    this.insert.run(thread, info.chunk, group, words, info.final ? 1 : 0, text, damage ?? null);
  }
}

function selectChunks(recording: Recording, sidecar: Database, thread: number, options: RowBuild): ChunkInfo[] {
  const { range, functions, fact } = options;
  let chunks = fact ? chunksWith(recording, sidecar, thread, fact) : (recording.chunks(thread) as ChunkInfo[]);
  if (range) {
    chunks = chunks.slice(firstChunkFrom(chunks, range.fromNs), chunkOfTime(chunks, range.toNs) + 1);
  }
  if (functions) {
    const wanted = chunksOfFunctions(sidecar, thread, functions);
    chunks = chunks.filter(({ chunk }) => wanted.has(chunk));
  }
  return chunks;
}

/** Ids of functions whose name is meant by one of the patterns. */
export function functionIds(sidecar: Database, patterns: readonly string[]): number[] {
  const matchers = patterns.map(functionMatcher);
  return sidecar
    .prepare('SELECT id, name FROM function_rows')
    .all<{ id: number; name: string }>()
    .filter(({ name }) => matchers.some((matches) => matches(name)))
    .map(({ id }) => id);
}

function chunksOfFunctions(sidecar: Database, thread: number, patterns: readonly string[]): Set<number> {
  const select = sidecar.prepare(
    'SELECT chunk FROM function_calls WHERE function_id = ? AND thread_id = ? AND calls > 0',
  );
  const ids = functionIds(sidecar, patterns);
  return new Set(ids.flatMap((id) => select.all<{ chunk: number }>(id, thread)).map(({ chunk }) => chunk));
}

/** Chunks in which calls of these functions ended that began in an indexed one. */
function chunksOfEnds(
  recording: Recording,
  sidecar: Database,
  thread: number,
  functions: readonly number[],
): ChunkInfo[] {
  const open = sidecar
    .prepare(
      `SELECT id FROM call_rows WHERE thread_id = ? AND end_event IS NULL
         AND function_id IN (SELECT value FROM json_each(?))`,
    )
    .all<{ id: number }>(thread, JSON.stringify(functions));
  const select = sidecar.prepare('SELECT chunk FROM last_writes WHERE thread_id = ? AND owner = ? AND variable = ?');
  const wanted = new Set<number>();
  for (const { id } of open) {
    const row = select.get<{ chunk: number }>(thread, ownerOfCall(splitCallId(id).call), END);
    if (row) wanted.add(row.chunk);
  }
  return recording.chunks(thread).filter(({ chunk }) => wanted.has(chunk));
}

/** What is indexed, per thread and group. */
export function rowCoverage(recording: Recording, sidecar: Database): GroupCoverage[] {
  const select = sidecar.prepare(
    'SELECT chunk, words, damage FROM coverage WHERE thread_id = ? AND row_group = ? ORDER BY chunk',
  );
  return recording.threads().flatMap(({ id: thread }) =>
    ROW_GROUPS.map((group) => {
      const rows = select.all<CoverageRow>(thread, group);
      return groupCoverage(thread, group, recording.chunks(thread), new Map(rows.map((row) => [row.chunk, row])));
    }),
  );
}

interface CoverageRow {
  chunk: number;
  words: number;
  damage: string | null;
}

function groupCoverage(
  thread: number,
  group: RowGroup,
  chunks: readonly ChunkInfo[],
  rows: ReadonlyMap<number, CoverageRow>,
): GroupCoverage {
  const ranges: TimeRange[] = [];
  const damaged: GroupCoverage['damaged'] = [];
  let chunksCovered = 0;
  let eventsCovered = 0;
  let open: TimeRange | undefined;
  for (const info of chunks) {
    const row = rows.get(info.chunk);
    if (row?.damage) damaged.push({ chunk: info.chunk, reason: row.damage });
    if (!row || row.words < info.words) {
      open = undefined;
      continue;
    }
    chunksCovered++;
    eventsCovered += info.events;
    if (open) open.toNs = info.endNs;
    else ranges.push((open = { fromNs: info.startNs, toNs: info.endNs }));
  }
  const events = chunks.reduce((sum, info) => sum + info.events, 0);
  return { thread, group, chunks: chunks.length, chunksCovered, events, eventsCovered, ranges, damaged };
}
