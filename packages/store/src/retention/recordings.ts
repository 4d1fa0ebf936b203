import { closeSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { APPLICATION_ID } from '../schema/ddl.ts';
import { openForReading, readMeta } from '../schema/open-recording.ts';
import { processState, type ProcessState } from '../schema/process-state.ts';

/** Offset of the application id in the header of a SQLite file (https://sqlite.org/fileformat.html). */
const APPLICATION_ID_OFFSET = 68;

/** What lies beside a recording and goes with it: log, index, snapshots. */
const COMPANIONS = ['-wal', '-shm', '-journal', '.index.db', '.index.db-wal', '.index.db-shm', '.snapshots'] as const;

export interface RecordingFile {
  /** Absolute path. */
  file: string;
  /** Companions included. */
  bytes: number;
  /** Last change of the file or its log, milliseconds since 1970. */
  changedMs: number;
}

/** Recordings directly in `folder`, newest first; empty when there is no such folder. */
export function listRecordings(folder: string): RecordingFile[] {
  const found: RecordingFile[] = [];
  for (const name of namesIn(folder)) {
    const file = join(folder, name);
    if (!name.endsWith('.db') || name.endsWith('.index.db') || !isRecording(file)) continue;
    const { bytes, changedMs } = measure(file);
    found.push({ file, bytes, changedMs });
  }
  return found.sort((a, b) => b.changedMs - a.changedMs);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** True when the file calls itself a recording. One whose tables are still in the log alone does not, yet. */
function isRecording(file: string): boolean {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    const head = Buffer.alloc(APPLICATION_ID_OFFSET + 4);
    return (
      readSync(fd, head, 0, head.length, 0) === head.length &&
      head.readUInt32BE(APPLICATION_ID_OFFSET) === APPLICATION_ID
    );
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function measure(file: string): { bytes: number; changedMs: number } {
  let bytes = 0;
  let changedMs = 0;
  for (const path of [file, ...COMPANIONS.map((end) => file + end)]) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (stat.isDirectory()) {
      for (const name of namesIn(path)) bytes += statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0;
    } else bytes += stat.size;
    if (path === file || path === `${file}-wal`) changedMs = Math.max(changedMs, stat.mtimeMs);
  }
  return { bytes, changedMs };
}

/** State of a whole recording: running when any process of it runs, cut off when any was. Throws StoreError. */
export function recordingState(file: string): ProcessState {
  const db = openForReading(file);
  try {
    const meta = readMeta(db);
    const rows = db
      .prepare('SELECT pid, complete, start_ns FROM processes')
      .all<{ pid: number; complete: number; start_ns: number }>();
    const states = new Set(rows.map((row) => processState(row, meta)));
    return states.has('running') ? 'running' : states.has('cut off') ? 'cut off' : 'complete';
  } finally {
    db.close();
  }
}

/** Deletes a recording with everything that belongs to it. */
export function deleteRecording(file: string): void {
  rmSync(file, { force: true });
  for (const end of COMPANIONS) rmSync(file + end, { force: true, recursive: true });
}
