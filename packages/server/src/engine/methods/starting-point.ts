import { isCaptured, K, type Value } from '@execution-cinema/format';
import type { ChunkInfo, Recording } from '@execution-cinema/store';
import type { Opened, Overview } from '../../protocol.ts';

type Start = NonNullable<Opened['start']>;

/** Chunks looked into for the error that ended a process, from its end. */
const CHUNKS_BACK_MAX = 4;

/**
 * Where to begin: where the first uncaught error was thrown (the stack still stands there), else where the first call threw,
 * else the beginning. Looks into a few chunks only.
 */
export function startingPoint(recording: Recording, { threads, processes }: Overview): Opened['start'] {
  const failed = new Set(processes.filter(({ exitCode }) => exitCode !== null && exitCode !== 0).map(({ id }) => id));
  const uncaught = threads
    .filter(({ processId, throws }) => failed.has(processId) || throws > 0)
    .flatMap(({ id }) => uncaughtIn(recording, id) ?? []);
  const throws = threads.filter((thread) => thread.throws > 0).flatMap(({ id }) => firstThrow(recording, id) ?? []);
  const first = earliest(uncaught) ?? earliest(throws);
  if (first) return first;
  const [begin] = threads.flatMap(({ first: at }) => at ?? []).sort((a, b) => a.timeNs - b.timeNs);
  if (!begin) return null;
  const { thread, event, timeNs } = begin;
  return { moment: { thread, event }, timeNs, why: 'nothing failed: the beginning', kind: 'beginning' };
}

function earliest(found: Start[]): Start | undefined {
  return found.sort((a, b) => a.timeNs - b.timeNs)[0];
}

/** The uncaught error of a thread: the event that threw it, if that is near, else the one that reported it. */
function uncaughtIn(recording: Recording, thread: number): Start | undefined {
  const chunks = recording.chunks(thread).slice(-CHUNKS_BACK_MAX);
  if (!chunks.some((info) => has(recording, thread, info, K.UNCAUGHT))) return undefined;
  let found: { start: Start; error: number } | undefined;
  for (const info of chunks) {
    for (const event of eventsOf(recording, thread, info)) {
      if (event.kind !== K.UNCAUGHT || found) continue;
      const [value] = event.values;
      found = {
        start: {
          moment: { thread, event: event.event },
          timeNs: event.timeNs,
          why: `uncaught: ${describe(value)}`,
          kind: 'uncaught',
        },
        error: isCaptured(value) ? value.id : 0,
      };
    }
  }
  if (!found || found.error === 0) return found?.start;
  for (const info of chunks) {
    for (const event of eventsOf(recording, thread, info)) {
      const [value] = event.values;
      if (event.kind !== K.THROW || !isCaptured(value) || value.id !== found.error) continue;
      return { ...found.start, moment: { thread, event: event.event }, timeNs: event.timeNs };
    }
  }
  return found.start;
}

/** Whether a chunk has an event of this kind: found without decoding values. */
function has(recording: Recording, thread: number, info: ChunkInfo, kind: number): boolean {
  const chunk = recording.tryChunk(thread, info);
  let found = false;
  if (typeof chunk !== 'string') chunk.scan((scanner) => void (found ||= scanner.kind === kind));
  return found;
}

function firstThrow(recording: Recording, thread: number): Start | undefined {
  const info = recording.chunks(thread).find(({ throws }) => throws > 0);
  if (!info) return undefined;
  for (const { kind, event, timeNs, values } of eventsOf(recording, thread, info)) {
    if (kind !== K.THROW && kind !== K.LEAVE_THROW) continue;
    const why = kind === K.THROW ? `thrown: ${describe(values[0])}` : 'the first call that ended by an error';
    return { moment: { thread, event }, timeNs, why, kind: 'threw' };
  }
  return undefined;
}

function* eventsOf(recording: Recording, thread: number, info: ChunkInfo) {
  const chunk = recording.tryChunk(thread, info);
  if (typeof chunk !== 'string') yield* chunk.events();
}

function describe(value: Value): string {
  if (!isCaptured(value)) return String(value);
  const message = typeof value.message === 'string' ? value.message : '';
  return message === '' ? value.name || value.type : `${value.name}: ${message}`;
}
