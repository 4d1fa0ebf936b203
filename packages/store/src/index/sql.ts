import { openDatabase, sqliteCode, type Database, type SqlValue } from '../driver/index.ts';
import { StoreError, storeError } from '../errors.ts';
import type { Recording } from '../read/recording.ts';
import { refreshFacts } from './facts.ts';
import type { Progress } from './progress.ts';
import { buildRows } from './row-index.ts';
import { buildSeekIndex } from './seek-index.ts';
import { GROUP_OF_TABLE, SEEK_TABLES, type RowGroup } from './sidecar-schema.ts';
import type { Sidecar } from './sidecar.ts';
import { onlyStatement } from './sql-text.ts';

type SqlRow = Record<string, SqlValue>;

export interface SqlOptions {
  /** Rows returned at most. Default: all. */
  rowsMax?: number;
  /** Stops between two rows when this has passed. Default: no limit. */
  timeLimitMs?: number;
  onProgress?: (progress: Progress) => void;
  /** Called when what the statement reads is indexed, right before it runs. */
  onPrepared?: () => void;
  /** Memory that SQLite may use for it, bytes; for statements of people who are not trusted. Default: no limit. */
  memoryBytesMax?: number;
}

export interface SqlResult {
  rows: SqlRow[];
  /** There are more rows than `rowsMax`. */
  truncated: boolean;
}

/**
 * Runs one reading statement over the views of the contract, on a read-only connection to the sidecar, after building
 * what the statement reads. Throws StoreError SQL_REFUSED, SQL_FAILED (with SQLite's message), SQL_TIMEOUT.
 */
export function runSql(recording: Recording, sidecar: Sidecar, query: string, options: SqlOptions = {}): SqlResult {
  const statement = onlyStatement(query);
  refreshFacts(recording, sidecar.db);
  const reader = openDatabase(sidecar.file, { readonly: true });
  try {
    prepareFor(recording, sidecar.db, tablesOf(reader, statement), options.onProgress);
    if (options.memoryBytesMax) reader.exec(`PRAGMA hard_heap_limit = ${Math.trunc(options.memoryBytesMax)}`);
    options.onPrepared?.();
    return collect(reader, statement, options);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (sqliteCode(error) === undefined && !(error instanceof Error)) throw error;
    throw storeError('SQL_FAILED', error instanceof Error ? error.message : String(error), error);
  } finally {
    reader.close();
  }
}

/** Builds the rows that a statement over these tables needs. */
function prepareFor(
  recording: Recording,
  sidecar: Database,
  tables: ReadonlySet<string>,
  onProgress: SqlOptions['onProgress'],
): void {
  const progress = onProgress ? { onProgress } : {};
  const groups = new Set<RowGroup>();
  for (const table of tables) if (GROUP_OF_TABLE[table]) groups.add(GROUP_OF_TABLE[table]);
  if (SEEK_TABLES.some((table) => tables.has(table))) buildSeekIndex(recording, sidecar, progress);
  if (groups.size > 0) buildRows(recording, sidecar, { groups: [...groups], ...progress });
}

/**
 * Tables that SQLite would read for the statement: its own program says so, views and subqueries resolved.
 * Throws SQL_REFUSED when it would write.
 */
function tablesOf(db: Database, statement: string): Set<string> {
  if (/^explain\b/i.test(statement)) return new Set();
  const roots = new Map(
    db
      .prepare('SELECT rootpage, tbl_name AS name FROM sqlite_schema WHERE rootpage > 0')
      .all<{ rootpage: number; name: string }>()
      .map(({ rootpage, name }) => [rootpage, name]),
  );
  const tables = new Set<string>();
  for (const { opcode, p2 } of db.prepare(`EXPLAIN ${statement}`).all<{ opcode: string; p2: number }>()) {
    if (opcode === 'Transaction' && p2 !== 0) throw storeError('SQL_REFUSED', 'this statement writes');
    const name = opcode === 'OpenRead' || opcode === 'ReopenIdx' ? roots.get(p2) : undefined;
    if (name !== undefined) tables.add(name);
  }
  return tables;
}

function collect(db: Database, statement: string, options: SqlOptions): SqlResult {
  const rowsMax = options.rowsMax ?? Number.POSITIVE_INFINITY;
  const endMs = performance.now() + (options.timeLimitMs ?? Number.POSITIVE_INFINITY);
  const rows: SqlRow[] = [];
  for (const row of db.prepare(statement).iterate<SqlRow>()) {
    if (rows.length >= rowsMax) return { rows, truncated: true };
    if (performance.now() > endMs) throw storeError('SQL_TIMEOUT', `${options.timeLimitMs} ms`);
    rows.push({ ...row });
  }
  return { rows, truncated: false };
}
