import {
  isCaptured,
  K,
  SITE_CATCH,
  SITE_DELETE,
  SITE_PROPERTY,
  SITE_WRITE,
  type Value,
} from '@execution-cinema/format';
import type { Progress } from '../index/progress.ts';
import { plainText } from '../index/value-text.ts';
import type { Chunk, ChunkEvent } from '../read/chunks.ts';
import { copyValue, LiveObjects } from '../read/live-objects.ts';
import { concerns, sitesOf } from '../read/event-list.ts';
import { fileMatcher, functionMatcher } from '../read/match.ts';
import type { TimeRange } from '../read/moments.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay, type Frame } from '../read/replay.ts';
import type { SiteTable } from '../read/site-table.ts';
import { nameOfSite } from '../read/site-text.ts';
import { workOf } from '../read/work.ts';
import { parsePredicate, valueAt, type Predicate } from './predicate.ts';

export interface SearchFilter {
  /** Name or glob of the function in which it happened. */
  function?: string;
  file?: string;
  thread?: number;
  range?: TimeRange;
  onProgress?: (progress: Progress) => void;
}

export type SearchKind = 'value' | 'argument' | 'result' | 'error' | 'log' | 'function' | 'file';

export interface SearchHit {
  kind: SearchKind;
  thread: number;
  event: number;
  timeNs: number;
  /** Number of the call, 0 for none. */
  call: number;
  function: string;
  file: string;
  line: number;
  /** Variable, property, parameter; empty for functions and files. */
  name: string;
  value: Value;
}

/** Every moment at which a condition over values holds (see predicate.ts), thread by thread in order. */
export function searchValues(recording: Recording, condition: string, filter: SearchFilter = {}): Generator<SearchHit> {
  const predicates = parsePredicate(condition);
  const { subject } = predicates[0]!;
  return subject === 'value' ? namedValues(recording, predicates, filter) : calls(recording, predicates, filter);
}

/** A text in names of functions and files, in output, and in values; of a number also the number itself. Names come first. */
export function* searchText(
  recording: Recording,
  text: string,
  filter: SearchFilter = {},
  kinds: ReadonlySet<SearchKind> = new Set(['function', 'file', 'log', 'value']),
): Generator<SearchHit> {
  if (kinds.has('function') || kinds.has('file')) yield* searchNames(recording, text, kinds);
  if (!kinds.has('log') && !kinds.has('value')) return;
  // Texts stand in the words as they are, four or two characters each: a chunk without these bytes has no hit.
  const needles = [Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')];
  const number = text.trim() === '' ? Number.NaN : Number(text);
  const isNumber = !Number.isNaN(number) || text === 'NaN';
  const isMentioned = ({ words }: Chunk): boolean => {
    if (isNumber) return true;
    const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
    return needles.some((needle) => bytes.includes(needle));
  };
  yield* eventsOf(recording, filter, isMentioned, ({ event, frame, replay }) => {
    const isLog = event.kind === K.LOG || event.kind === K.LOG_INJECTED;
    if (!kinds.has(isLog ? 'log' : 'value')) return undefined;
    const names = event.kind <= K.ENTER_MANY ? (frame?.site?.function.parameters ?? []) : [];
    for (const [i, value] of event.values.entries()) {
      // Only what the event itself says: an object that was seen before is not a hit each time it is passed on.
      const isHit = (part: Value): boolean =>
        typeof part === 'string' ? part.includes(text) : isNumber && Object.is(part, number);
      if (!isIn(value, isHit, new Set(event.captured))) continue;
      const site = replay.resolver.resolve(event.payload);
      const name = isLog
        ? 'output'
        : ERRORS.has(event.kind)
          ? 'error'
          : (names[i] ?? (site && event.kind >= K.WRITE ? nameOfSite(site) : undefined) ?? 'result');
      return { kind: isLog ? 'log' : 'value', name, value: isLog ? plainText(value) : value };
    }
    return undefined;
  });
}

const ERRORS: ReadonlySet<number> = new Set([K.THROW, K.CATCH, K.UNCAUGHT]);

function* searchNames(recording: Recording, text: string, kinds: ReadonlySet<SearchKind>): Generator<SearchHit> {
  const lower = text.toLowerCase();
  const nowhere = { thread: 0, event: 0, timeNs: 0, call: 0, name: '', value: undefined };
  for (const id of recording.moduleIds()) {
    const module = recording.module(id);
    if (!module) continue;
    if (kinds.has('file') && module.file.toLowerCase().includes(lower)) {
      yield { ...nowhere, kind: 'file', function: '', file: module.file, line: 1 };
    }
    if (!kinds.has('function')) continue;
    for (const entry of module.sites?.functions ?? []) {
      if (!entry.name.toLowerCase().includes(lower)) continue;
      const file = module.sites!.sources[entry.source] ?? module.file;
      yield { ...nowhere, kind: 'function', function: entry.name, file, line: entry.line };
    }
  }
}

/** Whether something holds for a value or what lies in it. */
function isIn(value: Value, isHit: (part: Value) => boolean, fresh: ReadonlySet<unknown>, depth = 0): boolean {
  if (!isCaptured(value)) return isHit(value);
  if (value.type === 'cut string') return isHit(value.name);
  if (!fresh.has(value) || depth > 3) return false;
  if (value.type === 'error' && isIn(value.message, isHit, fresh, depth + 1)) return true;
  return value.items.some((item) => isIn(item, isHit, fresh, depth + 1));
}

interface Seen {
  event: ChunkEvent;
  frame: Frame | undefined;
  replay: ThreadReplay;
}

/** What an event is a hit for. */
interface Found {
  kind: SearchKind;
  name: string;
  value: Value;
}

/**
 * What `find` makes of the events that the filter lets pass, in chunks that may hold something. It gets millions of them, and
 * finds something in few.
 */
function* eventsOf(
  recording: Recording,
  filter: SearchFilter,
  mayHold: (chunk: Chunk, thread: number) => boolean,
  find: (seen: Seen) => Found | readonly Found[] | undefined,
): Generator<SearchHit> {
  const inFile = filter.file === undefined ? undefined : fileMatcher(filter.file);
  const isNamed = filter.function === undefined ? undefined : functionMatcher(filter.function);
  const { range, threads, done } = workOf(recording, filter);
  for (const {
    thread: { id: thread },
    chunks,
  } of threads) {
    const replay = new ThreadReplay(recording.resolver(thread));
    const sites = sitesOf(recording, thread, inFile, isNamed);
    for (const info of chunks) {
      const chunk = recording.tryChunk(thread, info);
      done(info);
      if (typeof chunk === 'string' || (sites && !concerns(chunk, sites)) || !mayHold(chunk, thread)) continue;
      replay.beginChunk(chunk.header);
      const objects = new LiveObjects();
      const next = chunk.decoding();
      for (let event = next(); event; event = next()) {
        objects.begin(event);
        const frame = replay.step(event);
        const own = frame?.site;
        const passes =
          event.timeNs >= range.fromNs &&
          event.timeNs <= range.toNs &&
          (inFile === undefined || (own !== undefined && inFile(own.file))) &&
          (isNamed === undefined || (own !== undefined && isNamed(own.function.name)));
        const found = passes ? find({ event, frame, replay }) : undefined;
        if (found !== undefined) {
          for (const { kind, name, value } of Array.isArray(found) ? (found as Found[]) : [found as Found]) {
            yield {
              kind,
              thread,
              event: event.event,
              timeNs: event.timeNs,
              call: frame?.call ?? 0,
              function: own?.function.name ?? '',
              file: own?.file ?? '',
              line: lineOf(event, frame, replay),
              name,
              value: copyValue(value),
            };
          }
        }
        objects.end(event, replay.resolver.resolve(event.payload));
      }
    }
  }
}

function lineOf({ kind, payload }: ChunkEvent, frame: Frame | undefined, replay: ThreadReplay): number {
  if (kind >= K.WRITE && kind < K.LOG) return replay.resolver.resolve(payload)?.line ?? 0;
  return (kind <= K.ENTER_MANY ? frame?.site : (frame?.position ?? frame?.site))?.line ?? 0;
}

const CALL_ENDS: ReadonlySet<number> = new Set([
  K.LEAVE_VALUE,
  K.LEAVE_SMI,
  K.LEAVE_UNDEFINED,
  K.LEAVE_PENDING,
  K.THROW,
]);

/** Calls by their arguments, result or error. */
function calls(recording: Recording, predicates: readonly Predicate[], filter: SearchFilter): Generator<SearchHit> {
  const holds = (subject: Predicate['subject'], value: Value): boolean =>
    predicates.every((predicate) => {
      if (predicate.subject !== subject) return false;
      const found = valueAt(value, predicate.path);
      return found !== 'missing' && predicate.holds(found.value);
    });
  return eventsOf(
    recording,
    filter,
    () => true,
    ({ event, frame, replay }) => {
      if (event.kind <= K.ENTER_MANY) {
        const site = frame?.site;
        if (site?.function.kind === 'module') return undefined;
        const named = site?.function.parameters ?? [];
        const values = event.values.flatMap((value, i) =>
          named[i] === 'this' ? [] : [{ name: named[i] ?? `argument ${i}`, value }],
        );
        const fits = predicates.every(({ subject, path, holds: test }) => {
          if (subject !== 'args') return false;
          const [step, ...rest] = path;
          if (step === 'length') return test(values.length);
          // Parameters that were left out are undefined; there is no argument where there is no parameter.
          if (typeof step !== 'number' || step >= values.length) return false;
          const found = valueAt(values[step]!.value, rest);
          return found !== 'missing' && test(found.value);
        });
        const at = predicates[0]!.path[0];
        const shown = typeof at === 'number' ? values[at] : values[0];
        if (fits) return { kind: 'argument', name: shown?.name ?? '', value: shown?.value };
      } else if (event.kind === K.THROW) {
        const [value] = event.values;
        if (holds('error', value)) return { kind: 'error', name: 'error', value };
      } else if (CALL_ENDS.has(event.kind)) {
        const ended = replay.ended[0];
        if (ended?.outcome === 'returned' && holds('result', ended.value)) {
          return { kind: 'result', name: 'result', value: ended.value };
        }
      }
      return undefined;
    },
  );
}

/** Values by name: where in each module such values are written or passed. */
function* namedValues(
  recording: Recording,
  predicates: readonly Predicate[],
  filter: SearchFilter,
): Generator<SearchHit> {
  const { name } = predicates[0]!;
  const idsByThread = new Map<number, Set<number>>();
  const idsOf = (thread: number): Set<number> => {
    const known = idsByThread.get(thread);
    if (known) return known;
    const ids = new Set<number>();
    for (const { base, moduleId } of recording.loads(thread)) {
      const table = recording.module(moduleId)?.sites;
      if (table) for (const index of sitesNamed(table, name)) ids.add(base + index);
    }
    idsByThread.set(thread, ids);
    return ids;
  };
  const mentions = (chunk: Chunk, thread: number): boolean => {
    const ids = idsOf(thread);
    let found = false;
    if (ids.size > 0) chunk.scan(({ payload }) => (found ||= ids.has(payload)));
    return found;
  };
  const holds = (value: Value): boolean =>
    predicates.every((predicate) => {
      const found = valueAt(value, predicate.path);
      return found !== 'missing' && predicate.holds(found.value);
    });
  let ids = new Set<number>();
  yield* eventsOf(
    recording,
    filter,
    (chunk, thread) => mentions(chunk, thread) && ((ids = idsOf(thread)), true),
    ({ event, frame, replay }) => {
      if (!ids.has(event.payload)) return undefined;
      if (event.kind <= K.ENTER_MANY) {
        return (frame?.site?.function.parameters ?? []).flatMap((parameter, i) =>
          parameter === name && i < event.values.length && holds(event.values[i])
            ? [{ kind: 'argument', name, value: event.values[i] } as const]
            : [],
        );
      }
      if (WRITES.has(event.kind)) {
        const site = replay.resolver.resolve(event.payload);
        const value = event.values.at(-1);
        if (site && holds(value)) return { kind: 'value', name: nameOfSite(site) ?? name, value };
      }
      return undefined;
    },
  );
}

const WRITES: ReadonlySet<number> = new Set([
  K.WRITE,
  K.WRITE_SCOPED,
  K.PROPERTY,
  K.PROPERTY_COMPUTED,
  K.CATCH,
  K.EXPRESSION,
]);

/** Sites about a variable, property (with or without its owner), parameter or expression of this name. */
function sitesNamed(table: SiteTable, name: string): number[] {
  const text = (at: number): string => table.names[at] ?? '';
  return table.sites.where(([kind, , functionIndex, , , a, b], index) => {
    if (kind === SITE_WRITE || kind === SITE_CATCH) return table.variables[a]?.name === name;
    if (kind === SITE_PROPERTY || kind === SITE_DELETE) {
      return a >= 0 && (text(a) === name || `${text(b)}.${text(a)}` === name);
    }
    const entry = table.functions[functionIndex];
    return entry?.site === index && entry.parameters.includes(name);
  });
}
