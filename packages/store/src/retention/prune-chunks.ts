import type { Database } from '../driver/types.ts';

/** What each thread keeps whatever happens: its newest chunks up to so many bytes, and always the last one. */
export const FLOOR_BYTES_MAX = 16 * 1024 * 1024;

interface Fragment {
  id: number;
  thread_id: number;
  chunk: number;
}

/**
 * Deletes the oldest complete chunks of a recording, over all threads, with exact accounts. Runs inside the caller's
 * transaction. Keeps what it knows about floors between calls.
 */
export class ChunkPruner {
  private readonly db: Database;
  /** Per thread: chunks below this number may go. Grows only, so an old value errs on the safe side. */
  private readonly floors = new Map<number, number>();

  constructor(db: Database) {
    this.db = db;
  }

  /** Frees about `bytesWanted`; each thread keeps its newest `floorBytes`. Returns the bytes of the chunks deleted. */
  prune(bytesWanted: number, floorBytes: number): number {
    const next = this.db.prepare('SELECT id, thread_id, chunk FROM chunks WHERE id > ? ORDER BY id LIMIT 1');
    let bytes = 0;
    let after = 0;
    while (bytes < bytesWanted) {
      const oldest = next.get<Fragment>(after);
      if (oldest === undefined) break;
      after = oldest.id;
      if (this.mayGo(oldest, floorBytes)) bytes += this.remove(oldest);
    }
    return bytes;
  }

  private mayGo({ thread_id: thread, chunk }: Fragment, floorBytes: number): boolean {
    const known = this.floors.get(thread);
    if (known !== undefined && chunk < known) return true;
    const floor = this.floorOf(thread, floorBytes);
    this.floors.set(thread, floor);
    return chunk < floor;
  }

  /** Number of the oldest chunk that the thread has to keep. */
  private floorOf(thread: number, floorBytes: number): number {
    const rows = this.db.prepare(
      'SELECT chunk, words FROM chunks WHERE thread_id = ? ORDER BY chunk DESC, fragment DESC',
    );
    let bytes = 0;
    let floor = 0;
    for (const row of rows.iterate<{ chunk: number; words: number }>(thread)) {
      floor = row.chunk;
      bytes += row.words * 4;
      if (bytes >= floorBytes) break;
    }
    return floor;
  }

  private remove({ thread_id: thread, chunk }: Fragment): number {
    const { db } = this;
    const sums = db
      .prepare(
        `SELECT sum(events) events, sum(calls) calls, sum(words) words, min(start_ns) start_ns, max(end_ns) end_ns
         FROM chunks WHERE thread_id = ? AND chunk = ?`,
      )
      .get<{ events: number; calls: number; words: number; start_ns: number; end_ns: number }>(thread, chunk)!;
    db.prepare('DELETE FROM chunks WHERE thread_id = ? AND chunk = ?').run(thread, chunk);
    db.prepare('UPDATE threads SET stored = stored - ?, pruned = pruned + ? WHERE id = ?').run(
      sums.events,
      sums.events,
      thread,
    );
    const grown = db
      .prepare(
        'UPDATE pruned SET last_chunk = ?, events = events + ?, calls = calls + ?, end_ns = ? WHERE thread_id = ?',
      )
      .run(chunk, sums.events, sums.calls, sums.end_ns, thread);
    if (grown.changes === 0) {
      db.prepare(
        `INSERT INTO pruned(thread_id, first_chunk, last_chunk, events, calls, start_ns, end_ns)
         VALUES(?, ?, ?, ?, ?, ?, ?)`,
      ).run(thread, chunk, chunk, sums.events, sums.calls, sums.start_ns, sums.end_ns);
    }
    return sums.words * 4;
  }
}
