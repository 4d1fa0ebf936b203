import { chunkView } from '../read/chunk-view.ts';
import { chunkOfTime } from '../read/chunks.ts';
import type { Recording } from '../read/recording.ts';

/** The last event of a thread at or before a time; undefined when all that is stored is later. */
export function eventAtTime(
  recording: Recording,
  thread: number,
  timeNs: number,
): { event: number; timeNs: number } | undefined {
  const chunks = recording.chunks(thread);
  for (let i = chunkOfTime(chunks, timeNs); i >= 0; i--) {
    const view = chunkView(recording, thread, chunks[i]!);
    const event = view?.eventAtTime(timeNs);
    if (view && event !== undefined) return { event, timeNs: view.timeOf(event) };
  }
  return undefined;
}
