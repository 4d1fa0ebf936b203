/* What the server says without being asked. */
import type { RecordingState, ThreadView } from './recordings.ts';

export type Notice =
  /** The folder has other recordings than before: ask `recordings` again. Sent to those who asked once. */
  | { kind: 'recordings' }
  /** Sent while watching (method `watch`), within 250 ms of the commit. Everything asked before still holds. */
  | {
      kind: 'grown';
      rec: string;
      state: RecordingState;
      durationNs: number;
      events: { produced: number; stored: number; dropped: number; pruned: number };
      calls: number;
      throws: number;
      bytes: number;
      /** Threads that are new or have grown. */
      threads: ThreadView[];
      /** There are new processes, modules or functions: ask `overview` and `code` again. */
      structure: boolean;
    }
  /** It still runs, also where nothing is recorded; once a second. */
  | { kind: 'lasts'; rec: string; durationNs: number }
  /** The flight recorder has deleted the oldest part: moments before `thread.first` are gone. */
  | { kind: 'pruned'; rec: string; threads: ThreadView[] }
  /** All its processes have ended (or were killed): nothing more will come. */
  | { kind: 'ended'; rec: string; state: RecordingState }
  /** The file was deleted or replaced: requests about it fail with RECORDING_GONE. */
  | { kind: 'gone'; rec: string; reason: 'deleted' | 'replaced' }
  /** The server ends. */
  | { kind: 'closing' };
