import {
  BoundedLookup,
  buildSeekIndex,
  framePlacer,
  OutOfTime,
  stateAt,
  type CallName,
  type SeekLookup,
  type State,
} from '@execution-cinema/store';
import type { Moment } from '../protocol.ts';
import { storeProgress, type EngineContext } from './context.ts';
import { flowFinder } from './flows.ts';
import { NeedsIndex, type Job } from './job.ts';

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

/** Which frames are wanted with what they see: so many of the innermost, and some calls. */
export interface WantedFrames {
  innermost: number;
  calls: readonly number[];
  /** Scopes around a function with more variables are told by names. */
  outerVariablesMax: number;
  /** Frames stand at the calls that they make; else at their last own events, which is enough to know who they are. */
  places: boolean;
}

export const NO_FRAMES: WantedFrames = { innermost: 0, calls: [], outerVariablesMax: 0, places: false };

/** States that are kept: a step asks for the one before it again, and for several things about the same one. */
const STATES_KEPT = 12;
const kept = new WeakMap<object, KeptState[]>();

interface KeptState {
  state: State;
  wanted: WantedFrames;
}

/** Whether a state tells all that is wanted: a call that was not on the stack then cannot be told either. */
function tells({ state, wanted: known }: KeptState, wanted: WantedFrames): boolean {
  const { innermost, calls, outerVariablesMax } = known;
  if (wanted.places && (!known.places || state.placesPending)) return false;
  if (wanted.innermost > innermost || wanted.outerVariablesMax > outerVariablesMax) return false;
  const isTold = (call: number): boolean => {
    const place = state.frames.findIndex((frame) => frame.call === call);
    return place < innermost || calls.includes(call);
  };
  return wanted.calls.every(isTold);
}

/** Stack of a thread at a moment, with what the wanted frames see. */
export function stateOf(context: EngineContext, moment: Moment, job: Job, wanted: WantedFrames): State {
  let states = kept.get(context.generation);
  if (!states) kept.set(context.generation, (states = []));
  const { thread, event } = moment;
  const known = states.find(
    (entry) => entry.state.thread === thread && entry.state.event === event && tells(entry, wanted),
  );
  if (known) return known.state;
  const state = readStateOf(context, moment, job, wanted);
  if (states.length >= STATES_KEPT) states.shift();
  states.push({ state, wanted });
  return state;
}

function readStateOf(context: EngineContext, moment: Moment, job: Job, wanted: WantedFrames): State {
  const { recording, sidecar } = context;
  const { innermost, calls, outerVariablesMax, places } = wanted;
  const isWhole = (place: number, call: number): boolean => place < innermost || calls.includes(call);
  const read = (index: SeekLookup): State =>
    stateAt(recording, moment.thread, moment.event, index, {
      isWhole,
      outerVariablesMax,
      ...(places && { placer: framePlacer(flowFinder(job)) }),
    });
  try {
    return read(lookupAt(context, moment, job));
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    if (!job.patient) throw new NeedsIndex();
    buildSeekIndex(recording, sidecar.db, {
      threads: [moment.thread],
      untilEvent: moment.event,
      onProgress: storeProgress(job, 'building the index'),
    });
    return read(context.index);
  }
}

/** Events after which the call that they are about is not on the stack any more, or what it called is on top. */
const NOT_ON_TOP: ReadonlySet<string> = new Set([
  'return',
  'leave by throw',
  'close',
  'unwind',
  'suspend',
  'yield',
  'call',
]);

/**
 * A moment at which a call is on top of the stack: this one, or just before it called what is above it; of a call that
 * sleeps or has ended by then the last one. Throws RangeError when the call is not stored.
 */
export function momentOnTop(context: EngineContext, moment: Moment | undefined, name: CallName, job: Job): Moment {
  const { thread, call } = name;
  const there = moment?.thread === thread ? moment : undefined;
  if (there) {
    const { frames } = stateOf(context, there, job, NO_FRAMES);
    const at = frames.findIndex((frame) => frame.call === call);
    if (at === 0) return there;
    const above = frames[at - 1];
    if (above && above.startEvent > 0) return { thread, event: above.startEvent - 1 };
  }
  const { steps } = context.steps.get(context, name, there?.event, job);
  const own = steps.filter(({ kind }) => !NOT_ON_TOP.has(kind));
  const last = own.findLast(({ event }) => !there || event <= there.event) ?? own.at(-1);
  if (!last) throw new RangeError(`call ${thread}:${call} is not in the recording`);
  return { thread, event: last.event };
}
