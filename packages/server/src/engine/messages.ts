/* Between the server's thread and an engine: plain data over postMessage. */
import type { ErrorInfo, Method, Progress } from '../protocol.ts';

/** What an engine is started with. */
export interface EngineData {
  /** Recording, absolute; null for the engine that lists the folder. */
  file: string | null;
  /** Its id for the page. */
  rec: string;
  folder: string;
  /** Recordings outside of it that were named on the command line. */
  others: string[];
}

/** What an engine that is a thread is started with. */
export interface ThreadData extends EngineData {
  isBehind: boolean;
}

export interface JobMessage {
  job: number;
  /** Id of the client's request: the engine writes the whole frame of the answer. */
  id: number;
  method: Method;
  params: unknown;
  /** It may take long: another thread answers what cannot wait. */
  patient: boolean;
  /** Path of the other recording, where one is compared. */
  otherFile?: string;
  /** One Int32: not 0 cancels. */
  flag: SharedArrayBuffer;
}

/** The recording is open, or its index is there: time to get ready. */
export interface WarmUpMessage {
  warmUp: true;
}

export type EngineMessage =
  | { job: number; frame: string | Uint8Array<ArrayBuffer> }
  | { job: number; error: ErrorInfo }
  | { job: number; needsIndex: true }
  | { job: number; progress: Progress };
