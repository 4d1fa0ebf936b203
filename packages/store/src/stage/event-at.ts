import { chunkOfEvent } from '../read/chunks.ts';
import { listed, siteOfEvent, type ListedEvent } from '../read/event-list.ts';
import { copyValue, LiveObjects } from '../read/live-objects.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay } from '../read/replay.ts';

/** One event of a thread, decoded with the frame it belongs to; undefined when it is not stored or cannot be read. */
export function eventAt(recording: Recording, thread: number, event: number): ListedEvent | undefined {
  const chunks = recording.chunks(thread);
  const info = chunks[chunkOfEvent(chunks, event)];
  const chunk = info && recording.tryChunk(thread, info);
  if (!chunk || typeof chunk === 'string') return undefined;
  const replay = new ThreadReplay(recording.resolver(thread));
  replay.beginChunk(chunk.header);
  const objects = new LiveObjects();
  for (const item of chunk.events()) {
    objects.begin(item);
    const frame = replay.step(item);
    const site = siteOfEvent(item.kind, item.payload, replay.resolver);
    if (item.event === event) {
      return listed(thread, { ...item, values: item.values.map((value) => copyValue(value)) }, frame, site);
    }
    objects.end(item, site);
  }
  return undefined;
}

/** The content of an object just after an event, as far as its chunk has captured it. */
export function objectAt(
  recording: Recording,
  thread: number,
  event: number,
  object: number,
): ReturnType<LiveObjects['get']> {
  const chunks = recording.chunks(thread);
  const at = chunkOfEvent(chunks, event);
  // Objects are captured anew in each chunk; an older one may be all there is.
  for (let i = at; i >= Math.max(0, at - OLDER_CHUNKS_MAX); i--) {
    const found = objectInChunk(recording, thread, i, event, object);
    if (found) return found;
  }
  return undefined;
}

const OLDER_CHUNKS_MAX = 4;

function objectInChunk(recording: Recording, thread: number, i: number, event: number, object: number) {
  const chunk = recording.tryChunk(thread, recording.chunks(thread)[i]!);
  if (typeof chunk === 'string') return undefined;
  const resolver = recording.resolver(thread);
  const objects = new LiveObjects();
  for (const item of chunk.events()) {
    if (item.event > event) break;
    objects.begin(item);
    objects.end(item, resolver.resolve(item.payload));
  }
  return objects.get(object);
}
