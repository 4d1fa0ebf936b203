import type { Database } from '../driver/index.ts';
import { levelName } from '../read/info.ts';
import type { Recording } from '../read/recording.ts';
import type { ModuleInfo } from '../read/sites.ts';
import { FUNCTIONS_PER_MODULE } from './sidecar-schema.ts';

/** Tables that are copied from the recording as they are, with the columns of the contract. */
const COPIES: Readonly<Record<string, string>> = {
  meta: 'SELECT key, value FROM meta',
  processes: `SELECT id, pid, parent_id, argv, cwd, node, start_ns, end_ns, exit_code, signal, complete FROM processes`,
  threads: `SELECT id, process_id, kind, name, parent_id, start_ns, end_ns, produced, stored, dropped, pruned FROM threads`,
  samples: 'SELECT process_id, time_ns, loop_delay_ms, gc_ms, heap_bytes FROM samples',
  gaps: 'SELECT thread_id, time_ns, dropped, reason, event FROM gaps',
  snapshots: 'SELECT id, process_id, time_ns, reason, json FROM snapshots',
};

/**
 * Brings what needs no chunk up to date in the sidecar: processes, threads, modules, functions and the like.
 * Does nothing when the recording was complete the last time.
 */
export function refreshFacts(recording: Recording, sidecar: Database): void {
  const complete = recording.meta()['state'] === 'complete';
  const marker = complete ? `complete ${recording.threads().length}` : '';
  const known = sidecar.prepare("SELECT value FROM index_meta WHERE key = 'facts'").get<{ value: string }>()?.value;
  if (complete && known === marker) return;
  const copies = Object.entries(COPIES).map(([table, sql]) => {
    const rows = recording.db.prepare(sql).all<Record<string, never>>();
    return { table, rows: rows.map((row) => Object.values(row)) };
  });
  sidecar.transaction(() => {
    for (const { table, rows } of copies) replaceRows(sidecar, table, rows);
    refreshModules(recording, sidecar);
    sidecar.prepare("INSERT OR REPLACE INTO index_meta VALUES('facts', ?)").run(marker);
  }, 'immediate');
}

function replaceRows(sidecar: Database, table: string, rows: readonly never[][]): void {
  sidecar.exec(`DELETE FROM ${table}`);
  if (rows.length === 0) return;
  const insert = sidecar.prepare(`INSERT INTO ${table} VALUES(${rows[0]!.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(...row);
}

/** Modules whose row has changed since it was copied, or is new. */
function refreshModules(recording: Recording, sidecar: Database): void {
  const signatures = recording.db
    .prepare(
      `SELECT id, coalesce(hash, '') || ' ' || coalesce(length(sites), 0) || ' ' || coalesce(skipped_reason, '') AS signature
       FROM modules ORDER BY id`,
    )
    .all<{ id: number; signature: string }>();
  const known = new Map(
    sidecar
      .prepare('SELECT id, signature FROM module_rows')
      .all<{ id: number; signature: string }>()
      .map((row) => [row.id, row.signature]),
  );
  const insertModule = sidecar.prepare('INSERT OR REPLACE INTO module_rows VALUES(?, ?, ?, ?, ?, ?, ?, ?)');
  const insertFunction = sidecar.prepare('INSERT OR REPLACE INTO function_rows VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (const { id, signature } of signatures) {
    if (known.get(id) === signature) continue;
    const module = recording.module(id);
    if (!module) continue;
    const { file, url, hash, level, skippedReason } = module;
    insertModule.run(id, file, url, hash, recording.loadedText(id), levelName(level), skippedReason, signature);
    for (const row of functionRows(module)) insertFunction.run(...row);
  }
}

function functionRows(module: ModuleInfo): (number | string)[][] {
  const { sites } = module;
  return (sites?.functions ?? []).map((entry, i) => [
    module.id * FUNCTIONS_PER_MODULE + i,
    module.id,
    sites!.sources[entry.source] ?? module.file,
    entry.name,
    entry.kind,
    entry.line,
    entry.column,
    entry.endLine,
    levelName(entry.level),
    JSON.stringify(entry.parameters),
  ]);
}
