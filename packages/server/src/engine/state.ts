import {
  BoundedLookup,
  buildSeekIndex,
  OutOfTime,
  readState,
  stateAt,
  type SeekLookup,
  type State,
} from '@execution-cinema/store';
import type { Moment } from '../protocol.ts';
import { storeProgress, type EngineContext } from './context.ts';
import type { Job } from './job.ts';

/** So many events are indexed before a question is answered; with more to do it is answered with what can be found quickly. */
const INDEXED_AT_ONCE_MAX = 400_000;
/** How long values from before the moment's own chunk are looked for without an index. */
const LOOK_MS = 200;

/** What is known of the past of a moment: from the index if it reaches there, else from looking for a moment. */
export function lookupAt(context: EngineContext, { thread, event }: Moment, job: Job): SeekLookup {
  const { recording, sidecar, index } = context;
  const chunks = recording.chunks(thread);
  const at = chunks.findLast(({ firstEvent }) => firstEvent <= event);
  if (!at || index.asleepAt(thread, at.chunk) !== undefined) return index;
  if (event - (chunks[0]?.firstEvent ?? 0) > INDEXED_AT_ONCE_MAX) {
    return new BoundedLookup(recording, performance.now() + LOOK_MS);
  }
  buildSeekIndex(recording, sidecar.db, { threads: [thread], untilEvent: event, onProgress: storeProgress(job) });
  return context.index;
}

export function stateOf(context: EngineContext, moment: Moment, job: Job): State {
  const { recording, sidecar } = context;
  try {
    return stateAt(recording, moment.thread, moment.event, lookupAt(context, moment, job));
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    return readState(recording, sidecar.db, moment, storeProgress(job, 'building the index'));
  }
}

/**
 * A moment at which a call that is on the stack is on top: just before it called what is above it. The moment itself when
 * it is on top, or not on the stack at all.
 */
export function momentOnTop(context: EngineContext, moment: Moment, call: number, job: Job): Moment {
  const { frames } = stateOf(context, moment, job);
  const at = frames.findIndex((frame) => frame.call === call);
  const above = at > 0 ? frames[at - 1] : undefined;
  if (!above || above.startEvent <= 0) return moment;
  return { thread: moment.thread, event: above.startEvent - 1 };
}
