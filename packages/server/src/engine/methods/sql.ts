import { runSql } from '@execution-cinema/store';
import { SQL_TIME_LIMIT_MS, type Params, type SqlResultView } from '../../protocol.ts';
import { storeProgress, type EngineContext } from '../context.ts';
import type { Job } from '../job.ts';

const ROWS_DEFAULT = 1_000;
/** A longer cell is cut. */
const CELL_LENGTH_MAX = 20_000;
/** Rows beyond it are left out. */
const TEXT_LENGTH_MAX = 8_000_000;
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;

type Cell = SqlResultView['rows'][number][number];

/** Runs a statement of a user. `begun` is called when what it reads is indexed, and its time begins. */
export function runQuery(
  { recording, sidecar }: EngineContext,
  { query, rowsMax = ROWS_DEFAULT }: Params<'sql'>,
  job: Job,
  begun: () => void,
): SqlResultView {
  const startMs = performance.now();
  const found = runSql(recording, sidecar, query, {
    rowsMax,
    timeLimitMs: SQL_TIME_LIMIT_MS,
    memoryBytesMax: MEMORY_BYTES_MAX,
    onProgress: storeProgress(job, 'indexing what the query reads'),
    onPrepared: begun,
  });
  const columns = Object.keys(found.rows[0] ?? {});
  const rows: Cell[][] = [];
  let length = 0;
  for (const row of found.rows) {
    const cells = columns.map((column) => cellOf(row[column]));
    length += cells.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0);
    if (length > TEXT_LENGTH_MAX) break;
    rows.push(cells);
  }
  return {
    columns,
    rows,
    truncated: found.truncated || rows.length < found.rows.length,
    elapsedMs: performance.now() - startMs,
    callColumn: columns.findIndex((name) => /^(call_id|call)$/.test(name)),
    timeColumn: columns.findIndex((name) => /^(time|start)_ns$/.test(name)),
  };
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return value;
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  const text = String(value);
  return text.length > CELL_LENGTH_MAX ? `${text.slice(0, CELL_LENGTH_MAX)}…` : text;
}
