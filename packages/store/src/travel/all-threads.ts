import { chunkOfEvent, chunkOfTime } from '../read/chunks.ts';
import type { Moment } from '../read/moments.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { findTarget } from './moves.ts';
import { ThreadSearch } from './thread-search.ts';
import type { MoveOptions } from './types.ts';

/** Moments of all threads have an order: by time, at equal times by thread. */
function isBefore(a: { thread: number; timeNs: number }, b: { thread: number; timeNs: number }): boolean {
  return a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.thread < b.thread);
}

/** The next or last moment of its kind in all threads, in the order of time. */
export function moveInAllThreads(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  target: MoveOptions,
  back: boolean,
): Moment | undefined {
  const here = { ...moment, timeNs: timeOfMoment(recording, moment) };
  let best: (Moment & { timeNs: number }) | undefined;
  for (const { id: thread } of recording.threads()) {
    const search = new ThreadSearch(recording, thread, index);
    const from = thread === moment.thread ? moment.event : startIn(recording, thread, here, back);
    const event = findTarget(search, from, target, back);
    if (event === undefined) continue;
    const found = { thread, event, timeNs: timeOfMoment(recording, { thread, event }) };
    if (!best || (back ? isBefore(best, found) : isBefore(found, best))) best = found;
  }
  return best && { thread: best.thread, event: best.event };
}

/** The event of another thread from which on, or before which, everything lies behind, or before, a moment. */
function startIn(
  recording: Recording,
  thread: number,
  here: { thread: number; timeNs: number },
  back: boolean,
): number {
  const chunks = recording.chunks(thread);
  const info = chunks[chunkOfTime(chunks, here.timeNs)];
  if (!info) return -1;
  // At the same time the thread with the lower number comes first.
  const untilNs = thread < here.thread ? here.timeNs : here.timeNs - 1;
  const last = recording.chunk(thread, info).eventAt(untilNs) ?? info.firstEvent - 1;
  return back ? last + 1 : last;
}

/** Time of a moment, nanoseconds since the recording began; interpolated where the clock was not read. */
export function timeOfMoment(recording: Recording, { thread, event }: Moment): number {
  const chunks = recording.chunks(thread);
  const info = chunks[chunkOfEvent(chunks, event)];
  return info ? recording.chunk(thread, info).timeOf(event) : 0;
}
