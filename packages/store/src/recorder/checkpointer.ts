import { pragmaNumber } from '../schema/migrations.ts';
import { isBusy } from '../driver/sqlite-codes.ts';
import type { Database } from '../driver/types.ts';

/** The log is merged when it has grown by so much: at any moment, or at a calm one already at a quarter of it. */
export const LOG_BYTES_MAX = 32 * 1024 * 1024;
/** When other processes have kept the log from starting over until it is so many times larger, they are made to wait. */
const FORCED_FACTOR = 2;

/**
 * Moves the write-ahead log into the database file, apart from commits, and bounds its size. A checkpoint that copies
 * everything lets the next commit start the log over; a long reader prevents that and the log grows meanwhile.
 */
export class Checkpointer {
  private readonly db: Database;
  private readonly pageBytes: number;
  private bytesSince = 0;
  private logBytes = 0;
  private retryAtBytes = 0;
  private readonly logBytesMax: number;

  constructor(db: Database, logBytesMax = LOG_BYTES_MAX) {
    this.db = db;
    this.logBytesMax = logBytesMax;
    this.pageBytes = pragmaNumber(db, 'page_size');
    db.exec(`PRAGMA journal_size_limit = ${logBytesMax}`);
  }

  /** To be called after each commit with the bytes that it wrote. */
  committed(bytes: number): void {
    // Besides the data, a commit writes at least the leaves of chunks, its index and threads.
    this.bytesSince += bytes + 3 * this.pageBytes;
  }

  /** Checkpoints when it is time; `calm` when nobody waits for the recorder. */
  step(calm: boolean): void {
    const { bytesSince, logBytesMax } = this;
    if (bytesSince < (calm ? logBytesMax / 4 : logBytesMax) || bytesSince < this.retryAtBytes) return;
    this.run(this.logBytes >= FORCED_FACTOR * logBytesMax ? 'RESTART' : 'PASSIVE');
  }

  /** Checkpoints now. */
  run(mode: 'PASSIVE' | 'RESTART'): void {
    let complete = false;
    try {
      const row = this.db
        .prepare(`PRAGMA wal_checkpoint(${mode})`)
        .get<{ busy: number; log: number; checkpointed: number }>();
      complete = row !== undefined && row.busy === 0 && row.log === row.checkpointed;
      this.logBytes = Math.max(0, row?.log ?? 0) * this.pageBytes;
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    if (complete) this.bytesSince = this.retryAtBytes = 0;
    else this.retryAtBytes = this.bytesSince + this.logBytesMax / 4;
  }
}

/**
 * Closes the recorder's connection. When no other connection is open the log is merged and the file leaves WAL mode:
 * a finished recording is one file that opens everywhere, on read-only media too.
 */
export function closeRecording(db: Database): void {
  try {
    db.exec('PRAGMA busy_timeout = 0');
    db.exec('PRAGMA journal_mode = DELETE');
  } catch (error) {
    // Somebody reads or records: the last one merges the log. A full disk leaves it to the next reader.
    if (!isBusy(error)) db.exec('PRAGMA wal_autocheckpoint = 0');
  } finally {
    db.close();
  }
}
