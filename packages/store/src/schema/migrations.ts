import { storeError } from '../errors.ts';
import type { Database } from '../driver/types.ts';
import { APPLICATION_ID, SCHEMA_VERSION, SOURCES_SQL, TABLES_SQL } from './ddl.ts';

/**
 * One upgrader per step: UPGRADERS[n] brings a database of schema version n to n + 1. Version 0 is an empty file.
 * Changelog: 1 first version; 2 texts of original sources.
 */
export const UPGRADERS: readonly ((db: Database) => void)[] = [
  (db) => {
    db.exec(TABLES_SQL);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  },
  (db) => db.exec(SOURCES_SQL),
];

/** Reads one integer pragma. */
export function pragmaNumber(db: Database, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get<Record<string, number>>();
  return Number(Object.values(row ?? {})[0]);
}

/**
 * Brings an open database to SCHEMA_VERSION, in one transaction; a second process that does the same meanwhile finds
 * it done. Throws OUT_NEWER for a recording of a later version.
 */
export function migrate(db: Database, upgraders = UPGRADERS, target = SCHEMA_VERSION): void {
  if (schemaVersion(db, target) === target) return;
  db.transaction(() => {
    for (let version = schemaVersion(db, target); version < target; version++) {
      const upgrade = upgraders[version];
      if (upgrade === undefined) throw new RangeError(`no upgrader from schema version ${version}`);
      upgrade(db);
      db.exec(`PRAGMA user_version = ${version + 1}`);
    }
  }, 'immediate');
}

/** Schema version of an open database. Throws OUT_NEWER when it is later than `target`. */
export function schemaVersion(db: Database, target = SCHEMA_VERSION): number {
  const version = pragmaNumber(db, 'user_version');
  if (version > target) throw storeError('OUT_NEWER', `${db.file} has version ${version}, this tracer knows ${target}`);
  return version;
}
