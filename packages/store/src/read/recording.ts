import { existsSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import type { ModuleSites } from '@execution-cinema/format';
import type { Database, Statement } from '../driver/index.ts';
import { StoreError } from '../errors.ts';
import { schemaVersion } from '../schema/migrations.ts';
import { openForReading, readMeta, type RecordingMeta } from '../schema/open-recording.ts';
import { Chunk, joinFragments, type ChunkInfo } from './chunks.ts';
import { SiteResolver, type Load, type ModuleInfo } from './sites.ts';
import { copyAside } from './temporary-place.ts';

export interface ProcessRow {
  id: number;
  pid: number;
  parentId: number | null;
  argv: string[];
  cwd: string;
  node: string;
  /** Effective configuration of the process; null when it does not parse. */
  config: unknown;
  startNs: number;
  endNs: number | null;
  exitCode: number | null;
  signal: string | null;
  /** Drained to its end. */
  complete: boolean;
  heartbeatNs: number;
}

export interface ThreadRow {
  id: number;
  processId: number;
  kind: string;
  name: string;
  parentId: number | null;
  startNs: number;
  endNs: number | null;
  /** Events; produced = stored + dropped + pruned. */
  produced: number;
  stored: number;
  dropped: number;
  pruned: number;
}

/** Events that are missing, where they would be. */
export interface Gap {
  threadId: number;
  timeNs: number;
  /** First event after the gap. */
  event: number;
  dropped: number;
  reason: string;
}

/** What the user must know: lost data, degraded sites. */
export interface Note {
  processId: number;
  timeNs: number;
  kind: string;
  text: string;
}

/** Chunks that the flight recorder has deleted. */
export interface Pruned {
  threadId: number;
  events: number;
  calls: number;
  startNs: number;
  endNs: number;
}

/** What an index has stored about chunks, told by thread, number and words: undefined for what it does not have. */
export interface ChunkIndex {
  /** What `readChunkMap` reads. */
  map(thread: number, chunk: number, words: number): Uint8Array | undefined;
  /** What `ChunkDigest` reads. */
  digest(thread: number, chunk: number, words: number): Uint8Array | undefined;
}

/** Chunks kept decoded-ready in memory per recording. */
const CHUNK_CACHE_COUNT = 16;

/**
 * A recording opened for reading. Never writes, and holds no read transaction between two calls, so it can read what
 * is still being written. `refresh()` picks up what was added since.
 */
export class Recording {
  readonly file: string;
  readonly db: Database;
  private readonly statements = new Map<string, Statement>();
  private readonly modules = new Map<number, ModuleInfo>();
  private readonly resolvers = new Map<number, SiteResolver>();
  private readonly chunkLists = new Map<number, ChunkInfo[]>();
  private readonly chunkCache = new Map<string, Chunk>();
  private readonly growing = new Set<string>();

  private readonly closed: () => void;
  /** What is stored about chunks: an opened sidecar sets it. */
  chunkIndex: ChunkIndex | undefined;

  /** `db` may read another file than `file`, a copy; `closed` is called after it was closed. */
  constructor(file: string, db: Database, closed: () => void = () => undefined) {
    this.file = file;
    this.db = db;
    this.closed = closed;
  }

  close(): void {
    this.db.close();
    this.closed();
  }

  /** Forgets what may have grown: chunk lists, chunks that were not final, loads, modules without a table. */
  refresh(): void {
    this.resolvers.clear();
    this.chunkLists.clear();
    for (const key of this.growing) this.chunkCache.delete(key);
    this.growing.clear();
    for (const [id, module] of this.modules) if (!module.sites) this.modules.delete(id);
  }

  private all<Row>(sql: string, ...parameters: (number | string)[]): Row[] {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.db.prepare(sql)));
    return statement.all<Row>(...parameters);
  }

  meta(): RecordingMeta {
    return readMeta(this.db);
  }

  processes(): ProcessRow[] {
    const rows = this.all<Omit<ProcessRow, 'argv' | 'complete'> & { argv: string; config: string; complete: number }>(
      `SELECT id, pid, parent_id AS parentId, argv, coalesce(cwd, '') AS cwd, coalesce(node, '') AS node, config,
         coalesce(start_ns, 0) AS startNs, end_ns AS endNs, exit_code AS exitCode, signal, complete,
         coalesce(heartbeat_ns, start_ns, 0) AS heartbeatNs FROM processes ORDER BY id`,
    );
    return rows.map((row) => {
      const argv = parseJson(row.argv);
      return {
        ...row,
        argv: Array.isArray(argv) ? argv.map(String) : [],
        config: parseJson(row.config),
        complete: row.complete === 1,
      };
    });
  }

  threads(): ThreadRow[] {
    return this.all<ThreadRow>(
      `SELECT id, process_id AS processId, coalesce(kind, 'main') AS kind, coalesce(name, '') AS name,
         parent_id AS parentId, coalesce(start_ns, 0) AS startNs, end_ns AS endNs, produced, stored, dropped, pruned
       FROM threads ORDER BY id`,
    );
  }

  gaps(): Gap[] {
    return this.all<Gap>(
      'SELECT thread_id AS threadId, time_ns AS timeNs, event, dropped, reason FROM gaps ORDER BY thread_id, event',
    );
  }

  notes(): Note[] {
    return this.all<Note>(
      'SELECT process_id AS processId, time_ns AS timeNs, kind, text FROM notes ORDER BY time_ns, rowid',
    );
  }

  pruned(): Pruned[] {
    return this.all<Pruned>(
      `SELECT thread_id AS threadId, events, calls, start_ns AS startNs, end_ns AS endNs FROM pruned
       ORDER BY thread_id, first_chunk`,
    );
  }

  moduleIds(): number[] {
    return this.all<{ id: number }>('SELECT id FROM modules ORDER BY id').map((row) => row.id);
  }

  module(id: number): ModuleInfo | undefined {
    const known = this.modules.get(id);
    if (known) return known;
    const [row] = this.all<Omit<ModuleInfo, 'sites' | 'textOf'> & { sites: Uint8Array | null }>(
      `SELECT id, coalesce(file, key) AS file, coalesce(url, '') AS url, coalesce(hash, '') AS hash,
         coalesce(format, '') AS format, coalesce(level, 0) AS level, coalesce(functions, 0) AS functions,
         skipped_reason AS skippedReason, sites FROM modules WHERE id = ?`,
      id,
    );
    if (!row) return undefined;
    const sites = row.sites ? parseSites(row.sites) : undefined;
    // Megabytes, which states and moves do without.
    const texts = new Map<number, string | null>();
    const textOf = (source = 0): string | null => {
      let text = texts.get(source);
      if (text === undefined) texts.set(source, (text = this.readText(info, source)));
      return text;
    };
    const info: ModuleInfo = { ...row, sites, textOf };
    this.modules.set(id, info);
    return info;
  }

  private readText({ id, file, sites }: ModuleInfo, source: number): string | null {
    // Recordings of the first version have no original texts.
    const [original] =
      schemaVersion(this.db) < 2
        ? []
        : this.all<{ text: string | null }>('SELECT text FROM sources WHERE module_id = ? AND source = ?', id, source);
    if (original) return original.text;
    // What was compiled from other files is none of them.
    if (source !== 0 || (sites !== undefined && sites.sources[0] !== file)) return null;
    return this.loadedText(id);
  }

  /** The text of a module as it was loaded; null when that is not in the recording. */
  loadedText(id: number): string | null {
    return this.all<{ source: string | null }>('SELECT source FROM modules WHERE id = ?', id)[0]?.source ?? null;
  }

  loads(threadId: number): Load[] {
    return this.all<Load>(
      `SELECT base, count, module_id AS moduleId, scope_instance AS scopeInstance FROM loads WHERE thread_id = ?
       ORDER BY base`,
      threadId,
    );
  }

  resolver(threadId: number): SiteResolver {
    let resolver = this.resolvers.get(threadId);
    if (!resolver) {
      resolver = new SiteResolver(this.loads(threadId), (id) => this.module(id));
      this.resolvers.set(threadId, resolver);
    }
    return resolver;
  }

  /** The stored chunks of a thread, oldest first. */
  chunks(threadId: number): readonly ChunkInfo[] {
    let list = this.chunkLists.get(threadId);
    if (!list) {
      list = this.readChunkList(threadId);
      this.chunkLists.set(threadId, list);
    }
    return list;
  }

  private readChunkList(threadId: number): ChunkInfo[] {
    const rows = this.all<Omit<ChunkInfo, 'final'> & { final: number; fragments: number; lastFragment: number }>(
      `SELECT chunk, min(first_event) AS firstEvent, sum(events) AS events, min(first_call) AS firstCall,
         sum(calls) AS calls, sum(throws) AS throws, min(start_ns) AS startNs, max(end_ns) AS endNs,
         max(max_depth) AS maxDepth, max(dropped_before) AS droppedBefore, sum(words) AS words, max(final) AS final,
         count(*) AS fragments, max(fragment) AS lastFragment
       FROM chunks WHERE thread_id = ? GROUP BY chunk ORDER BY chunk`,
      threadId,
    );
    return rows
      .filter((row) => row.fragments === row.lastFragment + 1)
      .map(({ fragments: _fragments, lastFragment: _lastFragment, ...row }) => ({ ...row, final: row.final === 1 }));
  }

  /**
   * Words and header of a chunk, which is kept for the next question unless it is read `once`, by who goes through all of
   * them. Throws RangeError when it is not stored (pruned) or its header is damaged.
   */
  chunk(threadId: number, info: ChunkInfo, reads?: 'once'): Chunk {
    const key = `${threadId}/${info.chunk}`;
    const known = this.chunkCache.get(key);
    if (known) return known;
    const result = new Chunk(joinFragments(this.fragments(threadId, info)), info.endNs);
    if (reads === 'once') return result;
    if (this.chunkCache.size >= CHUNK_CACHE_COUNT) this.chunkCache.delete(this.chunkCache.keys().next().value!);
    this.chunkCache.set(key, result);
    if (!info.final) this.growing.add(key);
    return result;
  }

  /**
   * Words of a chunk, copied to where `place` wants that many. Throws RangeError when it is not stored (pruned). For those
   * who look at many chunks and keep few: `chunk` keeps the memory that the driver gave.
   */
  readWords(threadId: number, info: ChunkInfo, place: (words: number) => Int32Array): Int32Array {
    const blobs = this.fragments(threadId, info);
    const bytes = blobs.reduce((sum, blob) => sum + blob.byteLength, 0);
    const words = place(bytes >> 2);
    const target = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    let offset = 0;
    for (const blob of blobs) {
      target.set(offset + blob.byteLength <= target.length ? blob : blob.subarray(0, target.length - offset), offset);
      offset += blob.byteLength;
    }
    return words;
  }

  private fragments(threadId: number, info: ChunkInfo): Uint8Array[] {
    const rows = this.all<{ data: Uint8Array }>(
      'SELECT data FROM chunks WHERE thread_id = ? AND chunk = ? ORDER BY fragment',
      threadId,
      info.chunk,
    );
    if (rows.length === 0) {
      throw new RangeError(`chunk ${info.chunk} of thread ${threadId} is not in the recording (pruned?)`);
    }
    return rows.map((row) => row.data);
  }

  /** As `chunk`, but a damaged or missing chunk is reported as text. */
  tryChunk(threadId: number, info: ChunkInfo, reads?: 'once'): Chunk | string {
    try {
      return this.chunk(threadId, info, reads);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

function parseSites(bytes: Uint8Array): ModuleSites | undefined {
  try {
    return JSON.parse(inflateRawSync(bytes).toString('utf8')) as ModuleSites;
  } catch {
    return undefined;
  }
}

/**
 * Opens a recording for reading. Where SQLite may not open it, because it was cut off and its folder is read-only, a
 * copy in the temporary folder is read, and deleted at the end. Throws StoreError (see `openForReading`).
 */
export function readRecording(file: string): Recording {
  try {
    return new Recording(file, openForReading(file));
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'NOT_FOUND' || !existsSync(file)) throw error;
  }
  const copy = copyAside(file);
  try {
    return new Recording(file, openForReading(copy.file), copy.remove);
  } catch (error) {
    copy.remove();
    throw error;
  }
}
