import { formatCall, parseCall, typeOfValue, valueToText } from '@execution-cinema/format';
import {
  eventAt,
  eventAtTime,
  objectAt,
  resolveMoment,
  timeOfMoment,
  type Recording,
  type State,
  type StateFrame,
  type StateScope,
  type StateVariable,
} from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import { encodeValue, type At, type EventView, type Moment, type Place } from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import { functionIdOf } from '../functions.ts';
import type { Job } from '../job.ts';
import { stateOf } from '../state.ts';
import { at } from '../views/basics.ts';
import { eventValues } from '../views/event-values.ts';
import { asyncCallerViews, frameViews, placeOf, suspendedViews } from '../views/state-view.ts';
import type { Answer } from './method.ts';

const FRAMES_DEFAULT = 20;

/** A moment with its time. Throws RangeError when it is not stored. */
export function atMoment(recording: Recording, moment: Moment): At {
  const { thread, event } = moment;
  const info = recording.chunks(thread).findLast((chunk) => chunk.firstEvent <= event);
  if (!info || event >= info.firstEvent + info.events) {
    throw new RangeError(`event ${event} of thread ${thread} is not stored`);
  }
  return at(thread, event, timeOfMoment(recording, moment));
}

export const resolve: Answer<'resolve'> = ({ recording }, { text, thread }) =>
  atMoment(recording, resolveMoment(recording, text, thread));

export const momentsAt: Answer<'momentsAt'> = ({ recording }, { timeNs, threads }) => {
  const wanted = recording.threads().filter(({ id }) => !threads || threads.includes(id));
  const moments = wanted.flatMap(({ id }) => {
    const found = eventAtTime(recording, id, timeNs);
    return found ? [at(id, found.event, found.timeNs)] : [];
  });
  return { moments };
};

export const state: Answer<'state'> = (context, params, job) => {
  const { thread, event } = params.moment;
  const innermost = params.frames ?? FRAMES_DEFAULT;
  const named = params.call === undefined ? undefined : parseCall(params.call)?.call;
  const outerVariablesMax = params.outerVariablesMax ?? Number.POSITIVE_INFINITY;
  const wanted = { innermost, calls: named === undefined ? [] : [named], outerVariablesMax, places: true };
  const found = stateOf(context, params.moment, job, wanted);
  const before =
    params.since?.thread === thread ? beforeOf(context, params.since, found, job, outerVariablesMax) : undefined;
  const options = {
    frames: innermost,
    call: params.call,
    isChanged: (frame: StateFrame, scope: StateScope, variable: StateVariable) => {
      if (!before || !params.since) return false;
      const earlier = before.get(keyOf(frame, scope, variable));
      // What was not to be seen then, such as another module, has changed only if it was written since.
      return earlier === undefined ? variable.event > params.since.event : earlier !== textOf(variable);
    },
    functionId: (frame: StateFrame) => functionIdOf(context, frame),
  };
  return {
    at: at(thread, event, found.timeNs),
    clockErrorNs: found.clockErrorNs,
    event: eventView(context, found),
    frames: frameViews(found, options),
    framesOmitted: found.framesOmitted,
    asyncCallers: asyncCallerViews(found),
    suspended: suspendedViews(found),
    suspendedComplete: found.suspendedComplete,
    placesPending: found.placesPending === true,
  };
};

/** What the frames that are described saw at another moment. */
function beforeOf(
  context: EngineContext,
  since: Moment,
  { frames }: State,
  job: Job,
  outerVariablesMax: number,
): Map<string, string> {
  const calls = frames.filter(({ scopes }) => scopes.length > 0).map(({ call }) => call);
  return valuesOf(stateOf(context, since, job, { innermost: 1, calls, outerVariablesMax, places: false }));
}

function keyOf(frame: StateFrame, scope: StateScope, { name }: StateVariable): string {
  const owner = scope.instance === 0 ? `call ${frame.call} ${scope.line}:${scope.column}` : `scope ${scope.instance}`;
  return `${owner} ${name}`;
}

/** What can be told apart of a value. */
function textOf({ value, source }: StateVariable): string {
  return source === 'unknown' ? 'unknown' : valueToText(value);
}

function valuesOf({ frames }: State): Map<string, string> {
  const values = new Map<string, string>();
  for (const frame of frames) {
    for (const scope of frame.scopes) {
      for (const variable of scope.variables) values.set(keyOf(frame, scope, variable), textOf(variable));
    }
  }
  return values;
}

function eventView(context: EngineContext, after: State): EventView {
  const { recording, index } = context;
  const { thread, event, frames } = after;
  const found = eventAt(recording, thread, event, index, after);
  if (!found) return { kind: 'unknown', call: null, function: '', place: null, name: null, value: null, values: [] };
  const top = frames[0];
  const { kind, call, line, column, file, name, values } = found;
  return {
    kind,
    call: call > 0 ? formatCall(thread, call) : null,
    function: found.function,
    place: file === '' ? null : line === 0 ? placeInFrame(found, after) : { file, line, column },
    name: name ?? null,
    value: values.length > 0 ? encodeValue(values.at(-1)) : null,
    values: eventValues(recording, found, top ? functionIdOf(context, top) : 0),
  };
}

/** What has no place of its own happened where the call stands that did it. */
function placeInFrame({ call, file }: { call: number; file: string }, { frames: [top] }: State): Place {
  return top?.call === call ? placeOf(top) : { file, line: 0, column: 0 };
}

export const value: Answer<'value'> = ({ recording, index }, { moment, object, depth }) => {
  const found = objectAt(recording, moment.thread, moment.event, object, index);
  if (!found) throw new ServerError('UNAVAILABLE', `object ${object} was not captured before this moment`);
  const limits = { depth: depth ?? VALUE_DEPTH_DEFAULT, objects: VALUE_OBJECTS_MAX, characters: VALUE_CHARACTERS_MAX };
  return { value: encodeValue(found, limits), type: typeOfValue(found), asOf: null };
};

const VALUE_DEPTH_DEFAULT = 6;
const VALUE_OBJECTS_MAX = 2_000;
const VALUE_CHARACTERS_MAX = 200_000;
