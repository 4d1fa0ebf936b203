import { chunkOfEvent, chunkOfTime, type ChunkInfo } from '../read/chunks.ts';
import type { Recording } from '../read/recording.ts';
import { Timeline } from '../read/times.ts';

/** Chunks whose times are kept per recording, 8 bytes an event. */
const CACHE_COUNT = 24;
const caches = new WeakMap<Recording, Map<string, Float64Array>>();

/** Time of each event of a chunk, nanoseconds. Empty when the chunk cannot be read. */
function timesOf(recording: Recording, thread: number, info: ChunkInfo): Float64Array {
  let cache = caches.get(recording);
  if (!cache) caches.set(recording, (cache = new Map()));
  const key = `${thread}/${info.chunk}/${info.words}`;
  const times = cache.get(key) ?? readTimes(recording, thread, info);
  cache.delete(key);
  if (cache.size >= CACHE_COUNT) cache.delete(cache.keys().next().value!);
  cache.set(key, times);
  return times;
}

function readTimes(recording: Recording, thread: number, info: ChunkInfo): Float64Array {
  const chunk = recording.tryChunk(thread, info);
  if (typeof chunk === 'string') return new Float64Array();
  const timeline = new Timeline();
  let count = 0;
  chunk.scan((scanner) => {
    timeline.note(scanner);
    count++;
  });
  timeline.end(chunk.endNs);
  return Float64Array.from({ length: count }, (_, i) => timeline.at(chunk.header.firstEvent + i));
}

/** Time of an event of a thread; undefined when it is not stored. */
export function timeOfEvent(recording: Recording, thread: number, event: number): number | undefined {
  const chunks = recording.chunks(thread);
  const info = chunks[chunkOfEvent(chunks, event)];
  return info && timesOf(recording, thread, info)[event - info.firstEvent];
}

/** The last event of a thread at or before a time; undefined when all that is stored is later. */
export function eventAtTime(
  recording: Recording,
  thread: number,
  timeNs: number,
): { event: number; timeNs: number } | undefined {
  const chunks = recording.chunks(thread);
  for (let i = chunkOfTime(chunks, timeNs); i >= 0; i--) {
    const info = chunks[i]!;
    const times = timesOf(recording, thread, info);
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle]! <= timeNs) low = middle + 1;
      else high = middle;
    }
    if (low > 0) return { event: info.firstEvent + low - 1, timeNs: times[low - 1]! };
  }
  return undefined;
}
