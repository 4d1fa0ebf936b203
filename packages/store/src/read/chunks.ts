import {
  ChunkTables,
  EventDecoder,
  EventScanner,
  readChunkHeader,
  type Captured,
  type ChunkHeader,
  type DecodedEvent,
  type Definitions,
} from '@execution-cinema/format';
import { Timeline } from './times.ts';

/** One chunk of a thread as the rows of `chunks` describe it (all its fragments together). */
export interface ChunkInfo {
  chunk: number;
  firstEvent: number;
  events: number;
  firstCall: number;
  calls: number;
  throws: number;
  startNs: number;
  endNs: number;
  maxDepth: number;
  droppedBefore: number;
  words: number;
  /** The last fragment is stored: nothing will be added. */
  final: boolean;
}

/** A decoded event with the objects whose content it captured, those inside others included. */
export interface ChunkEvent extends DecodedEvent {
  captured: readonly Captured[];
}

const NO_OBJECTS: readonly Captured[] = [];

/** Objects seen in a chunk, and which of them were captured since somebody asked last. */
class JournalMap extends Map<number, Captured> {
  recent: Captured[] = [];

  override set(id: number, node: Captured): this {
    this.recent.push(node);
    return super.set(id, node);
  }
}

class JournalTables extends ChunkTables {
  override readonly objects = new JournalMap();

  take(): readonly Captured[] {
    const { recent } = this.objects;
    if (recent.length === 0) return NO_OBJECTS;
    this.objects.recent = [];
    return recent;
  }
}

/** A chunk's words with its header read; decoding starts afresh with every call. */
export class Chunk {
  readonly words: Int32Array;
  readonly header: ChunkHeader;
  /** Time of the last time point, which the last events cannot lie far behind. */
  readonly endNs: number;
  /** What the last `events()` or `scan()` met that are not events; undefined when all could be read. */
  damage: string | undefined;
  private times: Timeline | undefined;

  /** Throws RangeError when the words do not begin with a header of this format. */
  constructor(words: Int32Array, endNs: number) {
    this.words = words;
    this.header = readChunkHeader(words);
    this.endNs = endNs;
  }

  /** Events with values and interpolated times. Where the words stop being events it ends and says so in `damage`. */
  *events(): Generator<ChunkEvent> {
    const next = this.decoding();
    for (let event = next(); event; event = next()) yield event;
  }

  /** Calls `visit` with the same events, faster. */
  forEach(visit: (event: ChunkEvent) => void): void {
    const next = this.decoding();
    for (let event = next(); event; event = next()) visit(event);
  }

  /** A function that gives the same events one by one, then undefined: for who wants to stop between them, as fast. */
  decoding(): () => ChunkEvent | undefined {
    const timeline = this.timeline();
    this.damage = undefined;
    const tables = new JournalTables();
    const decoder = new EventDecoder(this.words, this.header, tables);
    return () => {
      try {
        const event = decoder.next() as ChunkEvent | undefined;
        if (!event) return undefined;
        event.captured = tables.take();
        event.timeNs = timeline.at(event.event);
        return event;
      } catch (error) {
        this.damage = error instanceof Error ? error.message : String(error);
        return undefined;
      }
    };
  }

  /** Time of an event of the chunk. */
  timeOf(event: number): number {
    return this.timeline().at(event);
  }

  /** The last event of the chunk at or before a time, undefined when all are later. */
  eventAt(timeNs: number): number | undefined {
    return this.timeline().lastAt(timeNs);
  }

  private timeline(): Timeline {
    if (!this.times) {
      const timeline = new Timeline();
      let endEvent = this.header.firstEvent;
      this.scan((scanner) => {
        timeline.note(scanner);
        endEvent = scanner.event + 1;
      });
      this.times = timeline.end(endEvent, this.endNs);
    }
    return this.times;
  }

  /** Takes a timeline from somebody who knows the whole chunk anyway. */
  useTimeline(timeline: Timeline): void {
    this.times ??= timeline;
  }

  /**
   * Calls `visit` at every event, without decoding values. `found` gets what values hold that later ones refer to.
   * Damage ends it as it does `events`.
   */
  scan(visit: (scanner: EventScanner) => void, found?: Definitions): void {
    this.damage = undefined;
    const scanner = new EventScanner(this.words, this.header);
    scanner.found = found;
    const next = (): boolean => {
      try {
        return scanner.next();
      } catch (error) {
        this.damage = error instanceof Error ? error.message : String(error);
        return false;
      }
    };
    while (next()) visit(scanner);
  }
}

/** Joins the fragments of a chunk (blobs of little-endian words) into one array. */
export function joinFragments(blobs: readonly Uint8Array[]): Int32Array {
  const [only] = blobs;
  // Most chunks are one fragment in memory of its own.
  if (blobs.length === 1 && only!.byteOffset % 4 === 0) {
    return new Int32Array(only!.buffer as ArrayBuffer, only!.byteOffset, only!.byteLength >> 2);
  }
  const byteCount = blobs.reduce((sum, blob) => sum + blob.byteLength, 0);
  const bytes = new Uint8Array(byteCount - (byteCount % 4));
  let offset = 0;
  for (const blob of blobs) {
    bytes.set(blob.subarray(0, bytes.length - offset), offset);
    offset += blob.byteLength;
  }
  return new Int32Array(bytes.buffer);
}

/** Index of the chunk that holds event `event`, or of the last one before it; -1 when all lie after it. */
export function chunkOfEvent(chunks: readonly ChunkInfo[], event: number): number {
  return lastWhere(chunks, (chunk) => chunk.firstEvent <= event);
}

/** Index of the chunk in which call `call` began; -1 when that part was dropped, pruned or lies in the future. */
export function chunkOfCall(chunks: readonly ChunkInfo[], call: number): number {
  // Chunks without calls repeat the number of the next call: go back to the one that has it.
  for (let i = lastWhere(chunks, (chunk) => chunk.firstCall <= call); i >= 0; i--) {
    const { firstCall, calls } = chunks[i]!;
    if (call < firstCall + calls) return i;
    if (calls > 0) return -1;
  }
  return -1;
}

/** Index of the chunk whose time range holds `timeNs`, or of the last one before it; -1 when all lie after it. */
export function chunkOfTime(chunks: readonly ChunkInfo[], timeNs: number): number {
  return lastWhere(chunks, (chunk) => chunk.startNs <= timeNs);
}

/** Index of the first chunk that can hold something at or after `timeNs`. */
export function firstChunkFrom(chunks: readonly ChunkInfo[], timeNs: number): number {
  return Math.max(
    0,
    lastWhere(chunks, (chunk) => chunk.startNs < timeNs),
  );
}

/** Index of the last element for which `holds`; it must hold for a prefix only. -1 when for none. */
export function lastWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
