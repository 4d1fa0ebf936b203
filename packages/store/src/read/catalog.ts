import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { StoreError } from '../errors.ts';
import { processState, type ProcessState } from '../schema/process-state.ts';
import type { RecordingMeta } from '../schema/open-recording.ts';
import { readRecording, type ProcessRow, type Recording } from './recording.ts';

/** One line of `tracer ls`. */
export interface RecordingSummary {
  file: string;
  name: string;
  /** `unreadable`: no recording, or damaged; `error` says which. */
  state: ProcessState | 'unreadable';
  /** ISO 8601; the file's time of change when the recording cannot be read. */
  startedAt: string;
  /** Until the last that is known of it, nanoseconds. */
  durationNs: number;
  /** Database and WAL. */
  bytes: number;
  processes: number;
  threads: number;
  /** Stored events. */
  events: number;
  dropped: number;
  /** Command line of the first process. */
  argv: string[];
  /** How that process ended; null while it runs or when that is not known. */
  exitCode: number | null;
  signal: string | null;
  error: string | undefined;
}

/** Ends of files beside a recording that are no recordings themselves. */
const SIDECAR_SUFFIX = '.index.db';

/**
 * The recordings of a folder, newest first. A missing folder has none, databases of other programs are left out,
 * damaged files are listed with their error.
 */
export function recordingSummaries(folder: string): RecordingSummary[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.db') && !name.endsWith(SIDECAR_SUFFIX))
    .flatMap((name) => summarize(join(folder, name)) ?? [])
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

/** The newest readable recording of a folder, undefined when there is none. */
export function newestRecording(folder: string): string | undefined {
  return recordingSummaries(folder).find(({ state }) => state !== 'unreadable')?.file;
}

function summarize(file: string): RecordingSummary | undefined {
  let recording: Recording | undefined;
  try {
    recording = readRecording(file);
    return describe(recording);
  } catch (error) {
    const foreign = error instanceof StoreError && error.code === 'OUT_NOT_RECORDING' && error.cause === undefined;
    return foreign ? undefined : unreadable(file, error);
  } finally {
    recording?.close();
  }
}

function describe(recording: Recording): RecordingSummary {
  const meta = recording.meta();
  const processes = recording.processes();
  const threads = recording.threads();
  const first = processes[0];
  return {
    file: recording.file,
    name: basename(recording.file),
    state: stateOfRecording(processes, meta),
    startedAt: meta['started_at'] ?? '',
    durationNs: durationNs(recording),
    bytes: bytesOf(recording.file),
    processes: processes.length,
    threads: threads.length,
    events: threads.reduce((sum, thread) => sum + thread.stored, 0),
    dropped: threads.reduce((sum, thread) => sum + thread.dropped, 0),
    argv: first?.argv ?? [],
    exitCode: first?.exitCode ?? null,
    signal: first?.signal ?? null,
    error: undefined,
  };
}

function unreadable(file: string, error: unknown): RecordingSummary {
  return {
    file,
    name: basename(file),
    state: 'unreadable',
    startedAt: statSync(file, { throwIfNoEntry: false })?.mtime.toISOString() ?? '',
    durationNs: 0,
    bytes: bytesOf(file),
    processes: 0,
    threads: 0,
    events: 0,
    dropped: 0,
    argv: [],
    exitCode: null,
    signal: null,
    error: error instanceof Error ? error.message : String(error),
  };
}

/** `running` while one process runs; `cut off` when one was killed; else `complete`. */
export function stateOfRecording(processes: readonly ProcessRow[], meta: RecordingMeta): ProcessState {
  const states = processes.map((row) => stateOfProcess(row, meta));
  if (states.includes('running')) return 'running';
  return states.length === 0 || states.includes('cut off') ? 'cut off' : 'complete';
}

export function stateOfProcess(row: ProcessRow, meta: RecordingMeta): ProcessState {
  return processState({ pid: row.pid, complete: row.complete ? 1 : 0, start_ns: row.startNs }, meta);
}

/** Bytes on disk: database and WAL. */
export function bytesOf(file: string): number {
  const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size(file) + size(`${file}-wal`);
}

/** From the start of the recording to the last that is known of it, nanoseconds; of one that is running to now. */
export function durationNs(recording: Recording): number {
  const processes = recording.processes();
  const meta = recording.meta();
  const ends = processes.map((row) => row.endNs ?? row.heartbeatNs);
  for (const { id } of recording.threads()) ends.push(recording.chunks(id).at(-1)?.endNs ?? 0);
  ends.push(recording.db.prepare('SELECT max(time_ns) AS ns FROM snapshots').get<{ ns: number | null }>()?.ns ?? 0);
  const startMs = Date.parse(meta['started_at'] ?? '');
  // A program that hangs, or waits, records nothing and goes on all the same.
  if (stateOfRecording(processes, meta) === 'running' && startMs > 0) ends.push((Date.now() - startMs) * NS_PER_MS);
  return Math.max(0, ...ends);
}

const NS_PER_MS = 1e6;
