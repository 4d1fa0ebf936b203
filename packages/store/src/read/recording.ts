import { inflateRawSync } from "node:zlib";
import type { ModuleSites } from "@execution-cinema/format";
import { openDatabase, type Database } from "../driver/index.ts";
import { Chunk, joinFragments, type ChunkInfo } from "./chunks.ts";
import { SiteResolver, type Load, type ModuleInfo } from "./sites.ts";

export interface ProcessRow {
  id: number;
  pid: number;
  parentId: number | null;
  argv: string[];
  cwd: string;
  node: string;
  startNs: number;
  endNs: number | null;
  exitCode: number | null;
  signal: string | null;
  complete: boolean;
}

export interface ThreadRow {
  id: number;
  processId: number;
  kind: string;
  name: string;
  parentId: number | null;
  startNs: number;
  endNs: number | null;
  produced: number;
  stored: number;
  dropped: number;
  pruned: number;
}

/** Chunks kept decoded-ready in memory per recording. */
const CHUNK_CACHE_COUNT = 32;

/**
 * A recording opened for reading. Never writes, never holds a read transaction between calls, so it can read a
 * recording that is still being written. `refresh()` picks up what was added since.
 */
export class Recording {
  readonly file: string;
  readonly db: Database;
  private readonly modules = new Map<number, ModuleInfo>();
  private readonly resolvers = new Map<number, SiteResolver>();
  private readonly chunkLists = new Map<number, ChunkInfo[]>();
  private readonly chunkCache = new Map<string, Chunk>();

  constructor(file: string, db: Database) {
    this.file = file;
    this.db = db;
  }

  close(): void {
    this.db.close();
  }

  /** Forgets what may have grown: chunk lists, loads, site tables of modules not seen yet. */
  refresh(): void {
    this.resolvers.clear();
    this.chunkLists.clear();
    this.chunkCache.clear();
  }

  meta(): Record<string, string> {
    const rows = this.db.prepare("SELECT key, value FROM meta").all() as { key: string; value: string }[];
    return Object.fromEntries(rows.map((row) => [row.key, row.value]));
  }

  processes(): ProcessRow[] {
    const rows = this.db.prepare("SELECT * FROM processes ORDER BY id").all() as Record<string, unknown>[];
    return rows.map((row) => ({
      id: row["id"] as number,
      pid: row["pid"] as number,
      parentId: row["parent_id"] as number | null,
      argv: parseArray(row["argv"]),
      cwd: String(row["cwd"] ?? ""),
      node: String(row["node"] ?? ""),
      startNs: Number(row["start_ns"] ?? 0),
      endNs: row["end_ns"] as number | null,
      exitCode: row["exit_code"] as number | null,
      signal: row["signal"] as string | null,
      complete: row["complete"] === 1,
    }));
  }

  threads(): ThreadRow[] {
    const rows = this.db.prepare("SELECT * FROM threads ORDER BY id").all() as Record<string, unknown>[];
    return rows.map((row) => ({
      id: row["id"] as number,
      processId: row["process_id"] as number,
      kind: String(row["kind"] ?? "main"),
      name: String(row["name"] ?? ""),
      parentId: row["parent_id"] as number | null,
      startNs: Number(row["start_ns"] ?? 0),
      endNs: row["end_ns"] as number | null,
      produced: Number(row["produced"] ?? 0),
      stored: Number(row["stored"] ?? 0),
      dropped: Number(row["dropped"] ?? 0),
      pruned: Number(row["pruned"] ?? 0),
    }));
  }

  moduleIds(): number[] {
    return (this.db.prepare("SELECT id FROM modules ORDER BY id").all() as { id: number }[]).map((row) => row.id);
  }

  module(id: number): ModuleInfo | undefined {
    const known = this.modules.get(id);
    if (known) return known;
    const row = this.db.prepare("SELECT id, file, url, format, source, skipped_reason, sites FROM modules WHERE id = ?").get(id) as
      | { id: number; file: string; url: string; format: string; source: string | null; skipped_reason: string | null; sites: Uint8Array | null }
      | undefined;
    if (!row) return undefined;
    const info: ModuleInfo = {
      id: row.id, file: row.file, url: row.url, format: row.format, source: row.source, skippedReason: row.skipped_reason,
      sites: row.sites ? (JSON.parse(inflateRawSync(row.sites).toString("utf8")) as ModuleSites) : undefined,
    };
    this.modules.set(id, info);
    return info;
  }

  loads(threadId: number): Load[] {
    const rows = this.db.prepare("SELECT base, count, module_id, scope_instance FROM loads WHERE thread_id = ? ORDER BY base").all(threadId) as
      { base: number; count: number; module_id: number; scope_instance: number }[];
    return rows.map((row) => ({ base: row.base, count: row.count, moduleId: row.module_id, scopeInstance: row.scope_instance }));
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
  chunks(threadId: number): ChunkInfo[] {
    let list = this.chunkLists.get(threadId);
    if (!list) {
      list = this.readChunkList(threadId);
      this.chunkLists.set(threadId, list);
    }
    return list;
  }

  private readChunkList(threadId: number): ChunkInfo[] {
    const rows = this.db.prepare(
      `SELECT chunk, min(first_event) AS first_event, sum(events) AS events, min(first_call) AS first_call, sum(calls) AS calls,
              sum(throws) AS throws, min(start_ns) AS start_ns, max(end_ns) AS end_ns, max(max_depth) AS max_depth,
              max(dropped_before) AS dropped_before, sum(words) AS words, max(final) AS final, min(fragment) AS first_fragment
       FROM chunks WHERE thread_id = ? GROUP BY chunk ORDER BY chunk`,
    ).all(threadId) as Record<string, number>[];
    return rows.filter((row) => row["first_fragment"] === 0).map((row) => ({
      chunk: row["chunk"]!, firstEvent: row["first_event"]!, events: row["events"]!, firstCall: row["first_call"]!,
      calls: row["calls"]!, throws: row["throws"]!, startNs: row["start_ns"]!, endNs: row["end_ns"]!,
      maxDepth: row["max_depth"]!, droppedBefore: row["dropped_before"]!, words: row["words"]!, final: row["final"] === 1,
    }));
  }

  /** Words and header of a chunk. Throws RangeError when it is not stored (pruned) or damaged. */
  chunk(threadId: number, chunk: number): Chunk {
    const key = `${threadId}/${chunk}`;
    const known = this.chunkCache.get(key);
    if (known) return known;
    const rows = this.db.prepare("SELECT data FROM chunks WHERE thread_id = ? AND chunk = ? ORDER BY fragment").all(threadId, chunk) as { data: Uint8Array }[];
    if (rows.length === 0) throw new RangeError(`chunk ${chunk} of thread ${threadId} is not in the recording (pruned?)`);
    const result = new Chunk(joinFragments(rows.map((row) => row.data)));
    if (this.chunkCache.size >= CHUNK_CACHE_COUNT) this.chunkCache.delete(this.chunkCache.keys().next().value!);
    this.chunkCache.set(key, result);
    return result;
  }
}

function parseArray(text: unknown): string[] {
  try {
    const value: unknown = JSON.parse(String(text ?? "[]"));
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}

/** Opens a recording for reading. Throws the driver's error when the file is missing or no database. */
export function openRecording(file: string): Recording {
  return new Recording(file, openDatabase(file, { readonly: true }));
}
