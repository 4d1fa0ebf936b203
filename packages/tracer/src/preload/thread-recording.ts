import type { MessagePort } from 'node:worker_threads';
import { R } from '@execution-cinema/format';
import type { Runtime } from '@execution-cinema/runtime';
import type { RecorderMessage } from '@execution-cinema/store';
import type { TracerConfig } from '../config/index.ts';

/** Site ids of one thread; events have 24 bits for them. Memory is taken as pages are used. */
const SITES_MAX = 2 ** 24;
/** The end of a thread waits for the recorder at most this long. */
export const DRAIN_MS_MAX = 5_000;

/** What the loader and the end of a thread need of its recording, main thread or worker. */
export interface ThreadRecording {
  readonly runtime: Runtime;
  /** 0 for the main thread, else the worker's threadId. */
  readonly thread: number;
  /** Control words of the ring (`R_*`). */
  readonly control: Int32Array;
  readonly redactionKey: string;
  /** What the threads of the process tell each other about messages. */
  readonly sharedMemory: SharedArrayBuffer;
  /** BroadcastChannel on which the recorder listens. */
  readonly channel: string;
  /** One word: 1 once it does. */
  readonly listening: SharedArrayBuffer;
  post(message: RecorderMessage): void;
  /** A port for another thread that has something to tell the recorder; null: it has to use the channel. */
  openPort(): MessagePort | null;
  /** A command line as it may be stored. */
  scrub(command: string): string;
  /** Nanoseconds since the recording began. */
  nowNs(): number;
  /** Waits until everything so far is stored. */
  drain(): void;
}

/** Ring and level bytes of one thread. */
export function allocateThreadMemory(config: TracerConfig): { ring: SharedArrayBuffer; levels: SharedArrayBuffer } {
  const slotWords = Math.max(R.SLOT_WORDS_MIN, config.chunkBytes >>> 2);
  const slots = Math.max(2, Math.floor(config.bufferBytes / (slotWords * 4)));
  return { ring: R.allocateRing(slots, slotWords), levels: new SharedArrayBuffer(SITES_MAX) };
}
