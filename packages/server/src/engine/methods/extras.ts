/* Snapshots, samples, and indexes built ahead. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildSeekIndex, eventsWithoutRows, type Fact } from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import type { SampleSeries, SnapshotEntry } from '../../protocol.ts';
import { storeProgress } from '../context.ts';
import { pageOf } from '../views/basics.ts';
import type { Answer } from './method.ts';

const FACTS_AHEAD: readonly Fact[] = ['output', 'throws', 'links'];
/** About two seconds of work. */
const EVENTS_AHEAD_MAX = 1_000_000;

export const index: Answer<'index'> = (context, { rows }, job) => {
  const { recording, sidecar } = context;
  buildSeekIndex(recording, sidecar.db, { onProgress: storeProgress(job, 'building the index') });
  if (rows) context.buildRows(job, ['calls', 'writes']);
  // Lists that cost little are made ahead, so that their tabs can say how many there are.
  for (const fact of FACTS_AHEAD) {
    if (eventsWithoutRows(recording, sidecar.db, fact) <= EVENTS_AHEAD_MAX) context.buildRows(job, ['calls'], { fact });
  }
  return { built: true };
};

export const snapshots: Answer<'snapshots'> = ({ recording, data }, params) => {
  const rows = recording.db
    .prepare(
      `SELECT id, process_id AS process, time_ns AS timeNs, reason, length(json) AS bytes FROM snapshots ORDER BY time_ns, id`,
    )
    .all<Omit<SnapshotEntry, 'file'>>();
  const files = new Set(filesIn(`${data.file}.snapshots`));
  return pageOf(
    rows.map((row) => ({ ...row, file: files.has(`${row.id}.json`) ? `${row.id}.json` : null })),
    params,
  );
};

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  } catch {
    return [];
  }
}

export const snapshot: Answer<'snapshot'> = ({ recording }, { id }) => {
  const row = recording.db.prepare('SELECT json FROM snapshots WHERE id = ?').get<{ json: string }>(id);
  if (!row) throw new ServerError('UNAVAILABLE', `there is no snapshot ${id}`);
  return { id, json: row.json };
};

interface SampleRow {
  process: number;
  timeNs: number;
  loopDelayMs: number;
  gcMs: number;
  heapBytes: number;
}

export const samples: Answer<'samples'> = ({ recording }, { columns }) => {
  const rows = recording.db
    .prepare(
      `SELECT process_id AS process, time_ns AS timeNs, coalesce(loop_delay_ms, 0) AS loopDelayMs,
         coalesce(gc_ms, 0) AS gcMs, coalesce(heap_bytes, 0) AS heapBytes FROM samples ORDER BY process_id, time_ns`,
    )
    .all<SampleRow>();
  const byProcess = new Map<number, SampleRow[]>();
  for (const row of rows) {
    const own = byProcess.get(row.process);
    if (own) own.push(row);
    else byProcess.set(row.process, [row]);
  }
  return { processes: [...byProcess.values()].map((own) => series(thin(own, columns))) };
};

function series(rows: readonly SampleRow[]): SampleSeries {
  return {
    process: rows[0]?.process ?? 0,
    timesNs: Float64Array.from(rows, (row) => row.timeNs),
    loopDelayMs: Float64Array.from(rows, (row) => row.loopDelayMs),
    gcMs: Float64Array.from(rows, (row) => row.gcMs),
    heapBytes: Float64Array.from(rows, (row) => row.heapBytes),
  };
}

/** No more than `columns` rows: of several the one with the longest delay stands for all. */
function thin(rows: readonly SampleRow[], columns: number): SampleRow[] {
  if (rows.length <= columns) return [...rows];
  const kept: SampleRow[] = [];
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * rows.length) / columns);
    const to = Math.floor(((column + 1) * rows.length) / columns);
    kept.push(rows.slice(from, to).reduce((most, row) => (row.loopDelayMs > most.loopDelayMs ? row : most)));
  }
  return kept;
}
