import { formatCall, isCaptured, truncationOf, typeOfValue, type Value } from '@execution-cinema/format';
import { type State, type StateFrame, type StateScope, type StateVariable } from '@execution-cinema/store';
import {
  encodeValue,
  type AsyncCaller,
  type FrameView,
  type Place,
  type ScopeView,
  type SuspendedView,
  type VariableView,
} from '../../protocol.ts';
import { at, atOrNull } from './basics.ts';

/** What the frames of a state are described with. */
export interface StateOptions {
  /** Frames with variables, from the innermost. */
  frames: number;
  /** Also with variables. */
  call: string | undefined;
  /** Whether a variable is another one than at the moment compared with. */
  isChanged: (frame: StateFrame, scope: StateScope, variable: StateVariable) => boolean;
  /** Id of a function in SQL. */
  functionId: (frame: StateFrame) => number;
}

export function frameViews(state: State, options: StateOptions): FrameView[] {
  return state.frames.map((frame, i) => frameView(state.thread, frame, i < options.frames, options));
}

function frameView(thread: number, frame: StateFrame, isNear: boolean, options: StateOptions): FrameView {
  const call = formatCall(thread, frame.call);
  const isWhole = isNear || call === options.call;
  const { startEvent, startNs } = frame;
  return {
    call,
    function: frame.function,
    functionId: options.functionId(frame),
    kind: frame.kind,
    place: placeOf(frame),
    start: atOrNull(thread, startEvent, startNs),
    this: frame.hasThis && isWhole ? encodeValue(frame.this) : null,
    scopes: isWhole ? frame.scopes.map((scope) => scopeView(thread, frame, scope, options)) : [],
    shortened: !isWhole,
  };
}

/** Where a frame stands. */
export function placeOf({
  file,
  line,
  column,
  placeIsInferred,
}: Pick<StateFrame, 'file' | 'line' | 'column' | 'placeIsInferred'>): Place {
  return { file, line, column, ...(placeIsInferred && { inferred: true }) };
}

function scopeView(thread: number, frame: StateFrame, scope: StateScope, options: StateOptions): ScopeView {
  const { kind, instance, line, column, omitted } = scope;
  const variables = scope.variables.map((variable) =>
    variableView(thread, variable, options.isChanged(frame, scope, variable)),
  );
  return { kind, instance, line, column, variables, omitted };
}

function variableView(thread: number, variable: StateVariable, changed: boolean): VariableView {
  const { name, kind, value, source, event, timeNs, note } = variable;
  const notes = [note, whyShortened(value)].filter((text) => text !== undefined);
  return {
    name,
    kind,
    value: encodeValue(value),
    type: typeOfValue(value),
    source,
    asOf: event < 0 ? null : at(thread, event, timeNs),
    note: notes.length > 0 ? notes.join('; ') : null,
    changed,
  };
}

const CUT_TEXTS: Readonly<Record<string, string>> = {
  depth: 'objects inside were not captured: too deep',
  properties: 'not all properties were captured: there are more than the limit',
  items: 'not all items were captured: there are more than the limit',
  string: 'the text was cut at the limit for strings',
  budget: 'not captured whole: the budget for values was spent',
  getter: 'a getter is not run to look at it',
  proxy: 'a proxy is not touched',
  redacted: 'a secret: its name or its form says so',
  unreadable: 'could not be read without running code of the program',
};

/** Why (part of) a value was not captured, in words. */
function whyShortened(value: Value): string | undefined {
  if (!isCaptured(value)) return undefined;
  if (value.type === 'proxy') return CUT_TEXTS['proxy'];
  const cut = truncationOf(value);
  return cut === undefined ? undefined : (CUT_TEXTS[cut] ?? cut);
}

export function asyncCallerViews({ thread, asyncCallers, suspended }: State): AsyncCaller[] {
  const asleep = new Map(suspended.map((sleeper) => [sleeper.call, sleeper]));
  return asyncCallers.map(({ call, function: name, file, line, cause }) => {
    const sleeper = asleep.get(call);
    return {
      call: formatCall(thread, call),
      function: name,
      place: { file, line, column: 0 },
      cause,
      at: sleeper ? atOrNull(thread, sleeper.sinceEvent, sleeper.sinceNs) : null,
    };
  });
}

export function suspendedViews(state: State): SuspendedView[] {
  return state.suspended.map(({ call, function: name, file, line, sinceEvent, sinceNs }) => ({
    call: formatCall(state.thread, call),
    function: name,
    place: { file, line, column: 0 },
    since: atOrNull(state.thread, sinceEvent, sinceNs),
  }));
}
