import { chunkView } from '../../read/chunk-view.ts';
import { chunkOfEvent, lastWhere, type ChunkInfo } from '../../read/chunks.ts';
import type { SeekLookup } from '../../read/past.ts';
import type { Recording } from '../../read/recording.ts';
import { contentChange, LifeReader, type ChunkLife, type PropertyChange } from './chunk-life.ts';
import { isSameHeld, isSameValue, UNKNOWN_HELD } from './held.ts';

/** Chunks that are looked through for one property where there is no index. */
const CHUNKS_MAX = 256;

/**
 * Everything that gave one property of an object its value: writes, methods of lists, Maps and Sets, and what the contents
 * that were taken show besides. `key` is the name of a property, the position of an element or the text of a key.
 */
export class PropertyLife {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly index: SeekLookup | undefined;
  private readonly object: number;
  private readonly chunks: readonly ChunkInfo[];

  constructor(
    recording: Recording,
    index: SeekLookup | undefined,
    { thread, object }: { thread: number; object: number },
  ) {
    this.recording = recording;
    this.thread = thread;
    this.index = index;
    this.object = object;
    this.chunks = recording.chunks(thread);
  }

  /** Changes of a key up to an event, newest first. */
  *back(key: string, until: number): Generator<PropertyChange> {
    let at = chunkOfEvent(this.chunks, until);
    for (let looked = 0; at >= 0 && (this.index || looked < CHUNKS_MAX); looked++) {
      const life = this.read(at, key, until);
      if (life) yield* life.changes.toReversed();
      const before = this.chunkBefore(at);
      if (life?.look) {
        const change = this.judged(life.look, before, key);
        if (change) yield change;
      }
      at = before;
    }
  }

  /** All changes of a key, in order. */
  all(key: string): PropertyChange[] {
    const last = this.chunks.at(-1);
    return last ? [...this.back(key, last.firstEvent + last.events - 1)].reverse() : [];
  }

  /** Index of the newest chunk before one that knows the object, -1 when none is stored. */
  private chunkBefore(at: number): number {
    const { thread, object, chunks } = this;
    if (this.isYoungerThan(at)) return -1;
    const chunk = this.index?.captureChunk(thread, object, chunks[at]!.chunk);
    if (chunk === undefined) return at - 1;
    if (chunk >= 0) return lastWhere(chunks, (info) => info.chunk <= chunk);
    // The chunk that made it is not among those that took its content again.
    const birth = birthOf(this.recording, thread, object, at);
    return birth < at ? birth : -1;
  }

  /** The object got its number in this chunk, or later. */
  private isYoungerThan(at: number): boolean {
    const { recording, thread, object, chunks } = this;
    return (chunkView(recording, thread, chunks[at]!)?.header.nextObject ?? 0) <= object;
  }

  /** What the first look of a chunk means, after what an earlier one knew. */
  private judged(look: PropertyChange, before: number, key: string): PropertyChange | undefined {
    let at = before;
    let life: ChunkLife | undefined;
    for (let looked = 0; at >= 0 && looked < CHUNKS_MAX; looked++) {
      const { firstEvent, events } = this.chunks[at]!;
      life = this.read(at, key, firstEvent + events - 1);
      if (life?.held.known || (life?.node && look.how === 'content')) break;
      at = this.chunkBefore(at);
    }
    const earlier = life?.held ?? UNKNOWN_HELD;
    if (look.how === 'content') {
      Object.assign(look, { before: life?.node?.items ?? [], lengthBefore: life?.node?.length ?? -1 });
      return contentChange(look, earlier);
    }
    if (!look.held.known || isSameHeld(earlier, look.held)) return undefined;
    if (earlier.known) return { ...look, how: 'seen' };
    return look.held.has ? look : undefined;
  }

  private read(at: number, key: string, until: number): ChunkLife | undefined {
    const { recording, thread, object } = this;
    const info = this.chunks[at]!;
    const view = chunkView(recording, thread, info);
    if (!view) return undefined;
    const reader = new LifeReader(view, info.chunk, { recording, thread, object, key });
    for (const event of view.eventsAbout(object)) {
      if (event > until) break;
      reader.take(event);
    }
    return reader;
  }
}

/** The element that a value stood in before a method moved it; undefined when it did not stand there. Of equal ones the same in order. */
export function movedFrom({ before, after, held }: PropertyChange, at: number): number | undefined {
  if (!held.known || !held.has) return undefined;
  let rank = 0;
  for (let i = 0; i < at; i++) if (isSameValue(after[i], held.value)) rank++;
  for (const [i, value] of before.entries()) if (isSameValue(value, held.value) && rank-- === 0) return i;
  return undefined;
}

/** Index of the chunk in which an object got its number, -1 when that is not stored. */
export function birthOf(recording: Recording, thread: number, id: number, atMost: number): number {
  const chunks: readonly ChunkInfo[] = recording.chunks(thread);
  let low = 0;
  let high = atMost + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const chunk = recording.tryChunk(thread, chunks[middle]!);
    if (typeof chunk !== 'string' && chunk.header.nextObject <= id) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
