import { SITE_FUNCTION } from '@execution-cinema/format';
import { chunkOfTime, firstChunkFrom, type ChunkInfo } from '../read/chunks.ts';
import type { TimeRange } from '../read/moments.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { functionId } from '../index/row-ids.ts';
import { positionOfSite, type SiteCounts } from './site-counts.ts';

export interface LineHits {
  /** Ascending; lines that ran. */
  lines: Uint32Array;
  /** How often: the most frequent site of the line. */
  counts: Float64Array;
  /** Calls per function of the file, by its id in SQL. */
  functions: ReadonlyMap<number, number>;
  /** Part of the events of the wanted chunks that was looked at, 0 to 1. */
  coverage: number;
}

export interface HitsOptions {
  thread?: number;
  range?: TimeRange;
  /** Tells which chunks to leave out, as far as it is built. */
  index?: SeekLookup;
  /** Called before each chunk that has to be scanned, with the events done and in all: false leaves it out. */
  goOn?: (doneEvents: number, totalEvents: number) => boolean;
}

/** Sites of a file in one thread: id of the event stream -> what it stands for. */
function sitesOfFile(recording: Recording, thread: number, file: string) {
  const found: { id: number; line: number; functionId: number; isFunction: boolean }[] = [];
  const resolver = recording.resolver(thread);
  for (const { base, moduleId } of recording.loads(thread)) {
    const table = recording.module(moduleId)?.sites;
    if (!table?.sources.includes(file)) continue;
    table.sites.forEach(([kind], index) => {
      const site = resolver.resolve(base + index);
      if (site?.file !== file) return;
      found.push({
        id: base + index,
        line: site.line,
        functionId: functionId(site),
        isFunction: kind === SITE_FUNCTION && site.function.kind !== 'module',
      });
    });
  }
  return found;
}

/** How often the lines of a file ran. Chunks are counted at whole: with a range those that overlap it. */
export function lineHits(recording: Recording, counts: SiteCounts, file: string, options: HitsOptions = {}): LineHits {
  const perSite = new Map<string, { line: number; hits: number }>();
  const functions = new Map<number, number>();
  const work = recording
    .threads()
    .filter(({ id }) => options.thread === undefined || options.thread === id)
    .map(({ id }) => ({ thread: id, chunks: chunksIn(recording, id, options.range) }));
  const totalEvents = work.flatMap(({ chunks }) => chunks).reduce((sum, { events }) => sum + events, 0);
  let doneEvents = 0;
  for (const { thread, chunks } of work) {
    const sites = sitesOfFile(recording, thread, file);
    if (sites.length === 0) {
      doneEvents += chunks.reduce((sum, { events }) => sum + events, 0);
      continue;
    }
    const ids = sites.map(({ id }) => id);
    for (const info of chunks) {
      if (options.index?.mentions(thread, info.chunk, ids) === false) {
        doneEvents += info.events;
        continue;
      }
      const known =
        counts.of(thread, info, false) ??
        (options.goOn?.(doneEvents, totalEvents) === false ? undefined : counts.of(thread, info, true));
      if (!known) continue;
      doneEvents += info.events;
      for (const { id, line, functionId: owner, isFunction } of sites) {
        const at = positionOfSite(known, id);
        if (at < 0) continue;
        const hits = known.counts[at]!;
        if (isFunction) functions.set(owner, (functions.get(owner) ?? 0) + hits);
        // The same site in several threads, or loaded again, is one place.
        const key = `${owner} ${line} ${id - siteBase(recording, thread, id)}`;
        const site = perSite.get(key);
        if (site) site.hits += hits;
        else perSite.set(key, { line, hits });
      }
    }
  }
  const perLine = new Map<number, number>();
  for (const { line, hits } of perSite.values()) perLine.set(line, Math.max(perLine.get(line) ?? 0, hits));
  const lines = Uint32Array.from(perLine.keys()).sort();
  return {
    lines,
    counts: Float64Array.from(lines, (line) => perLine.get(line)!),
    functions,
    coverage: totalEvents === 0 ? 1 : doneEvents / totalEvents,
  };
}

function siteBase(recording: Recording, thread: number, id: number): number {
  return recording.resolver(thread).resolve(id)?.load.base ?? 0;
}

/** Chunks that overlap a range. */
export function chunksIn(recording: Recording, thread: number, range: TimeRange | undefined): readonly ChunkInfo[] {
  const chunks = recording.chunks(thread);
  if (!range || chunks.length === 0) return chunks;
  return chunks.slice(firstChunkFrom(chunks, range.fromNs), chunkOfTime(chunks, range.toNs) + 1);
}
