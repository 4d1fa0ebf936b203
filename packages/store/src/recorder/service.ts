import type { Recording } from '../read/recording.ts';
import type { LiveLevels } from './levels/live-levels.ts';

/*
 * What else runs in the recorder thread beside recording, for whoever asks from outside: snapshots and control. It comes
 * from a package that this one must not know.
 */

/** A traced thread, as a service sees it. */
export interface ServedThread {
  /** 0 the main thread, else its threadId. */
  thread: number;
  /** Row in `threads`; undefined until that is committed. */
  id: number | undefined;
  kind: string;
  name: string;
  /** Control words of its ring (`R_*`). */
  control: Int32Array;
}

/** What a service may do with the recording. */
export interface RecorderAccess {
  /** The recording, an absolute path. */
  readonly file: string;
  /** Row in `processes`. */
  readonly processId: number;
  /** Opens the recording for reading through the recorder's own connection, with what is committed; never close it. */
  reader(): Recording;
  readonly levels: LiveLevels;
  /** Nanoseconds since the recording began. */
  nowNs(): number;
  /** A time of this process, as its threads tell it, as a time of the recording. */
  recordingNs(timeNs: number): number;
  threads(): ServedThread[];
  /** Makes the event loop of every worker thread turn once. */
  turnWorkers(): void;
  /** Leaves recording be for so long, so that this thread answers at once; 0 ends that. */
  hold(ms: number): void;
  /** Commits what the rings have published; false when the database is locked or recording has stopped. */
  flush(): boolean;
  /** Adds a row of `snapshots` and returns its id; undefined when the database is locked or recording has stopped. */
  addSnapshot(timeNs: number, reason: string, json: string): number | undefined;
  /** Leaves a note for the reader, with the next commit. */
  note(kind: string, text: string): void;
  /** Pauses recording in all threads, present and later ones, or ends that. */
  setPaused(paused: boolean): void;
}

export interface RecorderService {
  /** The process asks for a snapshot of its own. */
  snapshotAsked(): void;
  /** A snapshot is being taken or written: the end of the process waits for it, for a while. */
  isBusy(): boolean;
  /** The process ends: everything is let go of at once. */
  stop(): void;
}

/** Starts a service. Must not throw. */
export type StartService = (access: RecorderAccess) => RecorderService;
