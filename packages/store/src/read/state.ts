import type { CauseName, FunctionEntry, Value, VariableEntry } from '@execution-cinema/format';
import type { FramePlacer } from '../places/frame-places.ts';
import { asyncCallers } from './async-callers.ts';
import type { ChunkState } from './chunk-state.ts';
import { eventName } from './event-names.ts';
import { keptBy } from './kept.ts';
import type { SeekLookup } from './past.ts';
import type { Recording } from './recording.ts';
import type { Frame } from './replay.ts';
import { ThreadAt } from './thread-at.ts';

export interface StateVariable {
  name: string;
  kind: VariableEntry['kind'];
  value: Value;
  /**
   * Where the value comes from: a recorded write, the call's argument, the rules of the language for what has not been
   * written yet, or nothing was recorded (then `value` is undefined and `note` says why).
   */
  source: 'write' | 'argument' | 'initial' | 'unknown';
  /** Event and time of the write or of the call's start; -1 when there is none. */
  event: number;
  timeNs: number;
  /** Event since which the object that it holds is known to be as shown; left out where it is none. */
  asOf?: number;
  /** Why the value is not known, or may have changed unseen. */
  note?: string;
}

export interface StateScope {
  kind: string;
  /** Scope instance shared by closures, 0 when the variables belong to the call. */
  instance: number;
  /** Original position where the scope begins: line 1-based, column 0-based. */
  line: number;
  column: number;
  variables: StateVariable[];
  /** Names of its variables when they were not looked up, else empty. */
  omitted: string[];
}

/** How much of a state is looked up; all of it when left out. */
export interface StateDetail {
  /** Frames (by place from the innermost, and call) that are told with `this` and scopes. */
  isWhole?: (place: number, call: number) => boolean;
  /**
   * Scopes around the function with more variables than this are told by names: a library in one function has hundreds,
   * whose values lie in as many older chunks.
   */
  outerVariablesMax?: number;
  /** Tells at which of their calls frames stand. Left out: they stand at their last own events. */
  placer?: FramePlacer;
}

export interface StateFrame {
  call: number;
  function: string;
  kind: FunctionEntry['kind'] | 'unknown';
  /** Where the function begins: names alone do not tell functions apart. 0 when it is not known. */
  functionLine: number;
  functionColumn: number;
  file: string;
  /** Where the frame stands: original line (1-based) and column (0-based) of the call under way, or of what it last did. */
  line: number;
  column: number;
  /** The place left no event: it was worked out from the text and from what the frame called. */
  placeIsInferred?: boolean;
  /** Event and time of the call's start; -1 when that is not stored. */
  startEvent: number;
  startNs: number;
  asyncParent: number;
  this: Value;
  hasThis: boolean;
  /** Innermost first. */
  scopes: StateScope[];
}

export interface SuspendedCall {
  call: number;
  function: string;
  file: string;
  line: number;
  sinceEvent: number;
  sinceNs: number;
}

/** A call that led to the outermost one on the stack, over the event loop or an `await`. */
export interface AsyncCaller {
  call: number;
  function: string;
  file: string;
  /** Where it waits, else where the function begins. */
  line: number;
  /** How it led to the call before it: it called it (and awaits it), or scheduled it. */
  cause: CauseName | 'call';
}

export interface State {
  thread: number;
  event: number;
  timeNs: number;
  /** Innermost first. */
  frames: StateFrame[];
  /** Who caused the outermost frame, nearest first. */
  asyncCallers: AsyncCaller[];
  framesOmitted: number;
  suspended: SuspendedCall[];
  /** False without a seek index that reaches here: then `suspended` knows only what fell asleep in this chunk. */
  suspendedComplete: boolean;
  /** Bound of the error of times, nanoseconds. */
  clockErrorNs: number;
  /** The frame that the event took from the stack by ending it or putting it to sleep. */
  left: LeftFrame | undefined;
  /** Not all frames have the place of their call: a text is still being looked through. */
  placesPending?: boolean;
}

export type LeftFrame = Pick<StateFrame, 'call' | 'function' | 'file'>;

const keptStates = keptBy<SeekLookup, ChunkState>();

/**
 * Stack and variables of one thread just after event `event`. What lies in the moment's own chunk is replayed from
 * its header; older calls, scopes and writes are looked up chunk by chunk, directly where there is an `index`.
 * Throws RangeError when the thread has no readable chunk at or before the event.
 */
export function stateAt(
  recording: Recording,
  thread: number,
  event: number,
  index?: SeekLookup,
  { isWhole = () => true, outerVariablesMax = Number.POSITIVE_INFINITY, placer }: StateDetail = {},
): State {
  const kept = index && keptStates(index);
  const at = new ThreadAt(recording, thread, event, index, (info) => kept?.take(thread, info, event));
  const { view, here, info } = at;
  const { header } = view;
  const asleep = [...here.asleep];
  const { stack } = here;
  const { left } = here;
  const innermost = [...stack].reverse();
  const state: State = {
    thread,
    event,
    timeNs: event < info.firstEvent ? header.startNs : view.timeOf(Math.min(event, view.endEvent - 1)),
    // Innermost first also because of the limits of what is looked up.
    frames: innermost.map((frame, place) => at.describe(frame, isWhole(place, frame.call), outerVariablesMax)),
    asyncCallers: asyncCallers(recording, thread, stack[0]?.call ?? 0, asleep),
    framesOmitted: header.framesOmitted,
    suspended: asleep.map(suspendedCall),
    suspendedComplete: here.sleepersKnown,
    clockErrorNs: header.clockErrorNs,
    left: left && leftFrame(left),
  };
  if (placer) {
    const { found, isPartial } = placer(view, recording.resolver(thread), event, innermost);
    for (const [i, place] of found.entries()) {
      if (place) Object.assign(state.frames[i]!, place, { placeIsInferred: true });
    }
    if (isPartial) state.placesPending = true;
  }
  // What slept when the chunk began may be known later.
  if (here.sleepersKnown) kept?.keep(thread, info, here);
  return state;
}

/** Where the call on top stands, and the kind of the event after which it does. */
export interface Standing extends Pick<
  StateFrame,
  'call' | 'function' | 'file' | 'line' | 'column' | 'placeIsInferred'
> {
  kind: string;
}

/** Where the call on top stands just after an event, as a state tells it; undefined when nothing is on the stack. */
export function standingAt(
  recording: Recording,
  thread: number,
  event: number,
  index: SeekLookup,
  placer: FramePlacer,
): Standing | undefined {
  const kept = keptStates(index);
  const at = new ThreadAt(recording, thread, event, index, (info) => kept.take(thread, info, event));
  const frame = at.frame();
  if (at.here.sleepersKnown) kept.keep(thread, at.info, at.here);
  if (!frame) return undefined;
  const [place] = placer(at.view, recording.resolver(thread), event, [frame]).found;
  const { call, function: name, file, line, column } = at.describe(frame, false, 0);
  const kind = eventName(at.view.event(Math.max(0, event - at.view.firstEvent)).kind);
  return { kind, call, function: name, file, line, column, ...(place && { ...place, placeIsInferred: true }) };
}

function leftFrame({ call, site }: Frame): LeftFrame {
  return { call, function: site?.function.name ?? '(unknown)', file: site?.file ?? '' };
}

function suspendedCall(frame: Frame): SuspendedCall {
  const { sleeping, site } = frame;
  return {
    call: frame.call,
    function: site?.function.name ?? '(unknown)',
    file: site?.file ?? '',
    line: sleeping?.site?.line ?? 0,
    sinceEvent: sleeping?.event ?? -1,
    sinceNs: sleeping?.timeNs ?? -1,
  };
}
