import { ChunkState } from './chunk-state.ts';
import { chunkView } from './chunk-view.ts';
import type { ChunkInfo } from './chunks.ts';
import type { Recording } from './recording.ts';

/**
 * Digests kept per recording: a deep stack began in many chunks, and the next moment asks about the same. They hold
 * little, since most calls end in the chunk in which they began.
 */
const DIGEST_CACHE_COUNT = 64;
const caches = new WeakMap<Recording, Map<string, ChunkState>>();

/** What later moments may ask about one whole chunk; undefined for what is damaged or pruned. */
export function digestOf(recording: Recording, thread: number, info: ChunkInfo): ChunkState | undefined {
  let cache = caches.get(recording);
  if (!cache) caches.set(recording, (cache = new Map()));
  const key = `${thread}/${info.chunk}/${info.words}`;
  let digest = cache.get(key);
  if (!digest) {
    const view = chunkView(recording, thread, info);
    if (!view) return undefined;
    digest = new ChunkState(view, recording.resolver(thread), Number.MAX_SAFE_INTEGER).finish();
  }
  // Deleted and set again, so that the order of the map is that of the last use.
  cache.delete(key);
  if (cache.size >= DIGEST_CACHE_COUNT) cache.delete(cache.keys().next().value!);
  cache.set(key, digest);
  return digest;
}
