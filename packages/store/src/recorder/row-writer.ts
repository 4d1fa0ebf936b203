import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Database, Statement } from '../driver/types.ts';
import type {
  LoadMessage,
  ModuleMessage,
  NoteMessage,
  ProcessInfo,
  SampleMessage,
  ThreadInfo,
  TreeTotals,
} from './messages.ts';
import type { Piece } from './ring-reader.ts';

/** Fast, since it runs on the way to a commit; the tables shrink to a sixth all the same. */
const SITES_DEFLATE_LEVEL = 1;

export interface ThreadCounts {
  produced: number;
  stored: number;
  dropped: number;
}

/** What a worker without a name is called: `worker 3` is the thread of `3@120` and `3:1`. */
export function workerName(id: number): string {
  return `worker ${id}`;
}

/** The recorder's statements. All of them run inside the transaction of the caller. */
export class RowWriter {
  private readonly db: Database;
  private readonly statements = new Map<string, Statement>();
  private readonly moduleIds = new Map<string, number>();

  constructor(db: Database) {
    this.db = db;
  }

  /** Forgets ids that were given in a transaction which was rolled back. */
  rolledBack(): void {
    this.moduleIds.clear();
  }

  private sql(text: string): Statement {
    let statement = this.statements.get(text);
    if (statement === undefined) this.statements.set(text, (statement = this.db.prepare(text)));
    return statement;
  }

  setState(state: 'open' | 'complete'): void {
    this.sql("UPDATE meta SET value = ? WHERE key = 'state'").run(state);
  }

  /** Returns the new process's id. `parentPid` is looked up among the processes of the recording. */
  addProcess(info: ProcessInfo, startNs: number): number {
    return this.sql(
      `INSERT INTO processes(pid, parent_id, argv, cwd, node, config, start_ns, heartbeat_ns)
       VALUES(?, (SELECT id FROM processes WHERE pid = ? ORDER BY id DESC LIMIT 1), ?, ?, ?, ?, ?, ?)`,
    ).run(
      info.pid,
      info.parentPid,
      JSON.stringify(info.argv),
      info.cwd,
      info.node,
      JSON.stringify(info.config ?? null),
      startNs,
      startNs,
    ).lastInsertRowid;
  }

  heartbeat(processId: number, timeNs: number): void {
    this.sql('UPDATE processes SET heartbeat_ns = ? WHERE id = ?').run(timeNs, processId);
  }

  /** Marks the process as complete, and the recording too when no other process of it is open. */
  endProcess(processId: number, end: { timeNs: number; exitCode: number | null; signal: string | null }): void {
    this.sql(
      'UPDATE processes SET end_ns = ?, exit_code = ?, signal = ?, complete = 1, heartbeat_ns = ? WHERE id = ?',
    ).run(end.timeNs, end.exitCode, end.signal, end.timeNs, processId);
    this.sql(
      `UPDATE meta SET value = CASE WHEN EXISTS(SELECT 1 FROM processes WHERE complete = 0) THEN 'open' ELSE 'complete' END
       WHERE key = 'state'`,
    ).run();
  }

  /** Counts over all processes of the recording. */
  treeTotals(): TreeTotals {
    return this.sql(
      `SELECT (SELECT count(*) FROM processes) AS processes, coalesce(sum(stored), 0) AS storedEvents,
         coalesce(sum(dropped), 0) AS droppedEvents,
         (SELECT count(*) FROM modules WHERE instrumented = 1 AND file IS NOT NULL) AS files,
         (SELECT coalesce(sum(functions), 0) FROM modules WHERE instrumented = 1) AS functions FROM threads`,
    ).get<TreeTotals>()!;
  }

  /** Returns the new thread's id, which a thread without a name is called by. */
  addThread(processId: number, info: ThreadInfo, parentId: number | null, startNs: number): number {
    const id = this.sql(
      'INSERT INTO threads(process_id, kind, name, worker_id, parent_id, start_ns) VALUES(?, ?, ?, ?, ?, ?)',
    ).run(processId, info.kind, info.name, info.workerId, parentId, startNs).lastInsertRowid;
    if (info.name === '') this.sql('UPDATE threads SET name = ? WHERE id = ?').run(workerName(id), id);
    return id;
  }

  updateThread(threadId: number, counts: ThreadCounts): void {
    this.sql('UPDATE threads SET produced = ?, stored = ? - pruned, dropped = ? WHERE id = ?').run(
      counts.produced,
      counts.stored,
      counts.dropped,
      threadId,
    );
  }

  /** Events of the process that the flight recorder has deleted. */
  prunedEvents(processId: number): number {
    return this.sql('SELECT coalesce(sum(pruned), 0) n FROM threads WHERE process_id = ?').get<{ n: number }>(
      processId,
    )!.n;
  }

  endThread(threadId: number, endNs: number): void {
    this.sql('UPDATE threads SET end_ns = ? WHERE id = ?').run(endNs, threadId);
    this.sql(
      'UPDATE chunks SET final = 1 WHERE id = (SELECT id FROM chunks WHERE thread_id = ? ORDER BY chunk DESC, fragment DESC LIMIT 1)',
    ).run(threadId);
  }

  /** Adds the module, or completes a row that a `load` made ahead of it. Another process may have added it already. */
  addModule(message: ModuleMessage): void {
    const sites =
      typeof message.sites === 'string' ? deflateRawSync(message.sites, { level: SITES_DEFLATE_LEVEL }) : message.sites;
    this.sql(
      `INSERT INTO modules(key, file, url, hash, format, level, source, sites, functions, instrumented, skipped_reason)
       VALUES(?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?, ?, ?, ?)
       ON CONFLICT(key) DO UPDATE SET file = excluded.file, url = excluded.url, hash = excluded.hash,
         format = excluded.format, level = excluded.level, source = excluded.source, sites = excluded.sites,
         functions = excluded.functions, instrumented = excluded.instrumented, skipped_reason = excluded.skipped_reason
       WHERE modules.file IS NULL`,
    ).run(
      message.key,
      message.file,
      message.url,
      message.hash,
      message.format,
      message.level,
      message.source,
      sites,
      message.functions,
      message.instrumented ? 1 : 0,
      message.skippedReason,
    );
    if (message.originals !== null) this.addSources(message.key, message.originals);
  }

  private addSources(key: string, originals: Uint8Array): void {
    const id = this.moduleId(key);
    const texts = JSON.parse(inflateRawSync(Buffer.from(originals)).toString()) as (string | null)[];
    const insert = this.sql('INSERT OR IGNORE INTO sources(module_id, source, text) VALUES(?, ?, ?)');
    texts.forEach((text, source) => insert.run(id, source, text));
  }

  private moduleId(key: string): number {
    let id = this.moduleIds.get(key);
    if (id === undefined) {
      const select = 'SELECT id FROM modules WHERE key = ?';
      id =
        this.sql(select).get<{ id: number }>(key)?.id ??
        this.sql('INSERT INTO modules(key, instrumented) VALUES(?, 1)').run(key).lastInsertRowid;
      this.moduleIds.set(key, id);
    }
    return id;
  }

  addLoad(threadId: number, message: LoadMessage, timeNs: number): void {
    this.sql(
      'INSERT OR REPLACE INTO loads(thread_id, base, count, module_id, scope_instance, time_ns) VALUES(?, ?, ?, ?, ?, ?)',
    ).run(threadId, message.base, message.count, this.moduleId(message.key), message.scopeInstance, timeNs);
  }

  addSample(processId: number, message: SampleMessage, timeNs: number): void {
    this.sql('INSERT INTO samples(process_id, time_ns, loop_delay_ms, gc_ms, heap_bytes) VALUES(?, ?, ?, ?, ?)').run(
      processId,
      timeNs,
      message.loopDelayMs,
      message.gcMs,
      message.heapBytes,
    );
  }

  addNote(processId: number, note: Pick<NoteMessage, 'kind' | 'text'>, timeNs: number): void {
    this.sql('INSERT INTO notes(process_id, time_ns, kind, text) VALUES(?, ?, ?, ?)').run(
      processId,
      timeNs,
      note.kind,
      note.text,
    );
  }

  /** Returns the new snapshot's id. */
  addSnapshot(processId: number, timeNs: number, reason: string, json: string): number {
    return this.sql('INSERT INTO snapshots(process_id, time_ns, reason, json) VALUES(?, ?, ?, ?)').run(
      processId,
      timeNs,
      reason,
      json,
    ).lastInsertRowid;
  }

  addPlan(processId: number, json: string, note: string, timeNs: number): void {
    this.sql('INSERT INTO plans(time_ns, process_id, json, note) VALUES(?, ?, ?, ?)').run(
      timeNs,
      processId,
      json,
      note,
    );
  }

  /** Stores one piece. `data` may be a view of the ring: it is copied by SQLite before this returns. */
  addPiece(threadId: number, piece: Piece, data: Uint8Array, maxDepth: number): void {
    if (piece.final && piece.from === piece.to && piece.fragment > 0) {
      this.sql('UPDATE chunks SET final = 1 WHERE thread_id = ? AND chunk = ? AND fragment = ?').run(
        threadId,
        piece.chunk,
        piece.fragment - 1,
      );
      return;
    }
    const dropped = piece.fragment === 0 ? piece.header.dropped : 0;
    this.sql(
      `INSERT INTO chunks(thread_id, chunk, fragment, first_event, events, first_call, calls, throws, start_ns, end_ns,
         max_depth, dropped_before, words, final, data) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      threadId,
      piece.chunk,
      piece.fragment,
      piece.firstEvent,
      piece.events,
      piece.firstCall,
      piece.calls,
      piece.throws,
      piece.startNs,
      piece.endNs,
      maxDepth,
      dropped,
      piece.to - piece.from,
      piece.final ? 1 : 0,
      data,
    );
    if (dropped > 0) this.addGap(threadId, piece.startNs, piece.firstEvent - dropped, dropped, piece.header.dropReason);
  }

  /** As addGap, for a gap at the end of a thread that may still grow. */
  replaceGap(threadId: number, timeNs: number, event: number, dropped: number, reason: string): void {
    this.sql('DELETE FROM gaps WHERE thread_id = ? AND event = ? AND reason = ?').run(threadId, event, reason);
    this.addGap(threadId, timeNs, event, dropped, reason);
  }

  /** `event`: number of the first event that is missing. */
  addGap(threadId: number, timeNs: number, event: number, dropped: number, reason: string): void {
    this.sql('INSERT INTO gaps(thread_id, time_ns, event, dropped, reason) VALUES(?, ?, ?, ?, ?)').run(
      threadId,
      timeNs,
      event,
      dropped,
      reason,
    );
  }
}
