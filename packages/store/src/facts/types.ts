import { K, SITE_PROPERTY, type Value } from '@execution-cinema/format';
import type { Progress } from '../index/progress.ts';
import { functionId } from '../index/row-ids.ts';
import { storeError } from '../errors.ts';
import { concerns, sitesOf } from '../read/event-list.ts';
import { fileMatcher, functionMatcher } from '../read/match.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay } from '../read/replay.ts';
import { describeSite } from '../read/site-text.ts';
import type { Site } from '../read/sites.ts';
import { workOf } from '../read/work.ts';
import type { FunctionFilter } from './hot.ts';
import { Observed, type ObservedType } from './observed.ts';

export interface ObservedVariable {
  name: string;
  /** Line of the first write. */
  line: number;
  types: ObservedType[];
}

/** What was seen of one function. */
export interface ObservedFunction {
  id: number;
  module: number;
  name: string;
  kind: string;
  file: string;
  line: number;
  endLine: number;
  calls: number;
  /** In the order of the parameters. */
  parameters: ObservedVariable[];
  /** Empty where no call returned. */
  result: ObservedType[];
  /** What its calls write, `this` properties as `this.name`. */
  variables: ObservedVariable[];
}

class FunctionTypes {
  readonly site: Site;
  calls = 0;
  readonly parameters: Observed[] = [];
  readonly result = new Observed();
  private readonly variables = new Map<string, { line: number; observed: Observed }>();
  private readonly bySite = new Map<Site, Observed | null>();

  constructor(site: Site) {
    this.site = site;
  }

  /** Where the values that a site writes are counted; null where they are not. */
  written(site: Site): Observed | null {
    let known = this.bySite.get(site);
    if (known === undefined) this.bySite.set(site, (known = this.find(site)));
    return known;
  }

  private find(site: Site): Observed | null {
    const { name, text } = describeSite(site);
    if (name === null) return null;
    if (site.kind !== SITE_PROPERTY) return this.variable(name, site.line);
    // Of properties those of `this`: others belong to whatever object was at hand.
    return text === 'this' ? this.variable(`this.${name}`, site.line) : null;
  }

  private variable(name: string, line: number): Observed {
    let known = this.variables.get(name);
    if (!known) this.variables.set(name, (known = { line, observed: new Observed() }));
    return known.observed;
  }

  facts(): ObservedFunction {
    const { function: entry, file, module } = this.site;
    const line = entry.line;
    return {
      id: functionId(this.site),
      module: module.id,
      name: entry.name,
      kind: entry.kind,
      file,
      line,
      endLine: entry.endLine,
      calls: this.calls,
      parameters: this.parameters.map((observed, i) => ({
        name: entry.parameters[i] ?? `argument ${i}`,
        line,
        types: observed.list(),
      })),
      result: this.result.list(),
      variables: [...this.variables].map(([name, known]) => ({
        name,
        line: known.line,
        types: known.observed.list(),
      })),
    };
  }
}

/**
 * Types and ranges that parameters, results and variables had, function by function in the order of files and lines.
 * Reads every event once, values included. Throws NO_SUCH_PLACE when the filter means no recorded function.
 */
export function observedTypes(
  recording: Recording,
  filter: FunctionFilter = {},
  onProgress?: (progress: Progress) => void,
): ObservedFunction[] {
  const wanted = wantedFunctions(recording, filter);
  const functions = new Map<number, FunctionTypes>();
  const { range, threads, done } = workOf(recording, { ...filter, ...(onProgress && { onProgress }) });
  for (const {
    thread: { id: thread },
    chunks,
  } of threads) {
    const replay = new ThreadReplay(recording.resolver(thread));
    const sites = sitesOf(recording, thread, wanted.inFile, wanted.isNamed);
    const byEntry = new Map<Site['function'], FunctionTypes | undefined>();
    const typesOf = (site: Site): FunctionTypes | undefined => {
      if (byEntry.has(site.function)) return byEntry.get(site.function);
      const types = typesOfId(site);
      byEntry.set(site.function, types);
      return types;
    };
    const typesOfId = (site: Site): FunctionTypes | undefined => {
      const id = functionId(site);
      const known = functions.get(id);
      if (known || !wanted.has(site)) return known;
      const made = new FunctionTypes(replay.resolver.resolve(site.load.base + site.function.site) ?? site);
      functions.set(id, made);
      return made;
    };
    for (const info of chunks) {
      const chunk = recording.tryChunk(thread, info);
      done(info);
      if (typeof chunk === 'string' || (sites && !concerns(chunk, sites))) continue;
      replay.beginChunk(chunk.header);
      chunk.forEach((event) => {
        const frame = replay.step(event);
        if (event.timeNs < range.fromNs || event.timeNs > range.toNs) return;
        for (const { frame: ended, outcome, value } of replay.ended) {
          if (outcome === 'returned' && ended.site) typesOf(ended.site)?.result.add(value, thread, event.event);
        }
        if (replay.entered?.site) {
          const types = typesOf(replay.entered.site);
          if (types) addArguments(types, event.values, thread, event.event);
        } else if (frame?.site && VALUE_KINDS.has(event.kind)) {
          const site = replay.resolver.resolve(event.payload);
          const types = site && site.function === frame.site.function ? typesOf(frame.site) : undefined;
          types?.written(site!)?.add(event.values.at(-1), thread, event.event);
        }
      });
    }
  }
  return [...functions.values()]
    .map((types) => types.facts())
    .sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

const VALUE_KINDS: ReadonlySet<number> = new Set([K.WRITE, K.WRITE_SCOPED, K.PROPERTY, K.CATCH]);

function addArguments(types: FunctionTypes, values: readonly Value[], thread: number, event: number): void {
  types.calls++;
  values.forEach((value, i) => {
    types.parameters[i] ??= new Observed();
    types.parameters[i]!.add(value, thread, event);
  });
}

interface Wanted {
  inFile: ((file: string) => boolean) | undefined;
  isNamed: ((name: string) => boolean) | undefined;
  has(site: Site): boolean;
}

function wantedFunctions(recording: Recording, filter: FunctionFilter): Wanted {
  const inFile = filter.file === undefined ? undefined : fileMatcher(filter.file);
  const isNamed = filter.function === undefined ? undefined : functionMatcher(filter.function);
  const wants = (name: string, file: string): boolean => (inFile?.(file) ?? true) && (isNamed?.(name) ?? true);
  if (inFile ?? isNamed) {
    const some = recording.moduleIds().some((id) => {
      const module = recording.module(id);
      const sources = module?.sites?.sources ?? [];
      return module?.sites?.functions.some(({ name, source }) => wants(name, sources[source] ?? module.file));
    });
    if (!some) throw storeError('NO_SUCH_PLACE', filter.function ?? filter.file ?? '');
  }
  return { inFile, isNamed, has: ({ function: { name }, file }) => wants(name, file) };
}
