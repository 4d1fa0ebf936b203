/* Which recordings there are, what is in one, and how far it can be trusted. */
import type { RecordingSummary } from '@execution-cinema/store';
import type { At, Moment, Span } from './basics.ts';

export type RecordingState = 'running' | 'complete' | 'cut off' | 'unreadable';

/** One line of the start page: what the catalogue says of a recording, which its own file describes. */
export interface RecordingEntry extends Omit<RecordingSummary, 'file' | 'name' | 'error'> {
  /** What requests name it by, what links hold (`rec=`), and what `tracer view` takes. */
  rec: string;
  /** Why it cannot be read, null when it can. */
  error: string | null;
}

export interface RecordingList {
  /** Where they lie, absolute. */
  folder: string;
  /** Newest first. */
  recordings: RecordingEntry[];
  /** What to type when there is none, or a new one is wanted: commands, each with what it does. */
  advice: { command: string; does: string }[];
}

export interface ProcessView {
  id: number;
  pid: number;
  parentId: number | null;
  argv: string[];
  cwd: string;
  node: string;
  startNs: number;
  endNs: number | null;
  exitCode: number | null;
  signal: string | null;
  state: RecordingState;
  /** Effective level: off, boundaries, locals, expressions. */
  level: string;
}

export interface ThreadView {
  id: number;
  processId: number;
  kind: 'main' | 'worker' | string;
  name: string;
  parentId: number | null;
  startNs: number;
  endNs: number | null;
  /** produced = stored + dropped + pruned. */
  produced: number;
  stored: number;
  dropped: number;
  pruned: number;
  calls: number;
  throws: number;
  maxDepth: number;
  /** First and last stored event; null when nothing is stored. */
  first: At | null;
  last: At | null;
}

/** A part of a thread that is not there. */
export interface GapView {
  thread: number;
  timeNs: number;
  /** First event after it. */
  event: number;
  dropped: number;
  reason: string;
}

/** The header of trust, and everything that panels need to begin. */
export interface Overview {
  rec: string;
  state: RecordingState;
  startedAt: string;
  durationNs: number;
  bytes: number;
  root: string;
  toolVersion: string;
  clock: string;
  processes: ProcessView[];
  threads: ThreadView[];
  events: { produced: number; stored: number; dropped: number; pruned: number };
  calls: number;
  throws: number;
  maxDepth: number;
  functions: { eligible: number; instrumented: number; byLevel: Record<string, number> };
  modules: number;
  modulesSkipped: number;
  /** How often each reason for not being recorded occurs, most frequent first. */
  skippedReasons: { reason: string; count: number }[];
  gaps: GapView[];
  /** What the flight recorder has deleted, per thread. */
  pruned: { thread: number; events: number; calls: number; span: Span }[];
  notes: { process: number; timeNs: number; kind: string; text: string }[];
  /** What recording cost the program, estimated from the number of events, nanoseconds over all threads. */
  overheadNs: number;
  /** Time of the first event that is stored; null when there is none. */
  beginNs: number | null;
  /** Counts of the facts lists; null while their rows are not built (`open` never waits for them, the lists build them). */
  facts: { logs: number | null; exceptions: number | null; requests: number | null; snapshots: number | null };
}

export interface Opened {
  overview: Overview;
  /**
   * Where to begin: the first uncaught error, else the first call that threw, else the beginning. `why` says it in words.
   */
  start: { moment: Moment; timeNs: number; why: string; kind: 'uncaught' | 'threw' | 'beginning' } | null;
  /** The recording is still written: `watch` is worth while. */
  running: boolean;
}

/** Files and functions that were not instrumented, and why. */
export interface SkippedView {
  file: string;
  /** Null for a whole file. */
  function: string | null;
  line: number;
  reason: string;
}
