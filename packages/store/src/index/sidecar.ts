import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { openDatabase, sqliteCode, type Database } from '../driver/index.ts';
import type { ChunkIndex, Recording } from '../read/recording.ts';
import { temporaryPlace } from '../read/temporary-place.ts';
import { pragmaNumber } from '../schema/migrations.ts';
import { SIDECAR_APPLICATION_ID, SIDECAR_DDL, SIDECAR_VERSION } from './sidecar-schema.ts';

/** Errors of a place that cannot hold the sidecar: it then goes to the system's temporary folder. */
const PLACE_ERRORS = new Set(['EACCES', 'EROFS', 'EPERM', 'ENOENT', 'EISDIR']);
const PLACE_SQLITE_ERRORS = new Set(['READONLY', 'CANTOPEN', 'IOERR']);
const PAGE_BYTES = 8192;
/** Log pages after which they are merged: 64 MiB, since each merge waits for the disk. */
const CHECKPOINT_PAGES = 8192;
/** What answers need; a reader of a hundred million events stays small. Building rows takes more, for as long as it lasts. */
export const CACHE_KIB = 4_096;
/** Two processes may index at once: each waits so long for the other's chunk. */
const BUSY_TIMEOUT_MS = 30_000;

/** The open sidecar of a recording: one connection that may write. */
export interface Sidecar {
  readonly file: string;
  readonly db: Database;
  /** It could not stand beside the recording and lies in the system's temporary folder. */
  readonly temporary: boolean;
  close(): void;
}

/**
 * Opens the sidecar `<recording>.index.db`, or makes it: mode 0600, WAL, so that several processes can read it while
 * one fills it. One of another recording, of another version or a damaged one is made anew. Where the folder cannot be
 * written, it lies in `<tmp>/tracer-index-<uid>/`. Throws the driver's error when that fails too.
 */
export function openSidecar(recording: Recording): Sidecar {
  const identity = identityOf(recording);
  const beside = `${recording.file}.index.db`;
  try {
    return sidecarOf(recording, { file: beside, db: openOrRenew(beside, identity), temporary: false });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!PLACE_ERRORS.has(code) && !PLACE_SQLITE_ERRORS.has(sqliteCode(error) ?? '') && code !== 'FOREIGN') throw error;
  }
  const file = temporaryPlace(recording.file, '.index.db');
  return sidecarOf(recording, { file, db: openOrRenew(file, identity), temporary: true });
}

/** From here on the recording finds the maps and digests of its chunks in the sidecar. */
function sidecarOf(recording: Recording, opened: Omit<Sidecar, 'close'>): Sidecar {
  const stored = (column: string): ChunkIndex['map'] => {
    const find = opened.db.prepare(
      `SELECT ${column} AS data FROM chunk_maps WHERE thread_id = ? AND chunk = ? AND words = ?`,
    );
    return (...chunk) => find.get<{ data: Uint8Array }>(...chunk)?.data;
  };
  const chunkIndex = { map: stored('map'), digest: stored('digest') };
  recording.chunkIndex = chunkIndex;
  const close = (): void => {
    if (recording.chunkIndex === chunkIndex) recording.chunkIndex = undefined;
    opened.db.close();
  };
  return { ...opened, close };
}

/** What tells one recording from another at the same path, and other tables from ours. */
function identityOf(recording: Recording): string {
  const meta = recording.meta();
  const tables = createHash('sha256').update(SIDECAR_DDL).digest('hex').slice(0, 16);
  return JSON.stringify([meta['started_at'], meta['start_hrtime_ns'], meta['boot_id'], meta['format_version'], tables]);
}

function openOrRenew(file: string, identity: string): Database {
  try {
    return openOnce(file, identity);
  } catch (error) {
    const code = sqliteCode(error);
    if (code !== 'CORRUPT' && code !== 'NOTADB') throw error;
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
    return openOnce(file, identity);
  }
}

function openOnce(file: string, identity: string): Database {
  // SQLite gives the files beside it the same mode.
  closeSync(openSync(file, 'a', 0o600));
  const db = openDatabase(file, { busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    const application = pragmaNumber(db, 'application_id');
    const empty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
    if (application !== SIDECAR_APPLICATION_ID && !empty) {
      throw Object.assign(new Error(`${file} is no index of a recording`), { code: 'FOREIGN' });
    }
    if (empty) db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    // NORMAL keeps the file whole after a power cut; what is lost is made again.
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -${CACHE_KIB}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    if (!belongs(db, identity)) db.transaction(() => renew(db, identity), 'immediate');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function belongs(db: Database, identity: string): boolean {
  if (pragmaNumber(db, 'user_version') !== SIDECAR_VERSION) return false;
  return db.prepare("SELECT value FROM index_meta WHERE key = 'identity'").get<{ value: string }>()?.value === identity;
}

function renew(db: Database, identity: string): void {
  // Another process may have done it while this one waited for the lock.
  if (belongs(db, identity)) return;
  const objects = db
    .prepare("SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
    .all<{ type: string; name: string }>();
  for (const { type, name } of objects) if (type === 'view') db.exec(`DROP VIEW "${name}"`);
  for (const { type, name } of objects) if (type === 'table') db.exec(`DROP TABLE "${name}"`);
  db.exec(SIDECAR_DDL);
  db.exec(`PRAGMA application_id = ${SIDECAR_APPLICATION_ID}; PRAGMA user_version = ${SIDECAR_VERSION}`);
  db.prepare("INSERT INTO index_meta VALUES('identity', ?)").run(identity);
}
