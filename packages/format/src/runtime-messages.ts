/*
 * What the traced thread says to the recorder besides events. `thread` is 0 for the main thread, else the worker's
 * threadId. Times are nanoseconds since the recording began. Rare: per module, per second, per note.
 */

/** A module has registered: its site ids are base .. base + count - 1 in this thread. */
export interface LoadMessage {
  type: 'load';
  thread: number;
  base: number;
  count: number;
  key: string;
  /** Instance of the module's scope. */
  scopeInstance: number;
  timeNs: number;
}

/** How the process was doing in the last second or so of activity. */
export interface SampleMessage {
  type: 'sample';
  timeNs: number;
  /** Longest time for which the thread ran recorded code without returning to the event loop. */
  loopDelayMs: number;
  /** Time spent in garbage collection since the last sample. */
  gcMs: number;
  heapBytes: number;
  /** Processor time of the process since its start, user and system. */
  cpuMs: number;
}

/** Something the user must know about what was not recorded. */
export interface NoteMessage {
  type: 'note';
  timeNs: number;
  kind: string;
  text: string;
}

export type RuntimeMessage = LoadMessage | SampleMessage | NoteMessage;
