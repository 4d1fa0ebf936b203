/** What a bound parameter or a column may be. Booleans are stored as 0 and 1 by the caller. */
export type SqlValue = null | number | bigint | string | Uint8Array;

export type SqlRow = Record<string, SqlValue>;

/** A prepared statement with positional parameters (`?`). Belongs to the database that prepared it. */
export interface Statement {
  run(...parameters: SqlValue[]): { changes: number; lastInsertRowid: number };
  /** First row, or undefined. */
  get<Row = SqlRow>(...parameters: SqlValue[]): Row | undefined;
  all<Row = SqlRow>(...parameters: SqlValue[]): Row[];
  /** Rows one by one; the connection can run nothing else until the iteration has ended. */
  iterate<Row = SqlRow>(...parameters: SqlValue[]): IterableIterator<Row>;
}

export type TransactionMode = 'deferred' | 'immediate';

/**
 * One synchronous SQLite connection, the same over both drivers. Integers come back as numbers (all of ours are below
 * 2^53), blobs as Uint8Array (possibly a Buffer); node:sqlite of Node 22 ends text that it reads at a NUL character. A JavaScript number is bound as a float: columns that hold integers
 * declare INTEGER, and SQL that divides or concatenates parameters casts them.
 */
export interface Database {
  readonly driver: DriverName;
  readonly file: string;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** Runs `body` between BEGIN and COMMIT; rolls back and rethrows when it or the commit throws. Does not nest. */
  transaction<T>(body: () => T, mode?: TransactionMode): T;
  close(): void;
}

export interface OpenOptions {
  readonly?: boolean;
  /** Throw (CANTOPEN) instead of creating the file. Implied by `readonly`. */
  mustExist?: boolean;
  /** How long a statement waits for another connection's lock. Default 5000. */
  busyTimeoutMs?: number;
}

export type DriverName = 'better-sqlite3' | 'node:sqlite';

export const BUSY_TIMEOUT_DEFAULT_MS = 5_000;
