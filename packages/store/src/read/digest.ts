import type { ChunkInfo } from './chunks.ts';
import { LiveObjects } from './live-objects.ts';
import type { Recording } from './recording.ts';
import { ThreadReplay, type Frame, type ScopeInstance } from './replay.ts';
import { VariableTable } from './variables.ts';

/** What later moments may ask about one whole chunk. */
export interface ChunkDigest {
  /** Frames that outlive the chunk, or opened a scope in it, with their arguments if they began in it. */
  frames: ReadonlyMap<number, Frame>;
  scopes: ReadonlyMap<number, ScopeInstance>;
  /** Last writes to scopes and to calls that outlive the chunk. */
  variables: VariableTable;
}

/**
 * Digests kept per recording: a deep stack began in many chunks, and the next moment asks about the same. They hold
 * little, since most calls end in the chunk in which they began.
 */
const DIGEST_CACHE_COUNT = 64;
const caches = new WeakMap<Recording, Map<string, ChunkDigest>>();

const NOTHING: ChunkDigest = { frames: new Map(), scopes: new Map(), variables: new VariableTable() };

/** The digest of a chunk; what is damaged or pruned holds nothing. */
export function digestOf(recording: Recording, thread: number, info: ChunkInfo): ChunkDigest {
  let cache = caches.get(recording);
  if (!cache) caches.set(recording, (cache = new Map()));
  const key = `${thread}/${info.chunk}/${info.words}`;
  const digest = cache.get(key) ?? makeDigest(recording, thread, info);
  // Deleted and set again, so that the order of the map is that of the last use.
  cache.delete(key);
  if (cache.size >= DIGEST_CACHE_COUNT) cache.delete(cache.keys().next().value!);
  cache.set(key, digest);
  return digest;
}

function makeDigest(recording: Recording, thread: number, info: ChunkInfo): ChunkDigest {
  const chunk = recording.tryChunk(thread, info);
  if (typeof chunk === 'string') return NOTHING;
  const replay = new ThreadReplay(recording.resolver(thread));
  const variables = new VariableTable();
  const frames = new Map<number, Frame>();
  replay.beginChunk(chunk.header);
  const objects = new LiveObjects();
  chunk.forEach((event) => {
    objects.begin(event);
    const frame = replay.step(event);
    variables.apply(replay, event, frame);
    objects.end(event, replay.resolver.resolve(event.payload));
    if (replay.openedScope && frame) frames.set(frame.call, frame);
  });
  for (const frame of [...replay.stack, ...replay.asleep.values()]) frames.set(frame.call, frame);
  return { frames, scopes: replay.scopes, variables };
}
