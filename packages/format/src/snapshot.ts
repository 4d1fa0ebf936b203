import type { Json } from './value-json.ts';

/*
 * A snapshot: every thread of every process of a run at one moment. Documented in docs/SCHEMA.md; it grows by new fields,
 * SNAPSHOT_VERSION rises when one changes its meaning. Values have the JSON form of value-json.ts.
 */
export const SNAPSHOT_VERSION = 1;

export interface Snapshot {
  version: number;
  /** What asked for it: `signal`, `command`, `api`, `inspect`. */
  reason: string;
  /** Nanoseconds since the recording began. */
  timeNs: number;
  processes: SnapshotProcess[];
  variable_examples: Record<string, VariableExample>;
}

export interface SnapshotProcess {
  /** Row in `processes`. */
  id: number;
  pid: number;
  argv: string[];
  threads: SnapshotThread[];
  /** Why nothing is known of its threads. */
  unavailable?: string;
}

export interface SnapshotThread {
  /** Row in `threads`. */
  id: number;
  kind: string;
  name: string;
  /** `running`: stopped in the middle of JavaScript; `idle`: in its event loop; `blocked`: it did not answer in time. */
  state: 'running' | 'idle' | 'blocked';
  /** Why the frames are not (all) those of this moment. */
  unavailable?: string;
  /** Of one that is blocked: since when nothing has been recorded of it, nanoseconds since the recording began. */
  sinceNs?: number;
  /** How long the thread stood still for this, milliseconds. */
  pausedMs: number;
  /** Innermost first. */
  frames: SnapshotFrame[];
  /** Frames further out that were left out. */
  framesOmitted?: number;
  /** Variables that were left out, because there were too many or time was up. */
  variablesOmitted?: number;
  suspended: SnapshotSuspended[];
  suspendedOmitted?: number;
  /** What keeps the event loop alive, by kind, as `process.getActiveResourcesInfo()` tells. */
  resources: Record<string, number>;
  handles: SnapshotHandle[];
}

export interface SnapshotFrame {
  function: string;
  file: string;
  /** 1-based, of the original file. */
  line: number;
  /** 0-based. */
  column: number;
  instrumented: boolean;
  /** The call in the recording, `T:N`, where it is recorded. */
  call?: string;
  this?: Json;
  /** Innermost first. */
  scopes: SnapshotScope[];
}

export interface SnapshotScope {
  type: string;
  name: string;
  variables: Record<string, Json>;
}

export interface SnapshotSuspended {
  function: string;
  file: string;
  line: number;
  /** `await`, `yield`, `for await`, ... */
  kind: string;
  /** Text of what it waits for. */
  awaiting: string;
  sinceNs: number;
  call: string;
  /** Last known variables. */
  variables: Record<string, Json>;
  /** Why there are none. */
  unavailable?: string;
}

export interface SnapshotHandle {
  type: string;
  local?: string;
  remote?: string;
  fd?: number;
}

export interface VariableExample {
  example: Json;
  /** Functions in which a variable of this name is seen. */
  functions: string[];
}
