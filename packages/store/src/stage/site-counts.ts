import { EventScanner, K } from '@execution-cinema/format';
import type { ChunkInfo } from '../read/chunks.ts';
import { namesSite } from '../read/event-list.ts';
import type { Recording } from '../read/recording.ts';

/** Kinds that say that a site was executed. */
const COUNTED = new Uint8Array(256);
for (let kind = K.ENTER_0; kind < 256; kind++) COUNTED[kind] = namesSite(kind) && kind !== K.RESUME ? 1 : 0;
// The value of an await comes with the event that its suspension was counted by.
COUNTED[K.RESUME_VALUE] = 0;
// Its count stands in the event.
COUNTED[K.AGGREGATE] = 0;

/** How often each site of a thread was executed in one chunk: site ids, ascending, with their counts. */
interface ChunkCounts {
  words: number;
  sites: Uint32Array;
  counts: Uint32Array;
  /** Functions (by site) that something was thrown out of, or within, or that were closed: not all of their code ran then. */
  broken: ReadonlySet<number>;
  /** Functions on the stack at the end of the chunk. */
  open: ReadonlySet<number>;
}

/**
 * How often sites were executed, chunk by chunk. Chunks are scanned when they are first asked for, without decoding
 * values, and remembered: a few hundred bytes each. A chunk that grows is scanned again.
 */
export class SiteCounts {
  private readonly recording: Recording;
  private readonly known = new Map<string, ChunkCounts>();

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Counts of a chunk; undefined when it is not scanned yet and `scan` is false. */
  of(thread: number, info: ChunkInfo, scan: boolean): ChunkCounts | undefined {
    const key = `${thread}/${info.chunk}`;
    const known = this.known.get(key);
    if (known && known.words === info.words) return known;
    if (!scan) return undefined;
    const counts = scanChunk(this.recording, thread, info);
    this.known.set(key, counts);
    return counts;
  }
}

function scanChunk(recording: Recording, thread: number, info: ChunkInfo): ChunkCounts {
  const totals = new Map<number, number>();
  const broken = new Set<number>();
  let stack: number[] = [];
  const chunk = recording.tryChunk(thread, info);
  if (typeof chunk !== 'string') {
    const scanner = new EventScanner(chunk.words, chunk.header);
    stack = chunk.header.frames.map(({ site }) => site);
    try {
      while (scanner.next()) {
        const { kind, payload } = scanner;
        follow(stack, broken, kind, payload);
        if (kind === K.AGGREGATE) {
          totals.set(payload, (totals.get(payload) ?? 0) + (chunk.words[scanner.operands]! >>> 0));
        } else if (COUNTED[kind] === 1) totals.set(payload, (totals.get(payload) ?? 0) + 1);
      }
    } catch {
      // What follows damage is not counted.
    }
  }
  const sites = Uint32Array.from(totals.keys()).sort();
  return { words: info.words, sites, counts: sites.map((site) => totals.get(site)!), broken, open: new Set(stack) };
}

/** Keeps the functions on the stack, and which of them an exception went through. Called for every event. */
function follow(stack: number[], broken: Set<number>, kind: number, payload: number): void {
  if (kind <= K.ENTER_MANY || kind === K.RESUME) stack.push(payload);
  else if (kind <= K.SUSPEND_VALUE) {
    if (kind === K.RETURN_VALUE) return;
    if (kind === K.LEAVE_THROW || kind === K.LEAVE_CLOSED || kind === K.UNWIND) breakOff(stack, broken, kind, payload);
    else stack.pop();
  } else if (kind === K.CATCH && stack.length > 0) broken.add(stack[stack.length - 1]!);
}

function breakOff(stack: number[], broken: Set<number>, kind: number, payload: number): void {
  for (let left = kind === K.UNWIND ? payload : 1; left > 0 && stack.length > 0; left--) broken.add(stack.pop()!);
}

/** Position of a site in a chunk's list, -1 when it was not executed there. */
export function positionOfSite({ sites }: { sites: Uint32Array }, wanted: number): number {
  let low = 0;
  let high = sites.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sites[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return sites[low] === wanted ? low : -1;
}
