import { DetailIndexer } from '../detail/detail-index.ts';
import type { FunctionTime } from '../detail/function-times.ts';
import type { Database, Statement } from '../driver/index.ts';
import { findFlowNow } from '../places/find-flow-now.ts';
import { framePlacer } from '../places/frame-places.ts';
import { encodeDigest } from '../read/chunk-digest.ts';
import { ChunkMapper } from '../read/chunk-map.ts';
import { ChunkReplay } from '../read/chunk-replay.ts';
import { chunkOfEvent, type ChunkInfo } from '../read/chunks.ts';
import type { SeekLookup, SleepingCall } from '../read/past.ts';
import type { Moment } from '../read/moments.ts';
import type { Recording } from '../read/recording.ts';
import { stateAt, type State } from '../read/state.ts';
import type { Progress } from './progress.ts';
import { SeekScanner, type ChunkSeek } from './seek-scan.ts';
import { functionId } from './row-ids.ts';
import { SeekIndex } from './seek-lookup.ts';

export interface SeekBuild {
  /** Threads to index; all when left out. */
  threads?: readonly number[];
  /** Index up to the chunk that holds this event (with one thread in `threads`). */
  untilEvent?: number;
  onProgress?: (progress: Progress) => void;
}

/**
 * Brings tier 1 up to date: one pass over the chunks that it does not cover yet, in order. Every chunk is a transaction
 * of its own, so it can be stopped and continued, and several processes may do it at once. A chunk that is still
 * growing counts for calls per function only, and is scanned again later.
 */
export function buildSeekIndex(recording: Recording, sidecar: Database, options: SeekBuild = {}): void {
  const untilEvent = options.untilEvent ?? Number.POSITIVE_INFINITY;
  const index = seekIndexOf(sidecar);
  const behind = (options.threads ?? recording.threads().map((thread) => thread.id)).filter((thread) => {
    const chunks = recording.chunks(thread);
    const last = chunks[chunkOfEvent(chunks, untilEvent)];
    return last !== undefined && !index.covers(thread, last.chunk);
  });
  if (behind.length === 0) return;
  const builder = new SeekBuilder(recording, sidecar);
  const work = behind.map((thread) => {
    const wanted = recording.chunks(thread).filter((chunk) => chunk.firstEvent <= untilEvent);
    return { thread, chunks: builder.missing(thread, wanted) };
  });
  const totalEvents = work.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.events, 0);
  let doneEvents = 0;
  for (const { thread, chunks } of work) {
    builder.begin(thread);
    for (const info of chunks) {
      builder.add(info);
      doneEvents += info.events;
      options.onProgress?.({ doneEvents, totalEvents });
    }
  }
}

class SeekBuilder {
  private readonly recording: Recording;
  private readonly db: Database;
  private readonly sql: Record<
    'cover' | 'calls' | 'touch' | 'sleep' | 'wake' | 'covered' | 'asleep' | 'sites' | 'capture' | 'effect' | 'map',
    Statement
  >;
  private thread = 0;
  private scanner: SeekScanner | undefined;
  private detail!: DetailIndexer;

  constructor(recording: Recording, db: Database) {
    this.recording = recording;
    this.db = db;
    this.sql = {
      covered: db.prepare('SELECT chunk, words, whole FROM seek_chunks WHERE thread_id = ?'),
      cover: db.prepare('INSERT OR REPLACE INTO seek_chunks VALUES(?, ?, ?, ?, ?)'),
      calls: db.prepare('INSERT OR REPLACE INTO function_calls VALUES(?, ?, ?, ?, ?, ?, ?)'),
      sites: db.prepare('INSERT OR REPLACE INTO chunk_sites VALUES(?, ?, ?, ?)'),
      capture: db.prepare('INSERT OR IGNORE INTO object_captures VALUES(?, ?, ?)'),
      map: db.prepare('INSERT OR REPLACE INTO chunk_maps VALUES(?, ?, ?, ?, ?)'),
      effect: db.prepare('INSERT OR IGNORE INTO effects VALUES(?, ?, ?)'),
      touch: db.prepare('INSERT OR IGNORE INTO last_writes VALUES(?, ?, ?, ?)'),
      sleep: db.prepare('INSERT OR IGNORE INTO sleeps VALUES(?, ?, ?, NULL, ?, ?, ?, ?, ?)'),
      wake: db.prepare('UPDATE sleeps SET to_chunk = ? WHERE thread_id = ? AND call = ? AND to_chunk IS NULL'),
      asleep: db.prepare(
        `SELECT call, site AS siteId, link, suspend_site AS suspendSite, event AS sinceEvent, time_ns AS sinceNs
         FROM sleeps WHERE thread_id = ? AND to_chunk IS NULL`,
      ),
    };
  }

  private covered(thread: number): Map<number, { words: number; whole: number }> {
    const rows = this.sql.covered.all<{ chunk: number; words: number; whole: number }>(thread);
    return new Map(rows.map((row) => [row.chunk, row]));
  }

  /** Chunks to scan: those not covered whole. A chunk that has not grown since it was scanned is left out. */
  missing(thread: number, chunks: readonly ChunkInfo[]): ChunkInfo[] {
    const covered = this.covered(thread);
    return chunks.filter((chunk, i) => {
      const known = covered.get(chunk.chunk);
      if (!known) return true;
      return known.whole === 0 && (known.words !== chunk.words || isWhole(chunk, i < chunks.length - 1));
    });
  }

  begin(thread: number): void {
    this.thread = thread;
    this.scanner = undefined;
    this.detail = new DetailIndexer(this.recording, thread, this.db);
  }

  /** Scans one chunk and stores what it adds. */
  add(info: ChunkInfo): void {
    const { recording, thread } = this;
    const last = recording.chunks(thread).at(-1);
    const whole = isWhole(info, last !== undefined && last.chunk > info.chunk);
    this.db.transaction(() => {
      const known = this.covered(thread).get(info.chunk);
      if (known?.whole === 1) {
        // Another process was faster; it also knows what sleeps now.
        this.scanner = undefined;
        return;
      }
      this.scanner ??= new SeekScanner(recording.resolver(thread), this.asleep());
      const chunk = recording.tryChunk(thread, info);
      if (typeof chunk === 'string') {
        this.sql.cover.run(thread, info.chunk, info.words, whole ? 1 : 0, null);
        return;
      }
      const mapper = new ChunkMapper(chunk, info.events);
      const replay = new ChunkReplay(chunk.header, recording.resolver(thread));
      const detail = this.detail.begin(chunk, info);
      const seek = this.scanner.scan(chunk, mapper, (scanner) => {
        detail(scanner);
        replay.step(scanner);
      });
      this.storeFunctions(info, this.detail.end(info, whole));
      if (whole) {
        this.storeWhole(info, seek);
        const map = mapper.finish().encode();
        this.sql.map.run(thread, info.chunk, chunk.words.length, encodeDigest(replay), map);
      } else this.scanner = undefined;
      this.sql.cover.run(thread, info.chunk, chunk.words.length, whole ? 1 : 0, chunk.header.nextScope);
    }, 'immediate');
  }

  private asleep(): Map<number, SleepingCall> {
    const rows = this.sql.asleep.all<SleepingCall>(this.thread);
    return new Map(rows.map((row) => [row.call, row]));
  }

  private storeFunctions(info: ChunkInfo, bySite: ReadonlyMap<number, FunctionTime>): void {
    const resolver = this.recording.resolver(this.thread);
    const byFunction = new Map<number, FunctionTime>();
    for (const [siteId, time] of bySite) {
      const site = resolver.resolve(siteId);
      if (!site) continue;
      // A module that was loaded twice has two sites for one function.
      const id = functionId(site);
      const known = byFunction.get(id);
      byFunction.set(id, known ? sumOf(known, time) : time);
    }
    for (const [id, { calls, throws, selfNs, totalNs }] of byFunction) {
      this.sql.calls.run(id, this.thread, info.chunk, calls, throws, Math.round(selfNs), Math.round(totalNs));
    }
  }

  private storeWhole(info: ChunkInfo, seek: ChunkSeek): void {
    const { thread } = this;
    for (const [owner, variables] of seek.touched) {
      for (const variable of variables) this.sql.touch.run(thread, owner, variable, info.chunk);
    }
    this.sql.sites.run(thread, info.chunk, seek.facts, bytesOf(seek.sites));
    for (const id of seek.objects) this.sql.capture.run(thread, id, info.chunk);
    for (const call of seek.causes) this.sql.effect.run(thread, call, info.chunk);
    for (const call of seek.woken) this.sql.wake.run(info.chunk, thread, call);
    for (const { call, siteId, link, suspendSite, sinceEvent, sinceNs } of seek.slept) {
      this.sql.sleep.run(thread, call, info.chunk, siteId, link, suspendSite, sinceEvent, sinceNs);
    }
  }
}

function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function sumOf(a: FunctionTime, b: FunctionTime): FunctionTime {
  return {
    calls: a.calls + b.calls,
    throws: a.throws + b.throws,
    selfNs: a.selfNs + b.selfNs,
    totalNs: a.totalNs + b.totalNs,
  };
}

/** Nothing will be added to the chunk: it says so, or a later one exists. */
function isWhole(chunk: ChunkInfo, hasLater: boolean): boolean {
  return chunk.final || hasLater;
}

/** What tier 1 of a sidecar knows, for `stateAt`, `move` and their like. Where it is not built they look everywhere. */
export function seekLookup(sidecar: Database): SeekLookup {
  return seekIndexOf(sidecar);
}

const lookups = new WeakMap<Database, SeekIndex>();

/** One per open sidecar: it remembers what it was asked last. */
function seekIndexOf(sidecar: Database): SeekIndex {
  let known = lookups.get(sidecar);
  if (!known) lookups.set(sidecar, (known = new SeekIndex(sidecar)));
  return known;
}

/**
 * Stack and variables just after a moment, as `stateAt`, with the seek index brought up to that moment. The first
 * question about a large recording takes as long as scanning it up to there.
 */
export function readState(
  recording: Recording,
  sidecar: Database,
  moment: Moment,
  onProgress?: (progress: Progress) => void,
): State {
  const { thread, event } = moment;
  buildSeekIndex(recording, sidecar, { threads: [thread], untilEvent: event, ...(onProgress && { onProgress }) });
  return stateAt(recording, thread, event, seekIndexOf(sidecar), { placer: framePlacer(findFlowNow) });
}
