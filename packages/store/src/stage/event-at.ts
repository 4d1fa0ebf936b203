import { captured, K, type Captured, type Value } from '@execution-cinema/format';
import { ChunkState } from '../read/chunk-state.ts';
import { chunkView, type ChunkView } from '../read/chunk-view.ts';
import { chunkOfEvent } from '../read/chunks.ts';
import { listed, siteOfEvent, type ListedEvent } from '../read/event-list.ts';
import { ObjectsAt } from '../read/objects-at.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import type { LeftFrame, State } from '../read/state.ts';

/** Kinds that take a frame from the stack: it is not on top any more after its own event. */
function ends(kind: number): boolean {
  return kind > K.ENTER_MANY && kind <= K.SUSPEND_VALUE && kind !== K.RETURN_VALUE;
}

/**
 * One event of a thread with its values and the frame it belongs to (what is sent or received is named by its kind); undefined when it is not stored or cannot be read.
 * With the state just after it the chunk is not gone through again.
 */
export function eventAt(
  recording: Recording,
  thread: number,
  event: number,
  index?: SeekLookup,
  after?: State,
): ListedEvent | undefined {
  const chunks = recording.chunks(thread);
  const at = chunkOfEvent(chunks, event);
  const info = chunks[at];
  const view = info && chunkView(recording, thread, info);
  if (!view || event >= view.endEvent) return undefined;
  const resolver = recording.resolver(thread);
  const found = view.event(event - view.firstEvent);
  const { kind } = found;
  const objects = new ObjectsAt(recording, thread, at, event, index);
  const values = valuesOf(view, found).map((value) => objects.value(value, info.chunk));
  const { timeNs, timeExact, number } = found;
  const own = { kind, event, timeNs, timeExact, values, number };
  const site = siteOfEvent(kind, found.payload, resolver);
  const name = kind === K.SEND || kind === K.RECEIVE ? K.LINK_KINDS[found.payload] : undefined;
  const named = (entry: ListedEvent): ListedEvent => (name === undefined ? entry : { ...entry, name });
  if (after)
    return named(ofFrame(listed(thread, own, undefined, site), ends(kind) ? after.left : after.frames[0], after));
  // What begins or goes on is on top after its event, everything else before it.
  const begins = kind <= K.ENTER_MANY || kind === K.RESUME;
  const frame = new ChunkState(view, resolver, begins ? event : event - 1, undefined).stack.at(-1);
  return named(listed(thread, own, frame, site));
}

/** What a call returned as well where its last event does not hold it: nothing, or what a `return` just before it said. */
function valuesOf(view: ChunkView, { kind, event, values }: ReturnType<ChunkView['event']>): Value[] {
  if (kind === K.LEAVE_UNDEFINED) return [undefined];
  if (kind !== K.LEAVE_PENDING || event === view.firstEvent) return values;
  const before = view.event(event - 1 - view.firstEvent);
  return before.kind === K.RETURN_VALUE ? before.values : values;
}

function ofFrame(
  event: ListedEvent,
  frame: LeftFrame | undefined,
  { frames, framesOmitted, left }: State,
): ListedEvent {
  if (!frame) return event;
  const { call, function: name, file } = frame;
  const depth = frames.length + framesOmitted - (frame === left ? 0 : 1);
  return { ...event, call, depth, function: name === '(unknown)' ? '' : name, file: event.file || file };
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
