import type { Database, Statement } from '../driver/index.ts';
import { FACT_BITS } from './fact-chunks.ts';
import { END, POSITION, type SeekLookup, type SleepingCall } from '../read/past.ts';
import { Recent } from '../read/recent.ts';
import { lastBelow } from '../read/search.ts';
import { ownerOfCall, type Owner } from '../read/variables.ts';
import { wordsOf } from '../read/words.ts';

/** Sleeping calls that are listed for one moment. */
const ASLEEP_MAX = 10_000;

/** Owners and objects of which is remembered in which chunks something was done to them: any moment asks for the same. */
const OWNERS_MAX = 256;
const OBJECTS_MAX = 8192;

/** Answers from tier 1 for states and moves. Where it is not built, answers are undefined. */
export class SeekIndex implements SeekLookup {
  private readonly sql: Record<
    | 'reach'
    | 'end'
    | 'write'
    | 'asleep'
    | 'scope'
    | 'sites'
    | 'throws'
    | 'capture'
    | 'actAfter'
    | 'actBefore'
    | 'wokeAfter'
    | 'wokeBefore'
    | 'effect',
    Statement
  >;
  /** By thread: a chunk before which every stored one is known to be indexed. */
  private readonly reach = new Map<number, number>();
  private readonly owners = new Recent<string, { writes: ReadonlyMap<number, Int32Array>; end: number }>(OWNERS_MAX);
  private readonly objects = new Recent<string, { captures: Int32Array; end: number }>(OBJECTS_MAX);
  /** The last chunks of the owner asked for last. */
  private newest: LastChunks | undefined;

  constructor(sidecar: Database) {
    this.sql = {
      reach: sidecar.prepare(
        'SELECT max(chunk) AS last, sum(1 - whole) AS parts FROM seek_chunks WHERE thread_id = ? AND chunk < ?',
      ),
      write: sidecar.prepare(
        `SELECT variable, group_concat(chunk) AS chunks FROM last_writes WHERE thread_id = ? AND owner = ?
         GROUP BY variable`,
      ),
      asleep: sidecar.prepare(
        `SELECT call, site AS siteId, link, suspend_site AS suspendSite, event AS sinceEvent, time_ns AS sinceNs
         FROM sleeps WHERE thread_id = ? AND from_chunk < ? AND (to_chunk >= ? OR to_chunk IS NULL)
         ORDER BY event DESC LIMIT ${ASLEEP_MAX}`,
      ),
      end: sidecar.prepare(
        `SELECT coalesce((SELECT min(chunk) - 1 FROM seek_chunks WHERE thread_id = ? AND whole = 0),
           (SELECT max(chunk) FROM seek_chunks WHERE thread_id = ?), -1) AS chunk`,
      ),
      sites: sidecar.prepare('SELECT sites AS list FROM chunk_sites WHERE thread_id = ? AND chunk = ?'),
      throws: sidecar.prepare('SELECT facts FROM chunk_sites WHERE thread_id = ? AND chunk = ?'),
      capture: sidecar.prepare(
        'SELECT group_concat(chunk) AS chunks FROM object_captures WHERE thread_id = ? AND object = ?',
      ),
      actAfter: sidecar.prepare(
        'SELECT min(chunk) AS chunk FROM last_writes WHERE thread_id = ? AND owner = ? AND variable = ? AND chunk > ?',
      ),
      actBefore: sidecar.prepare(
        'SELECT max(chunk) AS chunk FROM last_writes WHERE thread_id = ? AND owner = ? AND variable = ? AND chunk < ?',
      ),
      wokeAfter: sidecar.prepare(
        'SELECT min(to_chunk) AS chunk FROM sleeps WHERE thread_id = ? AND call = ? AND to_chunk > ?',
      ),
      wokeBefore: sidecar.prepare(
        'SELECT max(to_chunk) AS chunk FROM sleeps WHERE thread_id = ? AND call = ? AND to_chunk < ?',
      ),
      effect: sidecar.prepare('SELECT min(chunk) AS chunk FROM effects WHERE thread_id = ? AND call = ? AND chunk > ?'),
      scope: sidecar.prepare('SELECT next_scope AS scope FROM seek_chunks WHERE thread_id = ? AND chunk = ?'),
    };
  }

  /** True when every stored chunk before this one is indexed. */
  private reaches(thread: number, chunk: number): boolean {
    if (chunk <= (this.reach.get(thread) ?? 0)) return true;
    const row = this.sql.reach.get<{ last: number | null; parts: number | null }>(thread, chunk);
    const known = row?.last === chunk - 1 && row.parts === 0;
    if (known) this.reach.set(thread, chunk);
    return known;
  }

  /** True when the chunk and every stored one before it are indexed, and nothing will be added to them. */
  covers(thread: number, chunk: number): boolean {
    return this.reaches(thread, chunk + 1);
  }

  lastWriteChunk(thread: number, owner: Owner, variable: number, beforeChunk: number): number | undefined {
    if (!this.reaches(thread, beforeChunk)) return undefined;
    const { newest } = this;
    const isNewest = newest?.owner === owner && newest.before === beforeChunk && newest.thread === thread;
    const { chunks } = isNewest ? newest : this.lastChunks(thread, owner, beforeChunk);
    return chunks.get(variable) ?? -1;
  }

  lastWriteChunks(thread: number, owner: Owner, beforeChunk: number): ReadonlyMap<number, number> | undefined {
    return this.reaches(thread, beforeChunk) ? this.lastChunks(thread, owner, beforeChunk).chunks : undefined;
  }

  private lastChunks(thread: number, owner: Owner, before: number): LastChunks {
    const chunks = new Map<number, number>();
    for (const [variable, all] of this.writesOf(thread, owner, before)) {
      const at = lastBelow(all, before);
      if (at >= 0) chunks.set(variable, all[at]!);
    }
    return (this.newest = { thread, owner, before, chunks });
  }

  /** Chunks that touched variables of an owner, by variable: all before this one, and perhaps later ones. */
  private writesOf(thread: number, owner: Owner, before: number): ReadonlyMap<number, Int32Array> {
    const key = `${thread}/${owner}`;
    let known = this.owners.get(key);
    if (!known || known.end < before) {
      const end = this.indexedUntil(thread, before);
      const rows = this.sql.write.all<{ variable: number; chunks: string }>(thread, owner);
      known = { writes: new Map(rows.map(({ variable, chunks }) => [variable, numbersIn(chunks)])), end };
      this.owners.set(key, known);
    }
    return known.writes;
  }

  /** A chunk before which every stored one is indexed: at least this one, of which that is known. */
  private indexedUntil(thread: number, atLeast: number): number {
    return Math.max(atLeast, this.sql.end.get<{ chunk: number }>(thread, thread)!.chunk + 1);
  }

  asleepAt(thread: number, chunk: number): SleepingCall[] | undefined {
    return this.reaches(thread, chunk) ? this.sql.asleep.all<SleepingCall>(thread, chunk, chunk) : undefined;
  }

  nextScope(thread: number, chunk: number): number | undefined {
    return this.sql.scope.get<{ scope: number | null }>(thread, chunk)?.scope ?? undefined;
  }

  mentions(thread: number, chunk: number, sites: readonly number[]): boolean | undefined {
    const list = numbersOf(this.sql.sites.get<{ list: Uint8Array }>(thread, chunk)?.list);
    return list && sites.some((site) => holds(list, site));
  }

  throws(thread: number, chunk: number): boolean | undefined {
    const row = this.sql.throws.get<{ facts: number }>(thread, chunk);
    return row && (row.facts & FACT_BITS.throws) !== 0;
  }

  actionChunk(thread: number, call: number, chunk: number, direction: 'after' | 'before'): number | undefined {
    const { actAfter, actBefore, wokeAfter, wokeBefore } = this.sql;
    const owner = ownerOfCall(call);
    const [act, woke] = direction === 'after' ? [actAfter, wokeAfter] : [actBefore, wokeBefore];
    if (direction === 'before' && !this.reaches(thread, chunk)) return undefined;
    const found = [
      act.get<ChunkRow>(thread, owner, POSITION, chunk),
      act.get<ChunkRow>(thread, owner, END, chunk),
      woke.get<ChunkRow>(thread, call, chunk),
    ].flatMap((row) => (row?.chunk === null || row === undefined ? [] : [row.chunk]));
    if (direction === 'before') return Math.max(-1, ...found);
    return this.within(thread, chunk, found.length > 0 ? Math.min(...found) : undefined);
  }

  effectChunk(thread: number, call: number, afterChunk: number): number | undefined {
    return this.within(thread, afterChunk, this.sql.effect.get<ChunkRow>(thread, call, afterChunk)?.chunk ?? undefined);
  }

  /** `found` if it lies in the part that is indexed, else the first chunk behind that. */
  private within(thread: number, chunk: number, found: number | undefined): number | undefined {
    const end = this.sql.end.get<{ chunk: number }>(thread, thread)!.chunk;
    if (end <= chunk) return undefined;
    return found !== undefined && found <= end ? found : end + 1;
  }

  captureChunk(thread: number, object: number, beforeChunk: number): number | undefined {
    if (!this.reaches(thread, beforeChunk)) return undefined;
    const key = `${thread}/${object}`;
    let known = this.objects.get(key);
    if (!known || known.end < beforeChunk) {
      const end = this.indexedUntil(thread, beforeChunk);
      const row = this.sql.capture.get<{ chunks: string | null }>(thread, object);
      known = { captures: row?.chunks ? numbersIn(row.chunks) : NO_CHUNKS, end };
      this.objects.set(key, known);
    }
    return known.captures[lastBelow(known.captures, beforeChunk)] ?? -1;
  }
}

const NO_CHUNKS = new Int32Array(0);

/** Numbers of a list with commas, ascending. */
function numbersIn(list: string): Int32Array {
  return Int32Array.from(list.split(','), Number).sort();
}

/** The last chunks before one that touched the variables of an owner. */
interface LastChunks {
  thread: number;
  owner: Owner;
  before: number;
  chunks: ReadonlyMap<number, number>;
}

interface ChunkRow {
  chunk: number | null;
}

function numbersOf(bytes: Uint8Array | undefined): Uint32Array | undefined {
  if (!bytes) return undefined;
  const { buffer, byteOffset, length } = wordsOf(bytes);
  return new Uint32Array(buffer, byteOffset, length);
}

function holds(ascending: Uint32Array, wanted: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === wanted;
}
