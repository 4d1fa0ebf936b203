import { existsSync, statSync } from 'node:fs';
import { StoreError, storeError } from '../errors.ts';
import { openDatabase } from '../driver/open.ts';
import { sqliteCode } from '../driver/sqlite-codes.ts';
import type { Database } from '../driver/types.ts';
import { bootId, sameClock } from './boot.ts';
import { APPLICATION_ID, PAGE_BYTES, SCHEMA_VERSION } from './ddl.ts';
import { storeFailure } from './failure.ts';
import { migrate, pragmaNumber, schemaVersion } from './migrations.ts';
import { preparePlace } from './place.ts';

/** Cache of the writing connection; the default would hold 31 of our pages. */
const WRITER_CACHE_KIB = 8_192;

/** Of a reader: chunks pass by the cache, and what else is read is small. */
const READER_CACHE_KIB = 2_048;

/** What is written into `meta` when a recording begins. */
export type RecordingMeta = Readonly<Record<string, string>>;

export interface OpenedRecording {
  db: Database;
  /** False when the file held a recording already: `meta` is then that of whoever began it. */
  created: boolean;
  meta: RecordingMeta;
}

/**
 * Opens `file` for recording: creates it (folder 0700, file 0600) or joins the recording that it holds. Never alters a
 * file that is something else. `busyTimeoutMs` bounds each wait for other writers.
 * Throws StoreError: OUT_*, DISK_*, NO_SQLITE.
 */
export function openRecording(file: string, meta: RecordingMeta, busyTimeoutMs = 2_000): OpenedRecording {
  const fresh = preparePlace(file);
  let db: Database | undefined;
  try {
    db = openDatabase(file, { busyTimeoutMs });
    if (!fresh) requireRecording(db);
    else db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    useWal(db);
    migrate(db);
    const created = db.transaction(() => writeMeta(db!, { ...meta, boot_id: bootId() }), 'immediate');
    const inForce = readMeta(db);
    if (!created && !sameClock(inForce)) throw storeError('OUT_OTHER_BOOT', `${file} of ${inForce['started_at']}`);
    return { db, created, meta: inForce };
  } catch (error) {
    try {
      db?.close();
    } catch {
      // The first error says more.
    }
    throw storeFailure(error, file);
  }
}

/**
 * Durable against a killed process, not against a power cut: `synchronous = OFF` leaves the flush to the system, which
 * keeps what a dead process has written. Checkpoints are ours alone (checkpoint.ts), so that none hits a commit.
 */
function useWal(db: Database): void {
  const mode = db.prepare('PRAGMA journal_mode = WAL').get<{ journal_mode: string }>()?.journal_mode;
  if (mode !== 'wal') throw storeError('OUT_NO_WAL', `${db.file} (journal mode ${mode})`);
  db.exec(`PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -${WRITER_CACHE_KIB};
    PRAGMA temp_store = MEMORY`);
}

/** Files up to this size are checked whole before they are joined. */
const CHECK_BYTES_MAX = 16 * 1024 * 1024;

function requireRecording(db: Database): void {
  const application = pragmaNumber(db, 'application_id');
  if (application !== APPLICATION_ID) {
    // An empty database is fine: another process is creating the recording at this moment.
    if (application !== 0 || db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined) {
      throw storeError('OUT_NOT_RECORDING', db.file);
    }
    return;
  }
  schemaVersion(db);
  // Somebody writes to it, or was killed while doing so: then the file alone says little, and SQLite recovers the rest.
  if (existsSync(`${db.file}-wal`)) return;
  const bytes = statSync(db.file).size;
  const bytesExpected = pragmaNumber(db, 'page_count') * pragmaNumber(db, 'page_size');
  if (bytes < bytesExpected) {
    throw storeError('OUT_CORRUPT', `${db.file} has ${bytes} bytes, expected ${bytesExpected}`);
  }
  if (bytes > CHECK_BYTES_MAX) return;
  const check = db.prepare('PRAGMA quick_check(1)').get<{ quick_check: string }>()?.quick_check;
  if (check !== 'ok') throw storeError('OUT_CORRUPT', `${db.file} (${check})`);
}

function writeMeta(db: Database, meta: RecordingMeta): boolean {
  if (db.prepare('SELECT 1 FROM meta LIMIT 1').get() !== undefined) return false;
  const insert = db.prepare('INSERT INTO meta(key, value) VALUES(?, ?)');
  for (const [key, value] of Object.entries(meta)) insert.run(key, value);
  return true;
}

/** All rows of `meta`. */
export function readMeta(db: Database): RecordingMeta {
  const rows = db.prepare('SELECT key, value FROM meta').all<{ key: string; value: string }>();
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/**
 * Opens a recording for reading; it may be running, finished or cut off, and is never written to.
 * Throws StoreError: NOT_FOUND, OUT_NOT_RECORDING, OUT_CORRUPT, OUT_NEWER, NO_SQLITE.
 */
export function openForReading(file: string, busyTimeoutMs?: number): Database {
  let db: Database | undefined;
  try {
    db = openDatabase(file, { readonly: true, ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }) });
    db.exec(`PRAGMA cache_size = -${READER_CACHE_KIB}`);
    if (pragmaNumber(db, 'application_id') !== APPLICATION_ID) throw storeError('OUT_NOT_RECORDING', file);
    const version = pragmaNumber(db, 'user_version');
    if (version > SCHEMA_VERSION) {
      throw storeError('OUT_NEWER', `${file} has version ${version}, this tracer knows ${SCHEMA_VERSION}`);
    }
    return db;
  } catch (error) {
    db?.close();
    if (!(error instanceof StoreError) && sqliteCode(error) === 'CANTOPEN') throw storeError('NOT_FOUND', file, error);
    throw storeFailure(error, file);
  }
}
