import type { TransactionMode } from './types.ts';

/** Runs `body` in a transaction over a connection that can only `exec`. */
export function runTransaction<T>(exec: (sql: string) => void, body: () => T, mode: TransactionMode): T {
  exec(mode === 'immediate' ? 'BEGIN IMMEDIATE' : 'BEGIN');
  try {
    const result = body();
    exec('COMMIT');
    return result;
  } catch (error) {
    try {
      exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (disk full, I/O error): there is no transaction left to end.
    }
    throw error;
  }
}
