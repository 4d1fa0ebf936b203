import { K, type Value } from '@execution-cinema/format';
import { firstChunkFrom, type Chunk } from './chunks.ts';
import { eventName } from './event-names.ts';
import { copyValue, LiveObjects } from './live-objects.ts';
import { fileMatcher, functionMatcher } from './match.ts';
import type { TimeRange } from './moments.ts';
import type { Recording } from './recording.ts';
import { ThreadReplay, type Frame } from './replay.ts';
import { nameOfSite } from './site-text.ts';
import type { Site, SiteResolver } from './sites.ts';

/** One recorded event, decoded. */
export interface ListedEvent {
  thread: number;
  event: number;
  timeNs: number;
  /** The clock was read at this event; else the time is interpolated. */
  timeExact: boolean;
  kind: string;
  /** Number of the call it belongs to, 0 for none. */
  call: number;
  /** Depth of that call on the stack. */
  depth: number;
  function: string;
  file: string;
  /** Place of the event, or of its function; 0 where it has none. */
  line: number;
  column: number;
  /** Variable, property or expression, where the site names one. */
  name: string | undefined;
  values: Value[];
  /** Call of a resume, scope instance, request number, correlation; 0 where there is none. */
  number: number;
}

export interface EventFilter {
  file?: string;
  function?: string;
  thread?: number;
  range?: TimeRange;
}

/**
 * The events of a recording that a filter lets pass, thread by thread in order, straight from the chunks. What cannot
 * be decoded is handed to `onDamage` and left out.
 */
export function* listEvents(
  recording: Recording,
  filter: EventFilter = {},
  onDamage: (thread: number, chunk: number, reason: string) => void = () => undefined,
): Generator<ListedEvent> {
  const inFile = filter.file === undefined ? undefined : fileMatcher(filter.file);
  const inFunction = filter.function === undefined ? undefined : functionMatcher(filter.function);
  const range = filter.range ?? { fromNs: 0, toNs: Number.MAX_SAFE_INTEGER };
  for (const { id: thread } of recording.threads()) {
    if (filter.thread !== undefined && filter.thread !== thread) continue;
    const chunks = recording.chunks(thread);
    const sites = sitesOf(recording, thread, inFile, inFunction);
    const replay = new ThreadReplay(recording.resolver(thread));
    for (let i = firstChunkFrom(chunks, range.fromNs); i < chunks.length; i++) {
      const info = chunks[i]!;
      if (info.startNs > range.toNs) break;
      const chunk = recording.tryChunk(thread, info);
      if (typeof chunk === 'string') {
        onDamage(thread, info.chunk, chunk);
        continue;
      }
      if (sites && !concerns(chunk, sites)) continue;
      replay.beginChunk(chunk.header);
      const objects = new LiveObjects();
      for (const event of chunk.events()) {
        objects.begin(event);
        const frame = replay.step(event);
        const site = siteOfEvent(event.kind, event.payload, replay.resolver);
        const values = event.values.map((value) => copyValue(value));
        objects.end(event, site);
        if (event.timeNs < range.fromNs || event.timeNs > range.toNs) continue;
        if (inFile && !(frame?.site && inFile(frame.site.file))) continue;
        if (inFunction && !(frame?.site && inFunction(frame.site.function.name))) continue;
        yield listed(thread, { ...event, values }, frame, site);
      }
      if (chunk.damage !== undefined) onDamage(thread, info.chunk, chunk.damage);
    }
  }
}

/** Site ids of the functions that a filter lets pass; undefined: it lets all pass. */
export function sitesOf(
  recording: Recording,
  thread: number,
  inFile: ((file: string) => boolean) | undefined,
  inFunction: ((name: string) => boolean) | undefined,
): ReadonlySet<number> | undefined {
  if (!inFile && !inFunction) return undefined;
  const ids = new Set<number>();
  for (const { base, moduleId } of recording.loads(thread)) {
    const module = recording.module(moduleId);
    const table = module?.sites;
    if (!table) continue;
    const passes = table.functions.map(
      (entry) => (inFile?.(table.sources[entry.source] ?? module.file) ?? true) && (inFunction?.(entry.name) ?? true),
    );
    table.sites.forEach(([, , functionIndex], index) => {
      if (passes[functionIndex]) ids.add(base + index);
    });
  }
  return ids;
}

/** False when no event of the chunk can belong to these functions: it need not be decoded. */
export function concerns(chunk: Chunk, sites: ReadonlySet<number>): boolean {
  if (chunk.header.frames.some(({ site }) => sites.has(site))) return true;
  let found = false;
  chunk.scan((scanner) => {
    found ||= !WITHOUT_SITE.has(scanner.kind) && sites.has(scanner.payload);
  });
  return found;
}

/** Kinds whose payload is no site. */
const WITHOUT_SITE: ReadonlySet<number> = new Set([
  K.LEAVE_VALUE,
  K.LEAVE_UNDEFINED,
  K.LEAVE_SMI,
  K.LEAVE_THROW,
  K.LEAVE_PENDING,
  K.LEAVE_CLOSED,
  K.UNWIND,
  K.RETURN_VALUE,
  K.SCOPE_LINK,
  K.LOG,
  K.UNCAUGHT,
  K.REQUEST_START,
  K.REQUEST_END,
  K.MARK,
  K.CORRELATION,
  K.SEND,
  K.RECEIVE,
  K.REQUEST_SOCKET,
  K.REQUEST_TRACE,
]);

/** Whether the payload of events of this kind is a site. */
export function namesSite(kind: number): boolean {
  return !WITHOUT_SITE.has(kind);
}

/** The site that an event names, undefined for kinds that name none. */
export function siteOfEvent(kind: number, payload: number, resolver: SiteResolver): Site | undefined {
  return namesSite(kind) ? resolver.resolve(payload) : undefined;
}

/** What people see of an event; `frame` is what the replay returned for it. */
export function listed(
  thread: number,
  event: { kind: number; event: number; timeNs: number; timeExact: boolean; values: Value[]; number: number },
  frame: Frame | undefined,
  site: Site | undefined,
): ListedEvent {
  const place = site ?? frame?.site;
  return {
    thread,
    event: event.event,
    timeNs: event.timeNs,
    timeExact: event.timeExact,
    kind: eventName(event.kind),
    call: frame?.call ?? 0,
    depth: frame?.depth ?? 0,
    function: frame?.site?.function.name ?? '',
    file: place?.file ?? '',
    line: site?.line ?? 0,
    column: site?.column ?? 0,
    name: site && nameOfSite(site),
    values: event.values,
    number: event.number,
  };
}
