import type { LoadMessage, NoteMessage, SampleMessage } from '@execution-cinema/format';
import type { MessagePort } from 'node:worker_threads';
import type { StoreErrorInfo } from '../errors.ts';

/*
 * What other threads say to the recorder thread: everything but events. Messages that were posted before a thread
 * wrote an event are in the database before that event: the recorder reads the state of the rings first, then the
 * ports, and writes messages before chunks. Change together with docs/SCHEMA.md.
 *
 * Threads are named by a number of this process (`thread`), chosen by whoever starts them: 0 the main thread, else the
 * worker's threadId. Times are nanoseconds since `RecorderOptions.originHrtimeNs`.
 */

/** Which file, process and settings a recorder thread works for. Plain data, except for rings and ports. */
export interface RecorderOptions {
  /** The recording, an absolute path. */
  file: string;
  /** Root of the program, an absolute path. */
  root: string;
  toolVersion: string;
  /** `process.hrtime` at which the times in chunks and messages are 0; shared by all processes of a run. */
  originHrtimeNs: bigint;
  /** Wall clock at that moment, ISO 8601. */
  startedAt: string;
  clock: 'adaptive' | 'exact';
  process: ProcessInfo;
  /** The main thread, with its ring. */
  main: ThreadInfo;
  /** Where messages come from; the first also gets the recorder's own (`RecorderReport`). Transferred. */
  ports: MessagePort[];
  /** Name of a BroadcastChannel that is listened to as well: worker threads of the process have no port. */
  channel?: string;
  /** One word, set (and notified) once the channel has a listener: what is said before that is lost. */
  listening?: SharedArrayBuffer;
  /** Longest time until what a thread did is committed. Default 25. */
  flushMs?: number;
  /** Flight recorder: bytes of this recording, WAL included, and of all recordings in its folder. Default: no limit. */
  keepBytes?: number;
  keepTotalBytes?: number;
  /** Recording stops when less than this is free on the disk. Default 64 MiB. */
  diskFloorBytes?: number;
  /** The plan in force at start, and the file it came from (null: none). Both are for `RecorderHooks.plan`. */
  plan?: { file: string | null; json: string };
  /**
   * Adaptive recording: share of the program's time that recording may take, 0..1. Absent: full fidelity. What it learns
   * `RecorderHooks.budgetMemory` remembers.
   */
  budgetShare?: number;
}

export interface ProcessInfo {
  pid: number;
  /** Process that started this one, if it is of the same run. */
  parentPid: number | null;
  argv: string[];
  cwd: string;
  node: string;
  /** Effective configuration, and `temporaryFolder`: where this process makes temporary files. Stored as JSON. */
  config: unknown;
  startNs: number;
}

export interface ThreadInfo {
  thread: number;
  kind: 'main' | 'worker';
  /** '': it is called by its row, see `workerName`. */
  name: string;
  /** The `threadId` that the program sees; null for the main thread. */
  workerId: number | null;
  parentThread: number | null;
  startNs: number;
  /** See format/ring-layout.ts. */
  ring: SharedArrayBuffer;
  /** One byte per site id of this thread. */
  levels: SharedArrayBuffer;
}

export interface ModuleMessage {
  type: 'module';
  /** Names the module within the recording, the same in every process. */
  key: string;
  file: string;
  url: string;
  hash: string;
  format: string;
  /** Level in force at start, 0..3. */
  level: number;
  /** Text as it was loaded, redacted, as UTF-8; null when it is not kept. */
  source: Uint8Array | null;
  /**
   * Raw deflate of a JSON array with the texts of the site table's sources, redacted, null for those that are not known;
   * null when `source` is the text of its only one.
   */
  originals: Uint8Array | null;
  /** ModuleSites as JSON text, or that already as raw deflate; null when not instrumented. */
  sites: string | Uint8Array | null;
  functions: number;
  instrumented: boolean;
  /** Why the module is not instrumented; null when it is. */
  skippedReason: string | null;
}

export interface ThreadStartMessage extends ThreadInfo {
  type: 'thread-start';
}

/** The thread has ended and its ring is complete. */
export interface ThreadEndMessage {
  type: 'thread-end';
  thread: number;
  timeNs: number;
}

/** The last message of a process. The recorder drains, closes the recording and then answers the drain request. */
export interface ProcessExitMessage {
  type: 'process-exit';
  timeNs: number;
  exitCode: number | null;
  signal: string | null;
}

/** The plan has changed, or an edit was refused: a row of `plans`. */
export interface PlanMessage {
  type: 'plan';
  timeNs: number;
  /** The plan in force from here on. */
  json: string;
  note: string;
}

/** Another source of messages, for instance the loader's hooks thread. The port is transferred. */
export interface PortMessage {
  type: 'port';
  port: MessagePort;
}

/** The program asks for a snapshot; the thread that does waits for R_SNAPSHOTS to change. */
export interface SnapshotMessage {
  type: 'snapshot';
}

export type { LoadMessage, NoteMessage, SampleMessage };

export type RecorderMessage =
  | ModuleMessage
  | LoadMessage
  | ThreadStartMessage
  | ThreadEndMessage
  | ProcessExitMessage
  | SampleMessage
  | NoteMessage
  | PlanMessage
  | SnapshotMessage
  | PortMessage;

/** What the recorder says on its first port. */
export type RecorderReport =
  /** `joined`: the file held a recording already, to which this process is added. */
  | { type: 'ready'; file: string; driver: string; processId: number; joined: boolean }
  /** Recording has stopped (or never began); sent once. Writers see R_RECORDER = 2. */
  | { type: 'failed'; error: StoreErrorInfo; storedEvents: number }
  /** Something to tell the user once, recording goes on. */
  | { type: 'note'; kind: string; text: string }
  /** Sent just before the drain request that ends the process is answered. Stored are those that were not pruned since. */
  | {
      type: 'closed';
      storedEvents: number;
      droppedEvents: number;
      prunedEvents: number;
      fileBytes: number;
      /** Of the whole recording; undefined when it could not be asked. */
      tree: TreeTotals | undefined;
      /** Of this process; undefined without a budget. */
      degraded: DegradedTotals | undefined;
    };

/** Functions that a budget has taken something from. */
export interface DegradedTotals {
  /** Counted instead of recorded, or only inside, for some time. */
  counted: number;
  /** Not even counted for some time. */
  off: number;
  /** Compiled without some or all probes, since earlier runs showed that they do not fit. */
  leftOut: number;
}

/** What the processes of a run have recorded together, as far as it is stored. */
export interface TreeTotals {
  processes: number;
  storedEvents: number;
  droppedEvents: number;
  files: number;
  functions: number;
}
