/* The film: strip, flame timeline, moves of the cursor, state at a moment. */
import type { At, CallName, Moment, Place, Span } from './basics.ts';
import type { LineValues } from './code.ts';
import type { WireValue } from './values.ts';

/** Marks on the strip. Index in MARK_KINDS is the code in `marks.kinds`. */
export const MARK_KINDS = [
  'log',
  'stderr',
  'exception',
  'uncaught',
  'request',
  'snapshot',
  'mark',
  'gap',
  'process',
  'thread',
] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export interface FilmParams {
  span: Span;
  /** Columns of the picture, at most FILM_COLUMNS_MAX. */
  columns: number;
  /** Threads wanted, default all. */
  threads?: number[];
}

export const FILM_COLUMNS_MAX = 4_096;

/**
 * The strip: per thread one lane of `columns` cells. Cell of lane l and column c is index l * columns + c and stands for
 * `columnNs` nanoseconds from `span.fromNs + c * columnNs`. Columns are 2^n ns wide and begin at multiples of that, so the
 * picture begins a little before and ends a little after what was asked, and has between half and all of the columns
 * asked for. Until an index exists values come from the summaries of the chunks and are spread evenly in them; `exact` is
 * false then and the same question later gives a better picture.
 */
export interface Film {
  /** What it shows: whole columns. */
  span: Span;
  columns: number;
  columnNs: number;
  /** Thread of each lane. */
  lanes: number[];
  /** Calls begun. */
  calls: Float32Array;
  events: Float32Array;
  throws: Float32Array;
  /** Deepest stack. */
  depth: Uint16Array;
  /**
   * 1 where nothing is stored although something happened (dropped or pruned), 2 where no call is there while a budget had
   * calls of functions of the process counted, or neither recorded nor counted.
   */
  missing: Uint8Array;
  exact: boolean;
  /** What lies in the span, in order of time, at most FILM_MARKS_MAX (the rarer kinds win). */
  marks: { timesNs: Float64Array; kinds: Uint8Array; threads: Uint32Array; events: Float64Array; omitted: number };
}

export const FILM_MARKS_MAX = 4_000;

export interface FlameParams {
  thread: number;
  span: Span;
  /** Pixels across: calls narrower than one are merged with their neighbours of the same depth. */
  columns: number;
  /** Rows wanted, from the outermost. Default 64, at most FLAME_DEPTH_MAX. */
  depth?: number;
}

export const FLAME_DEPTH_MAX = 512;

export const FLAME_THREW = 1;
/** It had not ended at the end of what is stored, or its end is not stored. */
export const FLAME_OPEN_END = 2;
/** It had begun before what is stored. */
export const FLAME_OPEN_START = 4;
/** It ended by falling asleep at an await or yield: the call goes on in a later box. */
export const FLAME_ASLEEP = 8;
/** Stands for `counts[i]` calls too short to be drawn; `calls[i]` is -1, `functions[i]` one that took long. */
export const FLAME_MERGED = 16;

/**
 * Boxes of the flame timeline, sorted by depth, then start. A call of an async function has one box per piece between two
 * suspensions. Only what a picture of this width can show: a few boxes per column and row.
 */
export interface Flame {
  thread: number;
  span: Span;
  startsNs: Float64Array;
  endsNs: Float64Array;
  depths: Uint16Array;
  /** Ids as in `code`; 0 unknown. */
  functions: Float64Array;
  /** Call numbers in this thread. */
  calls: Float64Array;
  counts: Uint32Array;
  /** Part of the box in which its calls were on the stack: 1 unless merged. */
  fills: Float32Array;
  flags: Uint8Array;
  /** Deepest row of the thread in this span, shown or not. */
  maxDepth: number;
  /** False while the index that it needs is being built: ask again. */
  exact: boolean;
}

export type MoveKind =
  /** To the beginning or end of what is stored of the thread. */
  | 'start'
  | 'end'
  /** One event. */
  | 'event'
  /** To the next line of this call or of one that it makes (F11). */
  | 'into'
  /** To the next line of this call; calls that it makes are passed by (F10). An await is passed by as well. */
  | 'over'
  /** To where this call has returned to, backwards to where it was called (Shift+F11). */
  | 'out'
  /** To the next moment that a breakpoint, log point or `throws` names (F8); else to the end. */
  | 'continue'
  /** To the beginning or end of this call. */
  | 'call start'
  | 'call end'
  /** To the next execution of `line` in `file`. */
  | 'line'
  /** To the next write of `variable`. */
  | 'write'
  /** To the next thrown error. */
  | 'throw'
  /** To the next call of the function `functionId`. */
  | 'call'
  /** To the moment that caused this one: the caller, or what scheduled, sent or spawned it, maybe in another thread. */
  | 'cause';

export interface Breakpoint {
  file: string;
  line: number;
  /** Expression over the variables in scope. */
  condition?: string;
}

/** One variable or property, as a state shows it. */
export type VariableName =
  /** A variable that frame `call` sees; `instance` of its scope where closures share it (0: the call's own). */
  | { kind: 'variable'; call: CallName; name: string; instance: number }
  | { kind: 'property'; thread: number; object: number; name: string };

export interface MoveParams {
  from: Moment;
  kind: MoveKind;
  direction: 'forward' | 'back';
  /** Frame that over, out, line-of-call and call start/end are about; default the innermost. */
  call?: CallName;
  breakpoints?: Breakpoint[];
  /** `continue` stops at thrown errors too. */
  throws?: boolean;
  file?: string;
  line?: number;
  functionId?: number;
  variable?: VariableName;
}

export interface Moved {
  /** Null: there is no such moment in this direction; the cursor stays. */
  at: At | null;
  /** Why it stopped there, or why it did not move, for people: `breakpoint`, `the call returned`, `end of the recording`. */
  why: string;
}

/** What one event did. */
export interface EventView {
  /** Name of the kind: `enter`, `leave`, `write`, `throw`, `suspend`, ... as in `tracer events`. */
  kind: string;
  call: CallName | null;
  function: string;
  place: Place | null;
  /** Variable, property or expression; of what is sent or received its kind (`message`, `worker`, `process`). */
  name: string | null;
  value: WireValue | null;
  /**
   * Of a call its arguments, of a built-in method what it was given, of an HTTP request its method and URL; else the one
   * value that it is about. As far as a line shows them; empty where it has none.
   */
  values: { name: string | null; value: WireValue }[];
}

export interface StateParams {
  moment: Moment;
  /** Frames described with their variables, from the innermost. Default 20; others have `scopes: []` and `shortened`. */
  frames?: number;
  /** This call is described with variables too. */
  call?: CallName;
  /** Scopes around a function with more variables than this are told by names (`ScopeView.omitted`). Default: none. */
  outerVariablesMax?: number;
  /** Variables whose value differs from their value at this moment (of the same thread) are marked `changed`. */
  since?: Moment;
  /** Frames stand where they do: see `StateView.placesPending`. */
  wait?: boolean;
}

export interface VariableView {
  name: string;
  kind: string;
  value: WireValue;
  /** Type for people: `number`, `Map`, `Cart`. */
  type: string;
  /** A recorded write, the call's argument, the rules of the language, or nothing was recorded. */
  source: 'write' | 'argument' | 'initial' | 'unknown';
  /** Since when it has this value; null when no event stands for it. */
  asOf: At | null;
  /** Why the value is not known, is not whole, or may have changed unseen; null when all is well. */
  note: string | null;
  changed: boolean;
}

export interface ScopeView {
  kind: string;
  /** Scope instance that closures share, 0 when the variables belong to the call. */
  instance: number;
  line: number;
  column: number;
  variables: VariableView[];
  /** Names of its variables where they were not asked for: see `StateParams.outerVariablesMax`. */
  omitted: string[];
}

export interface FrameView {
  call: CallName;
  function: string;
  functionId: number;
  kind: string;
  /** Where it stands. */
  place: Place;
  start: At | null;
  /** Null where the function has no `this` of its own or it was not captured. */
  this: WireValue | null;
  /** Innermost first. */
  scopes: ScopeView[];
  /** Variables were not asked for: see `StateParams.frames`. */
  shortened: boolean;
}

/** A call below the stack that the event loop ran it for. */
export interface AsyncCaller {
  call: CallName;
  function: string;
  place: Place;
  /** How it led to the frame above: `await`, `timer`, `message`, ... */
  cause: string;
  /** Where it scheduled it; null when that is not known. */
  at: At | null;
}

export interface SuspendedView {
  call: CallName;
  function: string;
  place: Place;
  since: At | null;
}

export interface StateView {
  at: At;
  /** The time is a reading of the clock within this many nanoseconds. */
  clockErrorNs: number;
  event: EventView;
  /** Innermost first. Empty between two turns of the event loop. */
  frames: FrameView[];
  framesOmitted: number;
  /** From the outermost frame outwards. */
  asyncCallers: AsyncCaller[];
  suspended: SuspendedView[];
  /** False when calls may sleep that are not listed. */
  suspendedComplete: boolean;
  /** Some frames are shown at their last own events while their text is looked through: ask again, or say `wait`. */
  placesPending: boolean;
}

/** Where a visit goes: to a moment, to the last moment of a thread (or of any) at or before a time, or where a step leads. */
export type VisitTarget =
  | { kind: 'moment'; moment: Moment }
  | { kind: 'time'; timeNs: number; thread?: number }
  | { kind: 'move'; move: MoveParams };

/** All that the cursor shows, in one question: parts that follow from each other need no way forth and back each. */
export interface VisitParams extends Omit<StateParams, 'moment' | 'wait'> {
  to: VisitTarget;
}

export interface Visited extends Moved {
  /** Null where `at` is. */
  state: StateView | null;
  /** Of the call of `callOfLines`; null where nothing runs or its code is not in the recording. */
  lineValues: LineValues | null;
}

/**
 * The call whose lines a moment shows: the one asked for where it is on the stack, else the one that has just fallen asleep
 * (no frame is left of it), else the innermost.
 */
export function callOfLines({ event, frames }: StateView, asked: CallName | null = null): CallName | null {
  if (asked !== null && frames.some(({ call }) => call === asked)) return asked;
  return (sleeperOf(event) ?? frames[0])?.call ?? null;
}

/** The event that put a call to sleep has taken it from the stack. */
export function sleeperOf(event: EventView): EventView | null {
  return event.place && event.call !== null && (event.kind === 'suspend' || event.kind === 'yield') ? event : null;
}

/** Content of one object at a moment, further than `state` shows it. */
export interface ValueParams {
  moment: Moment;
  object: number;
  depth?: number;
}

export interface ValueResult {
  value: WireValue;
  type: string;
  /** When it was last captured whole; null when it never was. */
  asOf: At | null;
}
