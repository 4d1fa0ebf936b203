/*
 * The sidecar `<recording>.index.db`. Tables ending in `_rows` and the tables of tier 1 hold numbers; the views of the
 * contract (docs/SCHEMA.md) join them with functions and sites. Everything here can be made again from the recording.
 *
 * Ids: function = module * 2^20 + index, site = module * 2^24 + index; call, object, request and event of SQL = thread *
 * 2^40 + number; named correlation = -(thread * 2^40 + number); exception = thread * 2^40 + 2 * object id of the error,
 * or thread * 2^40 + 2 * event + 1 where something without an identity was thrown.
 * Columns of values hold JSON text, or the number of one in `texts`.
 * All of them follow from the recording alone, so chunks can be indexed in any order and again.
 *
 * A change here raises SIDECAR_VERSION; an older sidecar is then made anew.
 */
export const SIDECAR_VERSION = 9;

/** `PRAGMA application_id`: "ECX1". */
export const SIDECAR_APPLICATION_ID = 0x45435831;

export const FUNCTIONS_PER_MODULE = 2 ** 20;
export const SITES_PER_MODULE = 2 ** 24;

/** Sets of rows that are built, and covered, on their own. */
export const ROW_GROUPS = ['calls', 'writes', 'events'] as const;
export type RowGroup = (typeof ROW_GROUPS)[number];

/** Which group fills a table. */
export const GROUP_OF_TABLE: Readonly<Record<string, RowGroup>> = {
  call_rows: 'calls',
  suspension_rows: 'calls',
  resumption_rows: 'calls',
  exception_rows: 'calls',
  logs: 'calls',
  request_rows: 'calls',
  marks: 'calls',
  correlations: 'calls',
  edge_rows: 'calls',
  send_rows: 'calls',
  receipt_rows: 'calls',
  connection_rows: 'calls',
  trace_rows: 'calls',
  request_pairs: 'calls',
  correlation_links: 'calls',
  write_rows: 'writes',
  expression_rows: 'writes',
  objects: 'writes',
  event_rows: 'events',
};

/** Tables that tier 1 fills. */
export const SEEK_TABLES: readonly string[] = [
  'function_calls',
  'last_writes',
  'sleeps',
  'chunk_sites',
  'object_captures',
  'effects',
  'chunk_maps',
  'seek_chunks',
];

const FACTS = `
CREATE TABLE index_meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE processes(id INTEGER PRIMARY KEY, pid INTEGER, parent_id INTEGER, argv TEXT, cwd TEXT, node TEXT,
  start_ns INTEGER, end_ns INTEGER, exit_code INTEGER, signal TEXT, complete INTEGER);
CREATE TABLE threads(id INTEGER PRIMARY KEY, process_id INTEGER, kind TEXT, name TEXT, parent_id INTEGER,
  start_ns INTEGER, end_ns INTEGER, produced INTEGER, stored INTEGER, dropped INTEGER, pruned INTEGER);
CREATE TABLE module_rows(id INTEGER PRIMARY KEY, file TEXT, url TEXT, hash TEXT, source TEXT, level TEXT,
  skipped_reason TEXT, signature TEXT);
CREATE TABLE function_rows(id INTEGER PRIMARY KEY, module_id INTEGER, file TEXT, name TEXT, kind TEXT, line INTEGER,
  "column" INTEGER, end_line INTEGER, level TEXT, parameters TEXT /* JSON */);
CREATE TABLE site_rows(id INTEGER PRIMARY KEY, function_id INTEGER, file TEXT, line INTEGER, "column" INTEGER,
  name TEXT, text TEXT, operator TEXT);
CREATE TABLE samples(process_id INTEGER, time_ns INTEGER, loop_delay_ms REAL, gc_ms REAL, heap_bytes INTEGER);
CREATE TABLE gaps(thread_id INTEGER, time_ns INTEGER, dropped INTEGER, reason TEXT, event INTEGER);
CREATE TABLE snapshots(id INTEGER PRIMARY KEY, process_id INTEGER, time_ns INTEGER, reason TEXT, json TEXT);
`;

const TIER_1 = `
CREATE TABLE seek_chunks(thread_id INTEGER, chunk INTEGER, words INTEGER, whole INTEGER, next_scope INTEGER,
  PRIMARY KEY(thread_id, chunk)) WITHOUT ROWID;
CREATE TABLE function_calls(function_id INTEGER, thread_id INTEGER, chunk INTEGER, calls INTEGER, throws INTEGER,
  self_ns INTEGER, total_ns INTEGER, PRIMARY KEY(function_id, thread_id, chunk)) WITHOUT ROWID;
CREATE TABLE last_writes(thread_id INTEGER, owner INTEGER, variable INTEGER, chunk INTEGER,
  PRIMARY KEY(thread_id, owner, variable, chunk)) WITHOUT ROWID;
CREATE TABLE sleeps(thread_id INTEGER, call INTEGER, from_chunk INTEGER, to_chunk INTEGER, site INTEGER, link INTEGER,
  suspend_site INTEGER, event INTEGER, time_ns INTEGER, PRIMARY KEY(thread_id, call, from_chunk)) WITHOUT ROWID;
CREATE INDEX sleeps_by_end ON sleeps(thread_id, to_chunk, from_chunk);
CREATE TABLE detail_nodes(thread_id INTEGER, level INTEGER, node INTEGER, shift INTEGER, data BLOB,
  PRIMARY KEY(thread_id, level, node));
CREATE TABLE detail_stacks(thread_id INTEGER, chunk INTEGER, next_event INTEGER, last_ns INTEGER, data BLOB,
  PRIMARY KEY(thread_id, chunk));
CREATE TABLE slice_ends(thread_id INTEGER, call INTEGER, start_ns INTEGER, end_ns INTEGER, outcome INTEGER,
  PRIMARY KEY(thread_id, call, start_ns)) WITHOUT ROWID;
CREATE TABLE chunk_sites(thread_id INTEGER, chunk INTEGER, facts INTEGER /* bits: fact-chunks.ts */, sites BLOB /* ascending u32, little-endian */,
  PRIMARY KEY(thread_id, chunk)) WITHOUT ROWID;
CREATE TABLE object_captures(thread_id INTEGER, object INTEGER, chunk INTEGER,
  PRIMARY KEY(thread_id, object, chunk)) WITHOUT ROWID;
CREATE TABLE chunk_maps(thread_id INTEGER, chunk INTEGER, words INTEGER, digest BLOB /* words, little-endian: ChunkDigest */,
  map BLOB /* likewise: ChunkMap */,
  PRIMARY KEY(thread_id, chunk));
CREATE TABLE effects(thread_id INTEGER, call INTEGER, chunk INTEGER, PRIMARY KEY(thread_id, call, chunk)) WITHOUT ROWID;
`;

const TIER_2 = `
CREATE TABLE coverage(thread_id INTEGER, chunk INTEGER, row_group TEXT, words INTEGER, whole INTEGER, carry TEXT,
  damage TEXT, PRIMARY KEY(thread_id, chunk, row_group)) WITHOUT ROWID;
CREATE TABLE texts(id INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE call_rows(id INTEGER PRIMARY KEY, thread_id INTEGER, parent_id INTEGER, async_parent_id INTEGER,
  correlation_id INTEGER, function_id INTEGER, call_line INTEGER, depth INTEGER, start_event INTEGER, end_event INTEGER,
  start_ns INTEGER, end_ns INTEGER, outcome TEXT, outcome_event INTEGER, result, result_type TEXT,
  exception_id INTEGER, arguments TEXT /* JSON: per position [value, type, object id, why truncated, id of the value's text] */);
CREATE INDEX calls_of_unknown_chain ON call_rows(parent_id) WHERE correlation_id IS NULL AND parent_id IS NOT NULL;
CREATE INDEX calls_running ON call_rows(thread_id) WHERE outcome = 'running';
CREATE TABLE suspension_rows(call_id INTEGER, event INTEGER, time_ns INTEGER, resumed_ns INTEGER, kind TEXT,
  site_id INTEGER, PRIMARY KEY(call_id, event)) WITHOUT ROWID;
CREATE TABLE resumption_rows(call_id INTEGER, event INTEGER, time_ns INTEGER, PRIMARY KEY(call_id, event)) WITHOUT ROWID;
CREATE TABLE exception_rows(id INTEGER PRIMARY KEY, call_id INTEGER, thread_id INTEGER, event INTEGER, time_ns INTEGER,
  name TEXT, message TEXT, stack TEXT, caught INTEGER, caught_event INTEGER, stack_event INTEGER);
CREATE TABLE logs(id INTEGER PRIMARY KEY, thread_id INTEGER, call_id INTEGER, time_ns INTEGER, stream TEXT, text TEXT);
CREATE TABLE request_rows(id INTEGER PRIMARY KEY, call_id INTEGER, direction TEXT, method TEXT, url TEXT, status INTEGER,
  start_ns INTEGER, end_ns INTEGER, correlation_id INTEGER);
CREATE TABLE marks(id INTEGER PRIMARY KEY, thread_id INTEGER, call_id INTEGER, time_ns INTEGER, name TEXT, data TEXT);
CREATE TABLE correlations(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE edge_rows(thread_id INTEGER, event INTEGER, kind TEXT, from_call INTEGER, to_call INTEGER,
  from_thread INTEGER, to_thread INTEGER, time_ns INTEGER, PRIMARY KEY(thread_id, event)) WITHOUT ROWID;
CREATE TABLE send_rows(channel INTEGER, sequence INTEGER, kind TEXT, thread_id INTEGER, event INTEGER, call_id INTEGER,
  correlation_id INTEGER, time_ns INTEGER, PRIMARY KEY(channel, sequence)) WITHOUT ROWID;
CREATE TABLE receipt_rows(thread_id INTEGER, event INTEGER, kind TEXT, channel INTEGER, sequence INTEGER,
  taken_by INTEGER /* the call on top, or one that it woke */, correlation_id INTEGER, time_ns INTEGER,
  PRIMARY KEY(thread_id, event)) WITHOUT ROWID;
CREATE INDEX receipts_by_correlation ON receipt_rows(correlation_id);
CREATE TABLE connection_rows(request_id INTEGER PRIMARY KEY, before INTEGER, client TEXT, server TEXT);
CREATE INDEX connections_by_address ON connection_rows(client, server, before);
CREATE TABLE trace_rows(request_id INTEGER PRIMARY KEY, trace TEXT, parent TEXT, flags INTEGER);
CREATE INDEX traces_by_id ON trace_rows(trace, parent);
CREATE TABLE request_pairs(received INTEGER PRIMARY KEY, sent INTEGER);
CREATE TABLE correlation_links(id INTEGER PRIMARY KEY, parent INTEGER, root INTEGER);
CREATE INDEX links_by_parent ON correlation_links(parent);
CREATE TABLE write_rows(id INTEGER PRIMARY KEY, call_id INTEGER, thread_id INTEGER, time_ns INTEGER, kind TEXT,
  name TEXT, value, type TEXT, object_id INTEGER, owner_id INTEGER, site_id INTEGER, scope_id INTEGER,
  truncated TEXT);
CREATE TABLE expression_rows(id INTEGER PRIMARY KEY, call_id INTEGER, thread_id INTEGER, time_ns INTEGER,
  site_id INTEGER, value, type TEXT);
CREATE TABLE objects(id INTEGER PRIMARY KEY, class TEXT, first_ns INTEGER, event INTEGER);
CREATE TABLE event_rows(thread_id INTEGER, seq INTEGER, time_ns INTEGER, kind TEXT, call_id INTEGER,
  site_id INTEGER, PRIMARY KEY(thread_id, seq)) WITHOUT ROWID;
`;

/** The correlation that a chain began with, over all threads and processes. */
export function rootOf(correlation: string): string {
  return `coalesce((SELECT l.root FROM correlation_links l WHERE l.id = ${correlation}), ${correlation})`;
}

/** The first call of a correlation that began with something received. */
function firstCallOf(correlation: string): string {
  return `(SELECT min(f.id) FROM call_rows f WHERE f.correlation_id = ${correlation})`;
}

/** SQL of a text that stands in its row, or by number in `texts`. */
export function textOf(column: string, otherwise = column): string {
  const shared = `(SELECT x.text FROM texts x WHERE x.id = CAST(${column} AS INTEGER))`;
  return column === otherwise
    ? `CASE WHEN typeof(${column}) IN ('integer', 'real') THEN ${shared} ELSE ${column} END`
    : `CASE WHEN ${column} IS NOT NULL THEN ${shared} ELSE ${otherwise} END`;
}

const VIEWS = `
CREATE VIEW modules AS SELECT id, file, url, hash, source, level, skipped_reason FROM module_rows;
CREATE VIEW functions AS SELECT f.id, f.module_id, f.file, f.name, f.kind, f.line, f."column", f.end_line, f.level,
    coalesce((SELECT sum(c.calls) FROM function_calls c WHERE c.function_id = f.id), 0) AS calls,
    coalesce((SELECT sum(c.throws) FROM function_calls c WHERE c.function_id = f.id), 0) AS throws,
    coalesce((SELECT sum(c.self_ns) FROM function_calls c WHERE c.function_id = f.id), 0) AS self_ns,
    coalesce((SELECT sum(c.total_ns) FROM function_calls c WHERE c.function_id = f.id), 0) AS total_ns
  FROM function_rows f;
CREATE VIEW calls AS SELECT c.id, c.thread_id, t.process_id, c.parent_id, c.async_parent_id,
    ${rootOf('c.correlation_id')} AS correlation_id, c.function_id, f.name AS function, f.file, f.line, c.call_line, c.depth, c.start_ns, c.end_ns, c.outcome, ${textOf('c.result')} AS result,
    c.result_type, c.exception_id, c.start_event, c.end_event
  FROM call_rows c LEFT JOIN function_rows f ON f.id = c.function_id LEFT JOIN threads t ON t.id = c.thread_id;
CREATE VIEW arguments AS SELECT c.id AS call_id, a.key AS position,
    coalesce(json_extract(f.parameters, '$[' || a.key || ']'), 'argument ' || a.key) AS name, ${textOf("a.value ->> '$[4]'", "a.value -> '$[0]'")} AS value,
    a.value ->> '$[1]' AS type, a.value ->> '$[2]' AS object_id, a.value ->> '$[3]' AS truncated
  FROM call_rows c JOIN json_each(c.arguments) a LEFT JOIN function_rows f ON f.id = c.function_id;
CREATE VIEW writes AS SELECT w.id, w.call_id, w.thread_id, w.time_ns, w.kind, coalesce(w.name, s.name) AS name, ${textOf('w.value')} AS value,
    w.type, w.object_id, w.owner_id, s.file, s.line, s."column", w.scope_id, w.truncated, s.operator, s.text AS owner,
    w.id % 1099511627776 AS event
  FROM write_rows w LEFT JOIN site_rows s ON s.id = w.site_id;
CREATE VIEW expressions AS SELECT e.id, e.call_id, e.thread_id, e.time_ns, s.text, ${textOf('e.value')} AS value, e.type, s.file, s.line,
    s."column", s.operator AS kind, e.id % 1099511627776 AS event
  FROM expression_rows e LEFT JOIN site_rows s ON s.id = e.site_id;
CREATE VIEW suspensions AS SELECT u.call_id, u.time_ns, coalesce(u.resumed_ns, (SELECT r.time_ns FROM resumption_rows r
      WHERE r.call_id = u.call_id AND r.event > u.event ORDER BY r.event LIMIT 1)) AS resumed_ns, u.kind, s.file, s.line,
    u.event
  FROM suspension_rows u LEFT JOIN site_rows s ON s.id = u.site_id;
CREATE VIEW exceptions AS SELECT id, call_id, thread_id, time_ns, name, message, stack, caught, event
  FROM exception_rows;
CREATE VIEW requests AS SELECT id, call_id, direction, method, url, status, start_ns, end_ns,
    ${rootOf('r.correlation_id')} AS correlation_id,
    (SELECT printf('00-%s-%s-%02x', t.trace, t.parent, t.flags) FROM trace_rows t WHERE t.request_id = r.id) AS traceparent
  FROM request_rows r;
CREATE VIEW edges AS
  SELECT kind, from_call, to_call, from_thread, to_thread, time_ns, NULL AS from_ns, event,
    NULL AS from_event
  FROM edge_rows
  UNION ALL SELECT r.kind, s.call_id, coalesce(${firstCallOf('r.correlation_id')}, r.taken_by), s.thread_id, r.thread_id,
    r.time_ns, s.time_ns, r.event, s.event
  FROM receipt_rows r JOIN send_rows s ON s.channel = r.channel AND s.sequence = r.sequence
  UNION ALL SELECT 'http', o.call_id, ${firstCallOf('i.correlation_id')}, o.id / 1099511627776, i.id / 1099511627776,
    i.start_ns, o.start_ns, NULL, NULL
  FROM request_pairs p JOIN request_rows i ON i.id = p.received JOIN request_rows o ON o.id = p.sent;
CREATE VIEW events AS SELECT seq, thread_id, time_ns, kind, call_id, site_id / ${SITES_PER_MODULE} AS module_id, site_id
  FROM event_rows;
CREATE VIEW sites AS SELECT id, function_id, file, line, "column", name, text, operator FROM site_rows;
`;

export const SIDECAR_DDL = FACTS + TIER_1 + TIER_2 + VIEWS;

/** Made after the first rows of a group: while they are filled, no index has to be kept. */
export const GROUP_INDEXES: Readonly<Record<RowGroup, string>> = {
  calls: `CREATE INDEX IF NOT EXISTS calls_by_function ON call_rows(function_id);
    CREATE INDEX IF NOT EXISTS calls_by_parent ON call_rows(parent_id);
    CREATE INDEX IF NOT EXISTS calls_by_async_parent ON call_rows(async_parent_id) WHERE async_parent_id IS NOT NULL;
    CREATE INDEX IF NOT EXISTS calls_by_correlation ON call_rows(correlation_id);`,
  writes: 'CREATE INDEX IF NOT EXISTS writes_by_call ON write_rows(call_id);',
  events: '',
};
