import { EventScanner } from '@execution-cinema/format';
import { chunkOfCall } from '../read/chunks.ts';
import { POSITION, type SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { ownerOfCall } from '../read/variables.ts';
import { Track, UNKNOWN, type TrackPast } from './track.ts';

interface Stood {
  position: number;
  shown: number;
}

/** Where frames that outlive a chunk stood at its end, as far as the chunk itself says. */
type TrackDigest = ReadonlyMap<number, Stood>;

/** Digests kept per recording; one holds a few numbers per frame that outlives its chunk. */
const DIGEST_CACHE_COUNT = 64;
const caches = new WeakMap<Recording, Map<string, TrackDigest>>();

/** Knows nothing: what a chunk says by itself. */
const NO_PAST: TrackPast = {
  position: () => UNKNOWN,
  sleeping: () => ({ position: UNKNOWN, shown: UNKNOWN }),
  lastKind: () => 0,
};

/** What chunks of a thread before the one at index `at` say about frames that are older than it. */
export class ChunkPast implements TrackPast {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly at: number;
  private readonly index: SeekLookup | undefined;
  private readonly known = new Map<number, number>();

  constructor(recording: Recording, thread: number, at: number, index: SeekLookup | undefined) {
    this.recording = recording;
    this.thread = thread;
    this.at = at;
    this.index = index;
  }

  position(call: number): number {
    let position = this.known.get(call);
    if (position === undefined) {
      position = this.last(call)?.stood.position ?? UNKNOWN;
      this.known.set(call, position);
    }
    return position;
  }

  sleeping(call: number): Stood {
    const last = this.last(call);
    if (!last) return { position: UNKNOWN, shown: UNKNOWN };
    const { stood, chunk } = last;
    if (stood.shown !== UNKNOWN) return stood;
    const before = new ChunkPast(this.recording, this.thread, chunk, this.index);
    return { position: stood.position, shown: before.position(call) };
  }

  lastKind(): number {
    const chunks = this.recording.chunks(this.thread);
    const before = chunks[this.at - 1];
    const follows = before && before.firstEvent + before.events === chunks[this.at]!.firstEvent;
    const chunk = follows ? this.recording.tryChunk(this.thread, before) : '';
    let kind = 0;
    if (typeof chunk !== 'string') chunk.scan((scanner) => void (kind = scanner.kind));
    return kind;
  }

  /** The last older chunk that says where the frame stood. */
  private last(call: number): { stood: Stood; chunk: number } | undefined {
    const chunks = this.recording.chunks(this.thread);
    const here = chunks[this.at]!;
    const birth = Math.max(0, chunkOfCall(chunks, call));
    const indexed = this.index?.lastWriteChunk(this.thread, ownerOfCall(call), POSITION, here.chunk);
    let from = this.at - 1;
    if (indexed !== undefined) {
      from = indexed < 0 ? birth : chunks.findLastIndex(({ chunk }) => chunk === indexed);
    }
    for (let i = from; i >= birth; i--) {
      const stood = digestOf(this.recording, this.thread, i).get(call);
      if (stood && stood.position !== UNKNOWN) return { stood, chunk: i };
    }
    return undefined;
  }
}

function digestOf(recording: Recording, thread: number, at: number): TrackDigest {
  let cache = caches.get(recording);
  if (!cache) caches.set(recording, (cache = new Map()));
  const info = recording.chunks(thread)[at]!;
  const key = `${thread}/${info.chunk}/${info.words}`;
  const digest = cache.get(key) ?? makeDigest(recording, thread, at);
  // Deleted and set again, so that the order of the map is that of the last use.
  cache.delete(key);
  if (cache.size >= DIGEST_CACHE_COUNT) cache.delete(cache.keys().next().value!);
  cache.set(key, digest);
  return digest;
}

function makeDigest(recording: Recording, thread: number, at: number): TrackDigest {
  const result = new Map<number, Stood>();
  const chunk = recording.tryChunk(thread, recording.chunks(thread)[at]!);
  if (typeof chunk === 'string') return result;
  const track = new Track(chunk.words, chunk.header, recording.resolver(thread), NO_PAST);
  const scanner = new EventScanner(chunk.words, chunk.header);
  try {
    while (scanner.next()) track.step(scanner);
  } catch {
    // What follows damage is lost.
  }
  for (const frame of [...track.stack, ...track.asleep.values()]) {
    result.set(frame.call, { position: frame.position, shown: frame.shown });
  }
  return result;
}
