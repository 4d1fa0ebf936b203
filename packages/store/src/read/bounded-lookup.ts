import { K } from '@execution-cinema/format';
import type { ChunkInfo } from './chunks.ts';
import { digestOf } from './digest.ts';
import type { SeekLookup, SleepingCall } from './past.ts';
import type { Recording } from './recording.ts';
import type { Owner } from './variables.ts';

/** The time that was given for looking things up is over. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/**
 * Finds older values of variables without an index and within a time: chunks are looked through for a write at one of
 * the variable's sites, newest first, before any is decoded. What only an index knows (places of outer frames, sleeping
 * calls) is not looked for. Its methods throw OutOfTime.
 */
export class BoundedLookup implements SeekLookup {
  private readonly recording: Recording;
  private readonly deadlineMs: number;
  private readonly sites = new Map<string, ReadonlySet<number>>();

  /** `deadlineMs` on `performance.now()`. */
  constructor(recording: Recording, deadlineMs: number) {
    this.recording = recording;
    this.deadlineMs = deadlineMs;
  }

  lastWriteChunk(thread: number, owner: Owner, variable: number, beforeChunk: number): number {
    if (variable < 0) return -1;
    const sites = this.sitesOf(thread, variable);
    const chunks = this.recording.chunks(thread);
    for (let i = chunks.length - 1; i >= 0; i--) {
      const info = chunks[i]!;
      if (info.chunk >= beforeChunk) continue;
      if (performance.now() > this.deadlineMs) throw new OutOfTime('no time left to look it up');
      if (!this.writes(thread, info, sites)) continue;
      if (digestOf(this.recording, thread, info)?.writeOf(owner, variable) !== undefined) return info.chunk;
    }
    return -1;
  }

  lastWriteChunks(): undefined {
    return undefined;
  }

  asleepAt(): SleepingCall[] {
    return [];
  }

  nextScope(): undefined {
    return undefined;
  }

  mentions(): undefined {
    return undefined;
  }

  throws(): undefined {
    return undefined;
  }

  actionChunk(): undefined {
    return undefined;
  }

  effectChunk(): undefined {
    return undefined;
  }

  captureChunk(): undefined {
    return undefined;
  }

  /** Sites that write a variable of this number, in whatever module. */
  private sitesOf(thread: number, variable: number): ReadonlySet<number> {
    const key = `${thread}/${variable}`;
    let sites = this.sites.get(key);
    if (sites === undefined) {
      const found = new Set<number>();
      for (const { base, count, moduleId } of this.recording.loads(thread)) {
        const table = this.recording.module(moduleId)?.sites;
        table?.sites.forEach(([, , , , , a], index) => {
          if (a === variable && index < count) found.add(base + index);
        });
      }
      this.sites.set(key, (sites = found));
    }
    return sites;
  }

  private writes(thread: number, info: ChunkInfo, sites: ReadonlySet<number>): boolean {
    const chunk = this.recording.tryChunk(thread, info);
    if (typeof chunk === 'string') return false;
    let found = false;
    chunk.scan(({ kind, payload }) => {
      found ||= (kind === K.WRITE || kind === K.WRITE_SCOPED || kind === K.CATCH) && sites.has(payload);
    });
    return found;
  }
}
