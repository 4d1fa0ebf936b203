import { SITE_FUNCTION } from '@execution-cinema/format';
import { codeOfFile } from '../places/line-code.ts';
import { lineStates, type LineState } from '../places/line-states.ts';
import type { FlowFinder } from '../places/source-flows.ts';
import { degradedSpans, type DegradedSpan } from '../read/budget-notes.ts';
import { chunkOfTime, firstChunkFrom, type ChunkInfo } from '../read/chunks.ts';
import type { TimeRange } from '../read/moments.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { sourceOfSite } from '../read/site-table.ts';
import type { ModuleInfo } from '../read/sites.ts';
import { functionId } from '../index/row-ids.ts';
import { positionOfSite, type SiteCounts } from './site-counts.ts';

export interface LineHits {
  /** By line. Where the text of the file does not tell more: how often the most frequent event of the line happened. */
  lines: Map<number, LineState>;
  /**
   * Lines that ran at least as often: those of functions that a budget has switched off for a time, and those whose events
   * depend on a condition.
   */
  atLeast: ReadonlySet<number>;
  /** By line, calls of the function that stands on it whole (`list.map((x) => x * 2)`), the most called of several. */
  within: ReadonlyMap<number, number>;
  /** Calls per function of the file, by its id in SQL. */
  functions: ReadonlyMap<number, number>;
  /** Part of the events of the wanted chunks that was looked at, 0 to 1. */
  coverage: number;
  /** The text is still being looked through: later more is known. */
  isPending: boolean;
}

export interface HitsOptions {
  thread?: number;
  range?: TimeRange;
  /** Tells which chunks to leave out, as far as it is built. */
  index?: SeekLookup;
  /** Called before each chunk that has to be scanned, with the events done and in all: false leaves it out. */
  goOn?: (doneEvents: number, totalEvents: number) => boolean;
}

/** How often the sites of a file were executed. */
interface FileCounts {
  /**
   * By module that holds code of the file: its number among the module's files, executions by number of the site, and the
   * functions (by site) of which some call was left by an exception of others, or goes on.
   */
  modules: Map<ModuleInfo, { source: number; counts: Float64Array; broken: Set<number> }>;
  functions: Map<number, number>;
  coverage: number;
  /** Nothing was dropped or deleted before it was counted. */
  isWhole: boolean;
}

/** How often the lines of a file ran. Chunks are counted at whole: with a range those that overlap it. */
export function lineHits(
  recording: Recording,
  counts: SiteCounts,
  file: string,
  find: FlowFinder,
  options: HitsOptions = {},
): LineHits {
  const { modules, functions, coverage, isWhole } = countFile(recording, counts, file, options);
  const lines = new Map<number, LineState>();
  const atLeast = new Set<number>();
  const within = new Map<number, number>();
  const off = degradedSpans(recording).filter((span) => span.isOff && span.file === file);
  let isPending = false;
  for (const [module, { source, counts: ofSites, broken }] of modules) {
    const code = codeOfFile(module, source, find);
    if (code === undefined) isPending = true;
    const functionSites = module.sites!.functions.map(({ site }) => site);
    const states = code
      ? lineStates(code, { functionSites, counts: ofSites, broken, isAll: coverage >= 1 && isWhole })
      : statesOfEvents(module, source, ofSites);
    for (const { kind, source: own, line, endLine, site } of module.sites!.functions) {
      if (kind === 'module' || own !== source || line !== endLine || !(ofSites[site]! > 0)) continue;
      within.set(line, Math.max(within.get(line) ?? 0, ofSites[site]!));
    }
    const isOff = offFunctions(module, off);
    // Of a file that was loaded in several versions all count.
    for (const [line, state] of states) {
      const functionIndex = code?.lines.get(line)?.functionIndex ?? code?.functions.get(line);
      if (functionIndex !== undefined && isOff(functionIndex)) {
        if (state.kind === 'never' || state.kind === 'derived') continue;
        atLeast.add(line);
      }
      if (state.kind === 'ran' && state.isPart) atLeast.add(line);
      lines.set(line, more(lines.get(line), state));
    }
  }
  return { lines, atLeast, within, functions, coverage, isPending };
}

/** Tells which functions of a module were neither recorded nor counted for a time. */
function offFunctions(module: ModuleInfo, off: readonly DegradedSpan[]): (functionIndex: number) => boolean {
  if (off.length === 0) return () => false;
  const places = new Set(off.map((span) => `${span.function}:${span.line}`));
  return (functionIndex) => {
    const { name, line } = module.sites!.functions[functionIndex]!;
    return places.has(`${name}:${line}`);
  };
}

function more(a: LineState | undefined, b: LineState): LineState {
  if (!a || a.kind === 'never' || b.kind === 'never') return !a || a.kind === 'never' ? b : a;
  if (a.kind !== b.kind) return a.kind === 'ran' ? a : b;
  return a.count >= b.count ? a : b;
}

/** Without the text: lines on which something happened. */
function statesOfEvents(module: ModuleInfo, source: number, counts: ArrayLike<number>): Map<number, LineState> {
  const states = new Map<number, LineState>();
  const table = module.sites!;
  table.sites.forEach(([, , functionIndex, line], i) => {
    if (counts[i]! > 0 && sourceOfSite(table, i, functionIndex) === source) {
      states.set(line, more(states.get(line), { kind: 'ran', count: counts[i]! }));
    }
  });
  return states;
}

function countFile(recording: Recording, counts: SiteCounts, file: string, options: HitsOptions): FileCounts {
  const result: FileCounts = { modules: new Map(), functions: new Map(), coverage: 1, isWhole: true };
  const work = recording
    .threads()
    .filter(({ id }) => options.thread === undefined || options.thread === id)
    .map(({ id }) => ({ thread: id, chunks: chunksIn(recording, id, options.range) }));
  const totalEvents = work.flatMap(({ chunks }) => chunks).reduce((sum, { events }) => sum + events, 0);
  let doneEvents = 0;
  for (const { thread, chunks } of work) {
    const sites = sitesOfFile(recording, thread, file, result.modules);
    if (sites.length === 0) {
      doneEvents += chunks.reduce((sum, { events }) => sum + events, 0);
      continue;
    }
    const ids = sites.map(({ id }) => id);
    /** How what is on the stack at the end of the last chunk ends is not seen. */
    let open: ReadonlySet<number> = new Set();
    const asleep = new Map<number, number>();
    const breakOpen = (): void => {
      for (const { id, index, broken } of sites) if (open.has(id)) broken.add(index);
      open = new Set();
    };
    for (const info of chunks) {
      if (options.index?.mentions(thread, info.chunk, ids) === false) {
        doneEvents += info.events;
        breakOpen();
        continue;
      }
      const known =
        counts.of(thread, info, false) ??
        (options.goOn?.(doneEvents, totalEvents) === false ? undefined : counts.of(thread, info, true));
      if (!known) continue;
      doneEvents += info.events;
      open = known.open;
      for (const { id, index, functionId: owner, isFunction, total, broken } of sites) {
        if (known.broken.has(id)) broken.add(index);
        const slept = known.asleep.get(id);
        if (slept !== undefined) asleep.set(id, (asleep.get(id) ?? 0) + slept);
        const at = positionOfSite(known, id);
        if (at < 0) continue;
        const hits = known.counts[at]!;
        if (isFunction) result.functions.set(owner, (result.functions.get(owner) ?? 0) + hits);
        // The same site in several threads, or loaded again, is one place.
        total[index]! += hits;
      }
    }
    breakOpen();
    for (const { id, index, broken } of sites) if (asleep.get(id)) broken.add(index);
  }
  result.isWhole = work.every(({ thread }) => hasAll(recording.chunks(thread)));
  result.coverage = totalEvents === 0 ? 1 : doneEvents / totalEvents;
  return result;
}

/** Whether nothing was dropped while a thread was recorded, nor deleted since. */
function hasAll(chunks: readonly ChunkInfo[]): boolean {
  return (chunks[0]?.firstEvent ?? 0) === 0 && chunks.every(({ droppedBefore }) => droppedBefore === 0);
}

/** One site of a file in a thread. */
interface SiteOfFile {
  id: number;
  index: number;
  functionId: number;
  isFunction: boolean;
  total: Float64Array;
  broken: Set<number>;
}

/** Sites of a file in one thread: id of the event stream -> what it stands for. */
function sitesOfFile(recording: Recording, thread: number, file: string, modules: FileCounts['modules']): SiteOfFile[] {
  const found: SiteOfFile[] = [];
  const resolver = recording.resolver(thread);
  for (const { base, moduleId } of recording.loads(thread)) {
    const module = recording.module(moduleId);
    const source = module?.sites?.sources.indexOf(file) ?? -1;
    if (!module || source < 0) continue;
    const { sites } = module.sites!;
    let entry = modules.get(module);
    if (!entry) modules.set(module, (entry = { source, counts: new Float64Array(sites.length), broken: new Set() }));
    const { counts: total, broken } = entry;
    sites.forEach(([kind], index) => {
      const site = resolver.resolve(base + index);
      if (site?.file !== file) return;
      found.push({
        id: base + index,
        index,
        functionId: functionId(site),
        isFunction: kind === SITE_FUNCTION && site.function.kind !== 'module',
        total,
        broken,
      });
    });
  }
  return found;
}

/** Chunks that overlap a range. */
export function chunksIn(recording: Recording, thread: number, range: TimeRange | undefined): readonly ChunkInfo[] {
  const chunks = recording.chunks(thread);
  if (!range || chunks.length === 0) return chunks;
  return chunks.slice(firstChunkFrom(chunks, range.fromNs), chunkOfTime(chunks, range.toNs) + 1);
}
