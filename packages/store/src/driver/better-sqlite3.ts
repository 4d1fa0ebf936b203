import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';
import { runTransaction } from './transaction.ts';
import { BUSY_TIMEOUT_DEFAULT_MS, type OpenOptions, type Database } from './types.ts';

let constructor: typeof BetterSqlite | undefined;

/** Loads the native module, once. Throws when it is not installed or its binary does not fit this Node. */
function load(): typeof BetterSqlite {
  if (constructor === undefined) {
    const loaded = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
    // The binary is loaded by the first connection only: a wrong one must show here, where there still is a choice.
    new loaded(':memory:').close();
    constructor = loaded;
  }
  return constructor;
}

/** Opens a connection through better-sqlite3. Throws what `load` throws, or an error of SQLite. */
export function openBetterSqlite(file: string, options: OpenOptions): Database {
  const Connection = load();
  const readonly = options.readonly ?? false;
  const db = new Connection(file, {
    readonly,
    fileMustExist: readonly || (options.mustExist ?? false),
    timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_DEFAULT_MS,
  });
  const exec = (sql: string): void => {
    db.exec(sql);
  };
  return {
    driver: 'better-sqlite3',
    file,
    exec,
    prepare(sql) {
      const statement = db.prepare<unknown[]>(sql);
      return {
        run(...parameters) {
          const { changes, lastInsertRowid } = statement.run(...parameters);
          return { changes, lastInsertRowid: Number(lastInsertRowid) };
        },
        get: <Row>(...parameters: unknown[]) => statement.get(...parameters) as Row | undefined,
        all: <Row>(...parameters: unknown[]) => statement.all(...parameters) as Row[],
        iterate: <Row>(...parameters: unknown[]) => statement.iterate(...parameters) as IterableIterator<Row>,
      };
    },
    transaction: (body, mode = 'deferred') => runTransaction(exec, body, mode),
    close() {
      db.close();
    },
  };
}
