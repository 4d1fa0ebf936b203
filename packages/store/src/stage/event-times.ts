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
    const chunk = recording.tryChunk(thread, chunks[i]!);
    const event = typeof chunk === 'string' ? undefined : chunk.eventAt(timeNs);
    if (typeof chunk !== 'string' && event !== undefined) return { event, timeNs: chunk.timeOf(event) };
  }
  return undefined;
}
