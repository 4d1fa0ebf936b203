import { EventScanner } from '@execution-cinema/format';
import { ChunkDigest, encodeDigest } from './chunk-digest.ts';
import { ChunkReplay } from './chunk-replay.ts';
import { chunkView, nextEvent } from './chunk-view.ts';
import type { ChunkInfo } from './chunks.ts';
import { Recent } from './recent.ts';
import type { Recording } from './recording.ts';
import { wordsOf } from './words.ts';

/** Digests kept per recording: a deep stack began in many chunks, and the next moment asks about the same. */
const DIGEST_CACHE_COUNT = 128;
const caches = new WeakMap<Recording, Recent<string, ChunkDigest>>();

/**
 * What later moments may ask about one whole chunk, from the seek index or, where that does not have it, by a replay;
 * undefined for what is damaged or pruned.
 */
export function digestOf(recording: Recording, thread: number, info: ChunkInfo): ChunkDigest | undefined {
  let cache = caches.get(recording);
  if (!cache) caches.set(recording, (cache = new Recent(DIGEST_CACHE_COUNT)));
  const key = `${thread}/${info.chunk}/${info.words}`;
  let digest = cache.get(key);
  if (!digest) {
    const bytes = recording.chunkIndex?.digest(thread, info.chunk, info.words) ?? replayed(recording, thread, info);
    if (!bytes) return undefined;
    const view = () => chunkView(recording, thread, info);
    digest = new ChunkDigest(wordsOf(bytes), info.chunk, recording.resolver(thread), view);
    cache.set(key, digest);
  }
  return digest;
}

function replayed(recording: Recording, thread: number, info: ChunkInfo): Uint8Array | undefined {
  const chunk = recording.tryChunk(thread, info);
  if (typeof chunk === 'string') return undefined;
  const replay = new ChunkReplay(chunk.header, recording.resolver(thread));
  const scanner = new EventScanner(chunk.words, chunk.header);
  while (nextEvent(scanner)) replay.step(scanner);
  return encodeDigest(replay);
}
