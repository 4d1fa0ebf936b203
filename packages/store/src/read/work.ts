import type { Progress } from '../index/progress.ts';
import { chunkOfTime, firstChunkFrom, type ChunkInfo } from './chunks.ts';
import type { TimeRange } from './moments.ts';
import type { Recording, ThreadRow } from './recording.ts';

/** Which part of a recording is gone through. */
export interface Part {
  thread?: number;
  range?: TimeRange;
  onProgress?: (progress: Progress) => void;
}

export interface Work {
  range: TimeRange;
  /** Threads with their chunks that reach into the range. */
  threads: { thread: ThreadRow; chunks: ChunkInfo[] }[];
  /** To be called when a chunk has been gone through, or left out. */
  done(info: ChunkInfo): void;
}

/** The chunks of a part, thread by thread in order; keeps count of what is done. */
export function workOf(recording: Recording, { thread: only, range, onProgress }: Part): Work {
  const within = range ?? { fromNs: 0, toNs: Number.MAX_SAFE_INTEGER };
  const threads = recording
    .threads()
    .filter(({ id }) => only === undefined || id === only)
    .map((thread) => {
      const chunks = recording.chunks(thread.id);
      return {
        thread,
        chunks: chunks.slice(firstChunkFrom(chunks, within.fromNs), chunkOfTime(chunks, within.toNs) + 1),
      };
    });
  const totalEvents = threads.flatMap(({ chunks }) => chunks).reduce((sum, { events }) => sum + events, 0);
  let doneEvents = 0;
  return {
    range: within,
    threads,
    done: ({ events }) => {
      doneEvents += events;
      onProgress?.({ doneEvents, totalEvents });
    },
  };
}
