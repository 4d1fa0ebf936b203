import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { ModuleSites } from '@execution-cinema/format';
import { openDatabase, type Database } from '../src/driver/index.ts';
import { openRecording } from '../src/schema/open-recording.ts';
import { scratchFolder } from './scratch-folder.ts';
import type { ThreadWriter, WrittenChunk } from './thread-writer.ts';

/** The only module of a test recording, loaded at this base. */
export const BASE = 100;

export interface TestRecording {
  file: string;
  sites: ModuleSites;
  scopeInstance?: number;
}

/** Writes a recording of one process and one thread (1) from what `writer` wrote. Returns its file. */
export function makeRecording(
  writer: ThreadWriter,
  sites: ModuleSites,
  options: { scopeInstance?: number } = {},
): string {
  writer.cut();
  const file = join(scratchFolder(), 'test.db');
  const { db } = openRecording(file, {
    format_version: '1',
    started_at: '2026-01-01T00:00:00.000Z',
    start_hrtime_ns: '0',
    root: '/program',
    state: 'complete',
    clock: 'adaptive',
  });
  const endNs = writer.timeNs;
  db.prepare(
    `INSERT INTO processes(id, pid, argv, cwd, node, config, start_ns, end_ns, exit_code, complete, heartbeat_ns)
     VALUES(1, 4242, '["node","app.js"]', '/program', 'v20.0.0', '{}', 0, ?, 0, 1, ?)`,
  ).run(endNs, endNs);
  const stored = writer.chunks.reduce((sum, chunk) => sum + chunk.events, 0);
  db.prepare(
    `INSERT INTO threads(id, process_id, kind, name, start_ns, end_ns, produced, stored, dropped)
     VALUES(1, 1, 'main', '', 0, ?, ?, ?, ?)`,
  ).run(endNs, writer.event, stored, writer.event - stored);
  db.prepare(
    `INSERT INTO modules(id, key, file, url, hash, format, level, source, sites, functions, instrumented)
     VALUES(1, 'app.js#1', 'app.js', 'file:///program/app.js', 'h', 'module', 2, 'source', ?, ?, 1)`,
  ).run(deflateRawSync(JSON.stringify(sites)), sites.functions.length - 1);
  db.prepare('INSERT INTO loads VALUES(1, ?, ?, 1, ?, 0)').run(BASE, sites.sites.length, options.scopeInstance ?? 1);
  for (const chunk of writer.chunks) addChunk(db, chunk, true);
  db.close();
  return file;
}

/** Stores a chunk of thread 1, with all its fragments or the first `count`. */
export function addChunk(db: Database, chunk: WrittenChunk, final: boolean, count = chunk.fragments.length): void {
  const insert = db.prepare(
    `INSERT OR REPLACE INTO chunks(thread_id, chunk, fragment, first_event, events, first_call, calls, throws, start_ns,
       end_ns, max_depth, dropped_before, words, final, data) VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  chunk.fragments.slice(0, count).forEach((words, fragment) => {
    // The counts of the whole chunk stand in its first fragment: sums over fragments are what readers use.
    const first = fragment === 0;
    insert.run(
      chunk.chunk,
      fragment,
      chunk.firstEvent,
      first ? chunk.events : 0,
      chunk.firstCall,
      first ? chunk.calls : 0,
      first ? chunk.throws : 0,
      chunk.startNs,
      chunk.endNs,
      chunk.maxDepth,
      first ? chunk.droppedBefore : 0,
      words.length,
      final && fragment === count - 1 ? 1 : 0,
      new Uint8Array(words.buffer, words.byteOffset, words.byteLength),
    );
  });
}

/** Takes a recording back to when its program had only begun. Returns what ends it again. */
export function restart(file: string): { db: Database; end(): void } {
  const db = openDatabase(file);
  const endNs = db.prepare('SELECT end_ns FROM threads').get<{ end_ns: number }>()!.end_ns;
  db.exec('DELETE FROM chunks; UPDATE threads SET end_ns = NULL; UPDATE processes SET complete = 0');
  const end = (): void => {
    db.prepare('UPDATE threads SET end_ns = ?').run(endNs);
    db.exec('UPDATE processes SET complete = 1');
    db.close();
  };
  return { db, end };
}
