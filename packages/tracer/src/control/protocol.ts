import type { Snapshot, SnapshotProcess } from '@execution-cinema/format';
import type { LiveLevel } from '@execution-cinema/store';

/*
 * What is said over the socket of a recorded process: one request, one reply, each a line of JSON. Both ends are of the
 * same build, or say so.
 */

export type Request =
  /** Reads this process alone, for a snapshot that another process puts together. */
  | { type: 'collect' }
  /** Takes a snapshot of the whole tree. */
  | { type: 'snapshot'; reason: string }
  | { type: 'levels' }
  /** Globs of files and patterns of functions as in a plan. */
  | { type: 'set'; level: string; file?: string; function?: string }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'mark'; name: string };

export interface Replies {
  collect: SnapshotProcess;
  snapshot: { id: number | null; file: string; snapshot: Snapshot };
  levels: ProcessLevels;
  set: { changed: number; matched: number; limited: LiveLevel[] };
  pause: Record<string, never>;
  resume: Record<string, never>;
  /** null: the main thread does not answer, and marks the moment at which it goes on. */
  mark: { timeNs: number | null };
}

export interface ProcessLevels {
  pid: number;
  recording: string;
  paused: boolean;
  functions: LiveLevel[];
}

export type Envelope = { build: string; request: Request };
export type Reply = { ok: unknown } | { error: string };

/** Bytes of a request; a reply may be as large as a snapshot. */
export const REQUEST_BYTES_MAX = 65_536;
export const REPLY_BYTES_MAX = 256 * 1024 * 1024;
