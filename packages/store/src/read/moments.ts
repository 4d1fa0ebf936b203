import { K, formatCall, parseCall, parseMoment } from '@execution-cinema/format';
import { storeError } from '../errors.ts';
import { chunkOfCall, chunkOfTime } from './chunks.ts';
import type { Recording } from './recording.ts';

/** A point in the life of one thread: just after event `event`. */
export interface Moment {
  thread: number;
  event: number;
}

export interface CallName {
  thread: number;
  call: number;
}

const UNITS_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, min: 60e9 };

/** Nanoseconds of a duration such as `250ms`, `1.5s`, `20us`, or a plain number of nanoseconds. Undefined for others. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|min|m)?$/.exec(text.trim());
  return match ? Math.round(Number(match[1]) * UNITS_NS[match[2] ?? 'ns']!) : undefined;
}

/** A span of time, ends included. Nanoseconds since the recording began. */
export interface TimeRange {
  fromNs: number;
  toNs: number;
}

/** Reads `A..B`, each end a duration since the start or nothing. Throws BAD_RANGE. */
export function parseRange(text: string): TimeRange {
  const match = /^(.*?)\.\.(.*)$/.exec(text.trim());
  const end = (part: string | undefined, otherwise: number): number =>
    part === '' ? otherwise : (parseDuration(part ?? '') ?? Number.NaN);
  const fromNs = end(match?.[1], 0);
  const toNs = end(match?.[2], Number.MAX_SAFE_INTEGER);
  if (!match || !(fromNs <= toNs)) throw storeError('BAD_RANGE', text);
  return { fromNs, toNs };
}

/** The thread a question is about when none is named: the first one that has something stored. */
export function defaultThread(recording: Recording): number {
  const threads = recording.threads();
  const first = threads.find((thread) => recording.chunks(thread.id).length > 0) ?? threads[0];
  if (!first) throw storeError('NOTHING_RECORDED', recording.file);
  return first.id;
}

/**
 * Finds the moment that a text names: `T@E` (event E of thread T), `T:N` (the start of call N), `250ms` or nanoseconds
 * (the last event up to then), `start`, `end`. The last three are about `thread`, or the first thread.
 * Throws StoreError BAD_MOMENT, NO_SUCH_THREAD, NOT_STORED, NOTHING_RECORDED.
 */
export function resolveMoment(recording: Recording, text: string, thread?: number): Moment {
  const exact = parseMoment(text);
  if (exact) {
    requireThread(recording, exact.thread);
    requireEvent(recording, exact);
    return exact;
  }
  if (text.includes(':')) {
    const call = resolveCall(recording, text);
    const event = eventOfCall(recording, call);
    if (event === undefined) throw storeError('NOT_STORED', `call ${formatCall(call.thread, call.call)}`);
    return { thread: call.thread, event };
  }
  const chosen = thread ?? defaultThread(recording);
  requireThread(recording, chosen);
  const chunks = recording.chunks(chosen);
  const first = chunks[0];
  const last = chunks.at(-1);
  if (!first || !last) throw storeError('NOTHING_RECORDED', `thread ${chosen} of ${recording.file}`);
  if (text === 'start') return { thread: chosen, event: first.firstEvent };
  if (text === 'end') return { thread: chosen, event: last.firstEvent + Math.max(0, last.events - 1) };
  const timeNs = parseDuration(text);
  if (timeNs === undefined) throw storeError('BAD_MOMENT', text);
  return { thread: chosen, event: eventAtTime(recording, chosen, timeNs) };
}

/** Reads `T:N` or the id of a call in SQL. Throws BAD_CALL, NO_SUCH_THREAD. */
export function resolveCall(recording: Recording, text: string): CallName {
  const call = parseCall(text);
  if (!call) throw storeError('BAD_CALL', text);
  requireThread(recording, call.thread);
  return call;
}

/** Throws NO_SUCH_THREAD. */
export function requireThread(recording: Recording, thread: number): void {
  const threads = recording.threads();
  if (threads.some(({ id }) => id === thread)) return;
  throw storeError('NO_SUCH_THREAD', `${thread} (there are: ${threads.map(({ id }) => id).join(', ') || 'none'})`);
}

/** What lies between two stored events may be lost; what lies outside of all is a mistake. */
function requireEvent(recording: Recording, { thread, event }: Moment): void {
  const chunks = recording.chunks(thread);
  const first = chunks[0]?.firstEvent ?? 0;
  const last = chunks.reduce((most, chunk) => Math.max(most, chunk.firstEvent + chunk.events - 1), -1);
  if (event >= first && event <= last) return;
  const stored = last < 0 ? 'none' : `${first} to ${last}`;
  throw storeError('NOT_STORED', `event ${event} of thread ${thread} (stored: ${stored})`);
}

/** The last event at or before a time; the first one when all are later. */
function eventAtTime(recording: Recording, thread: number, timeNs: number): number {
  const chunks = recording.chunks(thread);
  const info = chunks[Math.max(0, chunkOfTime(chunks, timeNs))]!;
  return recording.chunk(thread, info).eventAt(timeNs) ?? info.firstEvent;
}

/** The event with which a call began, undefined when it is not stored. */
function eventOfCall(recording: Recording, { thread, call }: CallName): number | undefined {
  const chunks = recording.chunks(thread);
  const info = chunks[chunkOfCall(chunks, call)];
  if (!info) return undefined;
  const chunk = recording.chunk(thread, info);
  let next = chunk.header.nextCall;
  let found: number | undefined;
  chunk.scan((scanner) => {
    if (scanner.kind > K.ENTER_MANY || scanner.kind < K.ENTER_0) return;
    if (next++ === call) found = scanner.event;
  });
  return found;
}
