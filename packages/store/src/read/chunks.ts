import { decodeEvents, H, readChunkHeader, type ChunkHeader, type DecodedEvent } from "@execution-cinema/format";
import { ChunkTables } from "@execution-cinema/format";
import { withTimes } from "./times.ts";

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

/** A chunk's words with its header read; decoding starts afresh with every call. */
export class Chunk {
  readonly words: Int32Array;
  readonly header: ChunkHeader;

  constructor(words: Int32Array) {
    this.words = words;
    this.header = readChunkHeader(words);
  }

  /** Events with values and interpolated times. */
  events(): Generator<DecodedEvent> {
    return withTimes(decodeEvents(this.words, this.header, new ChunkTables()));
  }
}

/** Joins the fragments of a chunk (blobs of little-endian words) into one array. */
export function joinFragments(blobs: Uint8Array[]): Int32Array {
  const byteCount = blobs.reduce((sum, blob) => sum + blob.byteLength, 0);
  const bytes = new Uint8Array(byteCount);
  let offset = 0;
  for (const blob of blobs) {
    bytes.set(blob, offset);
    offset += blob.byteLength;
  }
  return new Int32Array(bytes.buffer);
}

/** Index of the chunk that holds event `event`, or of the last one before it; -1 when all lie after it. */
export function chunkOfEvent(chunks: ChunkInfo[], event: number): number {
  return lastWhere(chunks, (chunk) => chunk.firstEvent <= event);
}

/** Index of the chunk in which call `call` began, or -1. */
export function chunkOfCall(chunks: ChunkInfo[], call: number): number {
  const index = lastWhere(chunks, (chunk) => chunk.firstCall <= call);
  if (index < 0) return -1;
  // Chunks without calls repeat the number of the next one: go back to the one that has it.
  for (let i = index; i >= 0; i--) {
    const chunk = chunks[i]!;
    if (call >= chunk.firstCall && call < chunk.firstCall + chunk.calls) return i;
    if (chunk.firstCall < call) return -1;
  }
  return -1;
}

/** Index of the chunk whose time range holds `timeNs`, or of the last one before it; -1 when all lie after it. */
export function chunkOfTime(chunks: ChunkInfo[], timeNs: number): number {
  return lastWhere(chunks, (chunk) => chunk.startNs <= timeNs);
}

function lastWhere(chunks: ChunkInfo[], holds: (chunk: ChunkInfo) => boolean): number {
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(chunks[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Scope number that the first scope opened in the chunk gets. */
export function firstScopeOf(words: Int32Array): number {
  return words[H.H_NEXT_SCOPE]! >>> 0;
}
