import { K } from '@execution-cinema/format';
import { openDatabase, type Database } from '../driver/index.ts';
import { chunkOfTime, firstChunkFrom, type Chunk, type ChunkInfo } from '../read/chunks.ts';
import type { TimeRange } from '../read/moments.ts';
import type { Recording } from '../read/recording.ts';
import type { Frame } from '../read/replay.ts';
import { refreshFacts } from './facts.ts';
import type { Progress } from './progress.ts';
import { RowBuilder } from './row-builder.ts';
import { functionId } from './row-ids.ts';
import { endCalls } from './row-index.ts';
import { SIDECAR_DDL, type RowGroup } from './sidecar-schema.ts';

export interface CallsOfFunctions<Result> {
  /** Whether enough calls have begun, and whether all of these have ended. */
  isEnough(scratch: Database): { begun: boolean; ended: boolean };
  use(scratch: Database): Result;
  onProgress?: (progress: Progress) => void;
}

/**
 * Reads the calls of some functions straight from the chunks, into rows in memory that look like those of the sidecar,
 * and hands these to `use`. Reads no further than `isEnough` wants; chunks in which none of the functions is called or
 * left are scanned and not decoded.
 */
export function withCallsOf<Result>(
  recording: Recording,
  functions: ReadonlySet<number>,
  { thread, range }: { thread?: number; range?: TimeRange },
  { isEnough, use, onProgress }: CallsOfFunctions<Result>,
): Result {
  const scratch = openDatabase(':memory:');
  try {
    scratch.exec(SIDECAR_DDL);
    refreshFacts(recording, scratch);
    const threads = recording.threads().filter(({ id }) => thread === undefined || id === thread);
    const work = threads.map(({ id }) => ({ id, chunks: chunksIn(recording.chunks(id), range) }));
    const totalEvents = work.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.events, 0);
    let doneEvents = 0;
    const readToEnd = new Set<number>();
    let known = { begun: false, ended: false };
    for (const { id, chunks } of work) {
      if (known.begun && known.ended) break;
      const reader = new FunctionReader(recording, id, scratch, functions);
      for (const info of chunks) {
        if (known.begun && known.ended) break;
        if (reader.read(info, !known.begun)) known = isEnough(scratch);
        doneEvents += info.events;
        onProgress?.({ doneEvents, totalEvents });
        if (info === recording.chunks(id).at(-1)) readToEnd.add(id);
      }
    }
    endCalls(recording, scratch, (_recording, _scratch, id) => readToEnd.has(id));
    return use(scratch);
  } finally {
    scratch.close();
  }
}

function chunksIn(chunks: readonly ChunkInfo[], range: TimeRange | undefined): readonly ChunkInfo[] {
  return range ? chunks.slice(firstChunkFrom(chunks, range.fromNs), chunkOfTime(chunks, range.toNs) + 1) : chunks;
}

const CALLS: ReadonlySet<RowGroup> = new Set(['calls']);

class FunctionReader {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly scratch: Database;
  private readonly builder: RowBuilder;
  private readonly openOnes;
  private readonly sites = new Set<number>();
  private lastRead = -1;
  private startsInFlight = false;

  constructor(recording: Recording, thread: number, scratch: Database, functions: ReadonlySet<number>) {
    this.recording = recording;
    this.thread = thread;
    this.scratch = scratch;
    const wants = ({ site }: Frame): boolean => site !== undefined && functions.has(functionId(site));
    this.builder = new RowBuilder(recording, thread, scratch, wants);
    this.openOnes = scratch.prepare('SELECT 1 FROM call_rows WHERE thread_id = ? AND end_event IS NULL LIMIT 1');
    const resolver = recording.resolver(thread);
    for (const { base, moduleId } of recording.loads(thread)) {
      for (const entry of recording.module(moduleId)?.sites?.functions ?? []) {
        const site = resolver.resolve(base + entry.site);
        if (site && functions.has(functionId(site))) this.sites.add(base + entry.site);
      }
    }
  }

  /** Reads a chunk if it can hold something of interest. `wantsMore`: new calls as well as ends of known ones. */
  read(info: ChunkInfo, wantsMore: boolean): boolean {
    if (this.sites.size === 0) return false;
    const hasOpen = this.openOnes.get(this.thread) !== undefined;
    if (!wantsMore && !hasOpen) return false;
    const chunk = this.recording.tryChunk(this.thread, info);
    if (typeof chunk === 'string' || !this.concerns(chunk, wantsMore)) return false;
    this.scratch.transaction(() => {
      // What is thrown where the chunk before it ends, ends calls in this one.
      const before = this.startsInFlight ? this.chunkBefore(info) : undefined;
      if (before) this.builder.addChunk(before, CALLS, undefined);
      this.builder.addChunk(info, CALLS, undefined);
    });
    this.lastRead = info.chunk;
    return true;
  }

  private chunkBefore(info: ChunkInfo): ChunkInfo | undefined {
    if (this.lastRead === info.chunk - 1) return undefined;
    return this.recording.chunks(this.thread).find(({ chunk }) => chunk === info.chunk - 1);
  }

  /** Whether one of the functions is called or resumed in a chunk (`begins`), or a call of it that was open ends there. */
  private concerns(chunk: Chunk, begins: boolean): boolean {
    const { frames, framesOmitted } = chunk.header;
    const innermost = frames.findLastIndex(({ site }) => this.sites.has(site));
    let depth = frames.length;
    let found = false;
    this.startsInFlight = false;
    chunk.scan(({ kind, payload, event }) => {
      if (event === chunk.header.firstEvent) this.startsInFlight = kind === K.LEAVE_THROW;
      if (found) return;
      if (kind <= K.ENTER_MANY) {
        depth++;
        found = begins && this.sites.has(payload);
      } else if (kind === K.RESUME) {
        depth++;
        found = this.sites.has(payload);
      } else if (kind < K.RESUME && kind !== K.RETURN_VALUE) {
        depth -= kind === K.UNWIND ? payload : 1;
        found = depth <= innermost || (framesOmitted > 0 && depth < 0);
      }
    });
    return found;
  }
}
