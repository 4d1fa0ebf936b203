/*
 * The tables of a recording, as docs/SCHEMA.md describes them. Every integer column says INTEGER: both drivers bind
 * numbers as floats, and the column's affinity turns them back.
 * A change here raises SCHEMA_VERSION and comes with one upgrader in migrations.ts.
 */
export const SCHEMA_VERSION = 2;

/** `PRAGMA application_id`: "ECN1". */
export const APPLICATION_ID = 0x45434e31;

/** Large pages make blobs of a chunk as cheap to write as appending to a file. */
export const PAGE_BYTES = 65_536;

export const TABLES_SQL = `
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE processes(id INTEGER PRIMARY KEY, pid INTEGER, parent_id INTEGER, argv TEXT, cwd TEXT, node TEXT,
  config TEXT, start_ns INTEGER, end_ns INTEGER, exit_code INTEGER, signal TEXT, complete INTEGER NOT NULL DEFAULT 0,
  heartbeat_ns INTEGER);
CREATE TABLE threads(id INTEGER PRIMARY KEY, process_id INTEGER, kind TEXT, name TEXT, worker_id INTEGER,
  parent_id INTEGER, start_ns INTEGER, end_ns INTEGER, produced INTEGER NOT NULL DEFAULT 0,
  stored INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0, pruned INTEGER NOT NULL DEFAULT 0);
CREATE TABLE modules(id INTEGER PRIMARY KEY, key TEXT UNIQUE, file TEXT, url TEXT, hash TEXT, format TEXT,
  level INTEGER, source TEXT, sites BLOB, functions INTEGER, instrumented INTEGER, skipped_reason TEXT);
CREATE TABLE loads(thread_id INTEGER, base INTEGER, count INTEGER, module_id INTEGER, scope_instance INTEGER,
  time_ns INTEGER, PRIMARY KEY(thread_id, base));
CREATE TABLE chunks(id INTEGER PRIMARY KEY, thread_id INTEGER, chunk INTEGER, fragment INTEGER, first_event INTEGER,
  events INTEGER, first_call INTEGER, calls INTEGER, throws INTEGER, start_ns INTEGER, end_ns INTEGER,
  max_depth INTEGER, dropped_before INTEGER, words INTEGER, final INTEGER, data BLOB,
  UNIQUE(thread_id, chunk, fragment));
CREATE TABLE gaps(thread_id INTEGER, time_ns INTEGER, event INTEGER, dropped INTEGER, reason TEXT);
CREATE TABLE pruned(thread_id INTEGER, first_chunk INTEGER, last_chunk INTEGER, events INTEGER, calls INTEGER,
  start_ns INTEGER, end_ns INTEGER);
CREATE TABLE samples(process_id INTEGER, time_ns INTEGER, loop_delay_ms REAL, gc_ms REAL, heap_bytes INTEGER);
CREATE TABLE snapshots(id INTEGER PRIMARY KEY, process_id INTEGER, time_ns INTEGER, reason TEXT, json TEXT);
CREATE TABLE plans(time_ns INTEGER, process_id INTEGER, json TEXT, note TEXT);
CREATE TABLE notes(process_id INTEGER, time_ns INTEGER, kind TEXT, text TEXT);
`;

/** Since version 2: texts of the files that a module was made of, where it came with a source map. */
export const SOURCES_SQL = `
CREATE TABLE sources(module_id INTEGER, source INTEGER, text TEXT, PRIMARY KEY(module_id, source));
`;
