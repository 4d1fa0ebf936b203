import { captured, K, type Captured } from '@execution-cinema/format';
import { ChunkState } from '../read/chunk-state.ts';
import { chunkView } from '../read/chunk-view.ts';
import { chunkOfEvent } from '../read/chunks.ts';
import { listed, siteOfEvent, type ListedEvent } from '../read/event-list.ts';
import { ObjectsAt } from '../read/objects-at.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';

/** One event of a thread with its values and the frame it belongs to; undefined when it is not stored or cannot be read. */
export function eventAt(
  recording: Recording,
  thread: number,
  event: number,
  index?: SeekLookup,
): ListedEvent | undefined {
  const chunks = recording.chunks(thread);
  const at = chunkOfEvent(chunks, event);
  const info = chunks[at];
  const view = info && chunkView(recording, thread, info);
  if (!view || event >= view.endEvent) return undefined;
  const resolver = recording.resolver(thread);
  const found = view.event(event - view.firstEvent);
  const { kind } = found;
  // What begins or goes on is on top after its event, everything else before it.
  const begins = kind <= K.ENTER_MANY || kind === K.RESUME;
  const frame = new ChunkState(view, resolver, begins ? event : event - 1, undefined).stack.at(-1);
  const objects = new ObjectsAt(recording, thread, at, event, index);
  const values = found.values.map((value) => objects.value(value, info.chunk));
  const { timeNs, timeExact, number } = found;
  return listed(
    thread,
    { kind, event, timeNs, timeExact, values, number },
    frame,
    siteOfEvent(kind, found.payload, resolver),
  );
}

/** The content of an object just after an event; undefined when none was captured. */
export function objectAt(
  recording: Recording,
  thread: number,
  event: number,
  object: number,
  index?: SeekLookup,
): Captured | undefined {
  const chunks = recording.chunks(thread);
  const at = chunkOfEvent(chunks, event);
  const info = chunks[at];
  if (!info) return undefined;
  const objects = new ObjectsAt(recording, thread, at, event, index);
  const value = objects.value(captured('shallow', object, ''), info.chunk);
  return typeof value === 'object' && value !== null && value.type !== 'shallow' ? value : undefined;
}
