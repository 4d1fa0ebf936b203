import { EventScanner, H, K } from '@execution-cinema/format';
import type { Chunk } from '../read/chunks.ts';
import { namesSite } from '../read/event-list.ts';
import type { TimeRange } from '../read/moments.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import type { ModuleInfo } from '../read/sites.ts';
import { chunksIn } from './line-hits.ts';

/** Executions of one line in one thread, in order, as columns. */
export interface LineExecutions {
  thread: number;
  /** First event of each execution. */
  events: Float64Array;
  timesNs: Float64Array;
  /** Call in which it ran. */
  calls: Float64Array;
  /** Site with which it began. */
  sites: Uint32Array;
}

export interface ExecutionsOptions {
  thread?: number;
  call?: number;
  range?: TimeRange;
  /** Tells which chunks to leave out, as far as it is built. */
  index?: SeekLookup;
  /** Which of the sites of the line (by number in the module) are meant; default all. */
  isOwn?: (module: ModuleInfo, site: number) => boolean;
  /** Called before each chunk that has to be read; may throw to stop. */
  onChunk?: (doneEvents: number, totalEvents: number) => void;
}

/** Executions that are listed of one line; later ones are left out. */
const EXECUTIONS_MAX = 1_000_000;

/**
 * Every execution of a line: a run of events on the line in one call, calls that it makes in between left aside. A line
 * that loops within itself is executed anew when the same place comes again.
 */
export function lineExecutions(
  recording: Recording,
  place: { file: string; line: number },
  options: ExecutionsOptions = {},
): { threads: LineExecutions[]; more: boolean } {
  const work = recording
    .threads()
    .filter(({ id }) => options.thread === undefined || options.thread === id)
    .map(({ id }) => ({
      thread: id,
      sites: sitesOnLine(recording, id, place, options.isOwn ?? (() => true)),
      chunks: chunksIn(recording, id, options.range),
    }))
    .filter(({ sites }) => sites.size > 0);
  const totalEvents = work.flatMap(({ chunks }) => chunks).reduce((sum, { events }) => sum + events, 0);
  let doneEvents = 0;
  let left = EXECUTIONS_MAX;
  const threads: LineExecutions[] = [];
  for (const { thread, sites, chunks } of work) {
    const found: number[] = [];
    for (const info of chunks) {
      options.onChunk?.(doneEvents, totalEvents);
      doneEvents += info.events;
      if (left <= 0 || options.index?.mentions(thread, info.chunk, [...sites]) === false) continue;
      const chunk = recording.tryChunk(thread, info);
      if (typeof chunk !== 'string') left -= scanChunk(chunk, sites, options, found, left);
    }
    const count = found.length / COLUMNS;
    threads.push({
      thread,
      events: Float64Array.from({ length: count }, (_, i) => found[i * COLUMNS]!),
      timesNs: Float64Array.from({ length: count }, (_, i) => found[i * COLUMNS + 1]!),
      calls: Float64Array.from({ length: count }, (_, i) => found[i * COLUMNS + 2]!),
      sites: Uint32Array.from({ length: count }, (_, i) => found[i * COLUMNS + 3]!),
    });
  }
  return { threads, more: left <= 0 };
}

function sitesOnLine(
  recording: Recording,
  thread: number,
  { file, line }: { file: string; line: number },
  isOwn: (module: ModuleInfo, site: number) => boolean,
): Set<number> {
  const ids = new Set<number>();
  const resolver = recording.resolver(thread);
  for (const { base, moduleId } of recording.loads(thread)) {
    const module = recording.module(moduleId);
    if (!module?.sites?.sources.includes(file)) continue;
    module.sites.sites.forEach(([, , , siteLine], index) => {
      // The first two are those of the module as a whole.
      if (siteLine !== line || index < 2 || !isOwn(module, index)) return;
      if (resolver.resolve(base + index)?.file === file) ids.add(base + index);
    });
  }
  return ids;
}

const COLUMNS = 4;

/** Adds the executions of one chunk, COLUMNS numbers each; returns how many there were. */
function scanChunk(
  chunk: Chunk,
  sites: ReadonlySet<number>,
  { call: only, range }: ExecutionsOptions,
  found: number[],
  left: number,
): number {
  const { header, words } = chunk;
  const scanner = new EventScanner(words, header);
  const calls = header.frames.map((frame) => frame.call);
  /** Per call on the stack: sites of the line executed since it last stood elsewhere. */
  const onLine: (Set<number> | undefined)[] = calls.map(() => undefined);
  let nextCall = header.nextCall;
  let count = 0;
  const pop = (): void => {
    calls.pop();
    onLine.pop();
  };
  try {
    while (count < left && scanner.next()) {
      const { kind, payload } = scanner;
      if (kind <= K.ENTER_MANY) {
        calls.push(nextCall++);
        onLine.push(undefined);
      } else if (kind < K.SUSPEND) {
        if (kind === K.RETURN_VALUE) continue;
        for (let frames = kind === K.UNWIND ? payload : 1; frames > 0 && calls.length > 0; frames--) pop();
        continue;
      } else if (kind === K.RESUME) {
        calls.push(H.u53(words[scanner.operands]!, words[scanner.operands + 1]!));
        // It goes on where it fell asleep: the line was counted then.
        onLine.push(new Set());
        continue;
      } else if (!namesSite(kind) || kind === K.RESUME_VALUE || kind === K.AGGREGATE) continue;
      const depth = calls.length - 1;
      if (depth >= 0) {
        if (!sites.has(payload)) onLine[depth] = undefined;
        else if (!onLine[depth] || onLine[depth].has(payload)) {
          onLine[depth] = new Set([payload]);
          const timeNs = chunk.timeOf(scanner.event);
          const isMeant = only === undefined || calls[depth] === only;
          if (isMeant && (!range || (timeNs >= range.fromNs && timeNs <= range.toNs))) {
            found.push(scanner.event, timeNs, calls[depth]!, payload);
            count++;
          }
        } else onLine[depth].add(payload);
      }
      if (kind === K.SUSPEND || kind === K.SUSPEND_VALUE) pop();
    }
  } catch {
    // What follows damage is lost.
  }
  return count;
}
