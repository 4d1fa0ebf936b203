import { K, type EventScanner } from '@execution-cinema/format';
import { chunkOfCall } from '../read/chunks.ts';
import type { Moment } from '../read/moments.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { causeOf, effectOf } from './cause.ts';
import { moveInAllThreads } from './all-threads.ts';
import { sitesOfFunction, sitesOnLine, sitesWriting } from './targets.ts';
import { ThreadSearch, type NextChunk, type Visit } from './thread-search.ts';
import type { Track } from './track.ts';
import type { MoveOptions } from './types.ts';

/**
 * The moment to which a move leads, undefined when there is none. Chunks that hold nothing of what is looked for are
 * skipped where the `index` knows them. Throws RangeError when the moment is not stored.
 */
export function move(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  options: MoveOptions,
): Moment | undefined {
  const search = new ThreadSearch(recording, moment.thread, index);
  const { kind } = options;
  const back = options.direction === 'back';
  if (kind === 'cause') return causeOf(search, moment.event);
  if (kind === 'effect') return effectOf(search, moment.event);
  if (kind === 'over' || kind === 'out') {
    const event = back ? backInCall(search, moment.event, kind) : onInCall(search, moment.event, kind);
    return event === undefined ? undefined : { thread: moment.thread, event };
  }
  const target = withPlace(search, moment.event, options);
  if (options.threads === 'all') return moveInAllThreads(recording, index, moment, target, back);
  const event = findTarget(search, moment.event, target, back);
  return event === undefined ? undefined : { thread: moment.thread, event };
}

function withPlace(search: ThreadSearch, event: number, options: MoveOptions): MoveOptions {
  if (options.kind !== 'line' || options.line !== undefined) return options;
  const site = search.recording.resolver(search.thread).resolve(search.trackAt(event).standing());
  return site ? { ...options, file: site.file, line: site.line } : { ...options, file: '', line: 0 };
}

/** Event of the next or last thing of this kind in one thread. */
export function findTarget(
  search: ThreadSearch,
  event: number,
  target: MoveOptions,
  back: boolean,
): number | undefined {
  const { hit, sites } = hitOf(search, target);
  let nextChunk: NextChunk | undefined;
  if (sites) {
    if (sites.length === 0) return undefined;
    nextChunk = search.mentioning(sites, back ? -1 : 1);
  } else if (target.kind === 'throw') nextChunk = throwing(search, back ? -1 : 1);
  return back ? search.back(event, hit, nextChunk) : search.forward(event, hit, nextChunk);
}

function throwing(search: ThreadSearch, step: 1 | -1): NextChunk {
  const { chunks, thread, index } = search;
  return (from) => {
    for (let at = from + step; at >= 0 && at < chunks.length; at += step) {
      if (index?.throws(thread, chunks[at]!.chunk) !== false) return at;
    }
    return -1;
  };
}

/** What an event must be, and the sites of which it names one, if that is known. */
function hitOf(search: ThreadSearch, target: MoveOptions): { hit: Visit; sites?: number[] } {
  const { recording, thread } = search;
  switch (target.kind) {
    case 'into':
      return { hit: (_, track) => track.moved || track.switched };
    case 'call': {
      if (target.function === undefined) return { hit: (scanner) => isEnter(scanner) };
      const sites = sitesOfFunction(recording, thread, target.function, target.file);
      const wanted = new Set(sites);
      return { hit: (scanner) => isEnter(scanner) && wanted.has(scanner.payload), sites };
    }
    case 'line': {
      const sites = sitesOnLine(recording, thread, target.file ?? '', target.line ?? 0);
      return { hit: lineHit(new Set(sites)), sites };
    }
    case 'write': {
      const ofRest = writeFilter(target);
      if (target.name === undefined) return { hit: (scanner) => WRITES.has(scanner.kind) && ofRest(scanner) };
      const sites = sitesWriting(recording, thread, target.name);
      const wanted = new Set(sites);
      return {
        hit: (scanner) => WRITES.has(scanner.kind) && wanted.has(scanner.payload) && ofRest(scanner),
        sites,
      };
    }
    case 'throw':
      return { hit: throwHit };
    default:
      return { hit: () => true };
  }
}

function isEnter(scanner: EventScanner): boolean {
  return scanner.kind <= K.ENTER_MANY;
}

/** An execution of a line begins: a call comes to one of its sites from elsewhere, or to the same one again. */
export function lineHit(sites: ReadonlySet<number>): Visit {
  return (scanner, track) => {
    if (scanner.kind === K.RESUME || !sites.has(scanner.payload) || !track.actor) return false;
    if (isEnter(scanner)) return true;
    if (scanner.kind !== K.SUSPEND && scanner.kind !== K.SUSPEND_VALUE) {
      return track.actor.position === scanner.payload && track.moved;
    }
    return track.before === scanner.payload || track.lineOf(track.before) !== track.lineOf(scanner.payload);
  };
}

/** Events that write a variable or a property. */
export const WRITES: ReadonlySet<number> = new Set([
  K.WRITE,
  K.WRITE_SCOPED,
  K.CATCH,
  K.PROPERTY,
  K.PROPERTY_COMPUTED,
  K.PROPERTY_DELETE,
]);

const OF_OBJECTS: ReadonlySet<number> = new Set([K.PROPERTY, K.PROPERTY_COMPUTED, K.PROPERTY_DELETE]);

function writeFilter({ owner, scope }: MoveOptions): (scanner: EventScanner) => boolean {
  return (scanner) => {
    const { kind, words, operands } = scanner;
    if (scope !== undefined && !(kind === K.WRITE_SCOPED && words[operands]! >>> 0 === scope)) return false;
    // The identity stands behind the head of every value that has one.
    return owner === undefined || (OF_OBJECTS.has(kind) && words[operands + 1] === owner);
  };
}

/** An exception that begins, or the first that is seen of one thrown by code that is not recorded. */
function throwHit({ kind }: EventScanner, track: Track): boolean {
  if (kind === K.THROW || kind === K.UNCAUGHT) return true;
  if (kind !== K.LEAVE_THROW && kind !== K.CATCH) return false;
  const previous = track.previousKind();
  return previous !== K.THROW && previous !== K.LEAVE_THROW && previous !== K.UNWIND;
}

/** Chunks in which an open call does something, in order. */
function actionsOf(search: ThreadSearch, call: number, direction: 'after' | 'before'): NextChunk {
  const { chunks, thread, index } = search;
  const birth = chunkOfCall(chunks, call);
  const step = direction === 'after' ? 1 : -1;
  return (from) => {
    const next = from + step;
    if (next < 0 || next >= chunks.length || (step < 0 && next < birth)) return -1;
    const chunk = index?.actionChunk(thread, call, chunks[from]!.chunk, direction);
    if (chunk === undefined) return next;
    if (step > 0) return chunk < 0 ? -1 : chunks.findIndex((info) => info.chunk >= chunk);
    const at = chunk < 0 ? -1 : chunks.findLastIndex((info) => info.chunk <= chunk);
    return Math.max(at, birth);
  };
}

function onInCall(search: ThreadSearch, event: number, kind: 'over' | 'out'): number | undefined {
  const call = search.trackAt(event).top?.call;
  // Nothing runs: whatever begins next is the next step.
  if (call === undefined)
    return kind === 'over' ? search.forward(event, (_, track) => track.top !== undefined) : undefined;
  const hit: Visit = (_, track) => {
    if (track.ended.some((frame) => frame.call === call)) return true;
    return kind === 'over' && track.moved && track.top?.call === call;
  };
  return search.forward(event, hit, actionsOf(search, call, 'after'));
}

function backInCall(search: ThreadSearch, event: number, kind: 'over' | 'out'): number | undefined {
  const call = search.trackAt(event).top?.call;
  if (call === undefined)
    return kind === 'over' ? search.back(event, (_, track) => track.top !== undefined) : undefined;
  const began = beginOf(search, call);
  if (kind === 'over' && began !== event) {
    const stop = search.back(
      event,
      (_, track) => track.moved && track.top?.call === call,
      actionsOf(search, call, 'before'),
    );
    if (stop !== undefined) return stop;
  }
  return began !== undefined && search.isStored(began - 1) ? began - 1 : undefined;
}

/** Event with which a call began, undefined when that is not stored. */
function beginOf(search: ThreadSearch, call: number): number | undefined {
  const at = chunkOfCall(search.chunks, call);
  if (at < 0) return undefined;
  let event: number | undefined;
  search.walk(at, (scanner, track) => {
    if (!isEnter(scanner) || track.top?.call !== call) return false;
    event = scanner.event;
    return true;
  });
  return event;
}
