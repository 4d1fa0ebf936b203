import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { runTransaction } from './transaction.ts';
import { BUSY_TIMEOUT_DEFAULT_MS, type OpenOptions, type Database } from './types.ts';

type NodeSqlite = { DatabaseSync: typeof DatabaseSync };
let loaded: NodeSqlite | undefined;

/**
 * Loads `node:sqlite`, once. Throws where this Node has none. Its ExperimentalWarning (22, 24) is held back: it is
 * emitted while the module loads, so only that moment is covered and every other warning passes.
 */
function load(): NodeSqlite {
  if (loaded !== undefined) return loaded;
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: [never]) => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).includes('SQLite')) return;
    emitWarning.call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    loaded = createRequire(import.meta.url)('node:sqlite') as NodeSqlite;
    return loaded;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Opens a connection through Node's own SQLite. Throws what `load` throws, or an error of SQLite. */
export function openNodeSqlite(file: string, options: OpenOptions): Database {
  const { DatabaseSync: Connection } = load();
  const readOnly = options.readonly ?? false;
  if ((readOnly || options.mustExist) && !existsSync(file)) {
    throw Object.assign(new Error(`unable to open database file ${file}`), { code: 'SQLITE_CANTOPEN' });
  }
  const db = new Connection(file, { readOnly, enableForeignKeyConstraints: false });
  // The `timeout` option came with 22.16; the pragma works everywhere.
  db.exec(`PRAGMA busy_timeout = ${Math.trunc(options.busyTimeoutMs ?? BUSY_TIMEOUT_DEFAULT_MS)}`);
  const exec = (sql: string): void => db.exec(sql);
  return {
    driver: 'node:sqlite',
    file,
    exec,
    prepare(sql) {
      const statement: StatementSync = db.prepare(sql);
      return {
        run(...parameters) {
          const { changes, lastInsertRowid } = statement.run(...parameters);
          return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
        },
        get: <Row>(...parameters: never[]) => statement.get(...parameters) as Row | undefined,
        all: <Row>(...parameters: never[]) => statement.all(...parameters) as Row[],
        iterate: <Row>(...parameters: never[]) =>
          // Node 22.0 to 22.12 have no iterate; there all rows are read at once.
          (statement.iterate?.(...parameters) ?? statement.all(...parameters).values()) as IterableIterator<Row>,
      };
    },
    transaction: (body, mode = 'deferred') => runTransaction(exec, body, mode),
    close: () => db.close(),
  };
}
