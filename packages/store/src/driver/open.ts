import { storeError } from '../errors.ts';
import { openBetterSqlite } from './better-sqlite3.ts';
import { openNodeSqlite } from './node-sqlite.ts';
import { sqliteCode } from './sqlite-codes.ts';
import type { DriverName, OpenOptions, Database } from './types.ts';

const OPENERS: Readonly<Record<DriverName, (file: string, options: OpenOptions) => Database>> = {
  'better-sqlite3': openBetterSqlite,
  'node:sqlite': openNodeSqlite,
};
const PREFERENCE: readonly DriverName[] = ['better-sqlite3', 'node:sqlite'];

/**
 * Opens one connection with the first driver that loads here: better-sqlite3, else node:sqlite (Node 22 and later).
 * `TRACER_SQLITE` forces one of the two. Throws NO_SQLITE when none loads, or the driver's own error for a file that
 * cannot be opened (see `sqliteCode`).
 */
export function openDatabase(file: string, options: OpenOptions = {}): Database {
  const forced = process.env['TRACER_SQLITE'];
  const names = forced ? PREFERENCE.filter((name) => name === forced) : PREFERENCE;
  const reasons: string[] = [];
  for (const name of names) {
    try {
      return OPENERS[name](file, options);
    } catch (error) {
      if (sqliteCode(error) !== undefined) throw error;
      reasons.push(`${name}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
    }
  }
  throw storeError('NO_SQLITE', reasons.join('; ') || `TRACER_SQLITE=${forced} names no driver`);
}
