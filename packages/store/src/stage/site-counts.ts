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
  /**
   * Functions (by site) that an exception went through which they did not throw themselves, that caught one, or that were
   * closed: their code did not go as the text says.
   */
  broken: ReadonlySet<number>;
  /** Functions (by site), and how many more of their calls fell asleep in the chunk than woke up. */
  asleep: ReadonlyMap<number, number>;
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
  let endings = new Endings([]);
  const chunk = recording.tryChunk(thread, info);
  if (typeof chunk !== 'string') {
    const scanner = new EventScanner(chunk.words, chunk.header);
    endings = new Endings(chunk.header.frames.map(({ site }) => site));
    try {
      while (scanner.next()) {
        const { kind, payload } = scanner;
        endings.follow(kind, payload);
        if (kind === K.AGGREGATE) {
          totals.set(payload, (totals.get(payload) ?? 0) + (chunk.words[scanner.operands]! >>> 0));
        } else if (COUNTED[kind] === 1) totals.set(payload, (totals.get(payload) ?? 0) + 1);
      }
    } catch {
      // What follows damage is not counted.
    }
  }
  const sites = Uint32Array.from(totals.keys()).sort();
  const { broken, asleep, stack } = endings;
  const counts = sites.map((site) => totals.get(site)!);
  return { words: info.words, sites, counts, broken, asleep, open: new Set(stack) };
}

/** How the calls of functions come to their ends. */
class Endings {
  readonly stack: number[];
  /** Depth at which the last thing that was done is a `throw` of its own. */
  private throwing = -1;
  /** Functions that an exception went through which they did not throw themselves, or that were closed. */
  readonly broken = new Set<number>();
  /** By function, how many more calls fell asleep than woke up. */
  readonly asleep = new Map<number, number>();

  constructor(stack: number[]) {
    this.stack = stack;
  }

  /** Called for every event. */
  follow(kind: number, payload: number): void {
    const { stack, broken } = this;
    if (kind <= K.ENTER_MANY || kind === K.RESUME) {
      stack.push(payload);
      if (kind === K.RESUME) this.sleeps(payload, -1);
    } else if (kind <= K.SUSPEND_VALUE) {
      if (kind === K.RETURN_VALUE) return;
      if (kind === K.LEAVE_THROW || kind === K.LEAVE_CLOSED || kind === K.UNWIND) this.breakOff(kind, payload);
      else {
        const site = stack.pop();
        if (site !== undefined && (kind === K.SUSPEND || kind === K.SUSPEND_VALUE)) this.sleeps(site, 1);
      }
    } else if (kind === K.CATCH && stack.length > 0) broken.add(stack.at(-1)!);
    this.throwing = kind === K.THROW ? stack.length : -1;
  }

  private breakOff(kind: number, payload: number): void {
    const { stack, broken } = this;
    // Where its own `throw` ends a call, it went as its text says.
    if (kind === K.LEAVE_THROW && this.throwing === stack.length) stack.pop();
    else
      for (let left = kind === K.UNWIND ? payload : 1; left > 0 && stack.length > 0; left--) broken.add(stack.pop()!);
  }

  private sleeps(site: number, more: number): void {
    this.asleep.set(site, (this.asleep.get(site) ?? 0) + more);
  }
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
