/*
 * The only place that knows SQLite drivers: a small synchronous interface, better-sqlite3 or node:sqlite behind it.
 */
export { openDatabase } from './open.ts';
export { isBusy, sqliteCode } from './sqlite-codes.ts';
export type { Database, DriverName, OpenOptions, SqlRow, SqlValue, Statement } from './types.ts';
