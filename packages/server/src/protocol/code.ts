/* Source with what ran of it, values on lines, histories, origins, log points. */
import type { At, CallName, List, Moment, Page, Place, Span } from './basics.ts';
import type { VariableName } from './time.ts';
import type { WireValue } from './values.ts';

export interface ModuleView {
  id: number;
  /** Files of the original text, the main one first; most modules have one. */
  files: string[];
  /** Level at start. */
  level: string;
  /** Why it was not instrumented, null when it was. */
  skippedReason: string | null;
  hasSource: boolean;
}

export interface FunctionView {
  /** As in SQL. */
  id: number;
  module: number;
  file: string;
  /** Qualified: `Cart.total`, `(module)`. */
  name: string;
  kind: string;
  line: number;
  column: number;
  endLine: number;
  level: string;
  parameters: string[];
}

/** Names behind the numbers; asked once, and again when a notice says `structure`. */
export interface Code {
  modules: ModuleView[];
  functions: FunctionView[];
}

export interface SourceView {
  file: string;
  module: number;
  /** Null when the text is not in the recording; `reason` says why. */
  text: string | null;
  reason: string | null;
  language: 'javascript' | 'typescript' | 'jsx' | 'tsx' | 'json' | 'text';
  /** Functions of this file that are not recorded, with the reason. */
  skipped: { function: string; line: number; reason: string }[];
}

/** How often lines ran, as far as that is known: by the statement of the line, not by callbacks that are written in it. */
export interface HitsView {
  file: string;
  /** Sorted: lines on which something happened, and how often. */
  lines: Uint32Array;
  counts: Float64Array;
  /** Sorted: lines on which a whole function stands (`list.map((x) => x * 2)`), and how often that was called. */
  within: { lines: Uint32Array; counts: Float64Array };
  /**
   * Sorted: lines of functions that a budget has switched off for a time, and lines whose events depend on a condition.
   * They ran at least as often as is said.
   */
  atLeast: Uint32Array;
  /** Sorted: lines of which it is certain that they never ran (in what was looked at). None while `coverage` is below 1. */
  never: Uint32Array;
  /**
   * Lines that leave no event (at the level at which they were recorded), sorted, and how often their block ran: so says
   * what happened on the lines `by`, the nearest ones of the block. 0: no line stands for it, what others of the function
   * counted leaves no other number. Lines whose events depend on a condition (`if (a) b = 1;`) are in both lists.
   */
  blocks: { lines: Uint32Array; counts: Float64Array; by: Uint32Array };
  /** A long text is being looked through: later more is known. Ask again, or say `wait`. */
  textPending: boolean;
  /** Part of the events of the threads that has been looked at: 1 is all. Below 1 ask again, or say `wait`. */
  coverage: number;
  /** Calls per function of the file. */
  functions: { id: number; calls: number }[];
}

export interface ExecutionsParams extends Page {
  file: string;
  line: number;
  /** Only this thread. */
  thread?: number;
  /** Only in this call. */
  call?: CallName;
  span?: Span;
  /** The page that holds the execution at or before this moment is given instead of `offset`. */
  around?: Moment;
}

/** One execution of a line: its first event on the line in a call, up to the last before it leaves the line. */
export interface Execution {
  at: At;
  call: CallName;
  function: string;
  /** What was written or evaluated on the line this time. */
  values: { name: string; value: WireValue }[];
}

export interface Executions extends List<Execution> {
  /** Index in the whole list of the last execution at or before `around`; null when there is none or it was not asked. */
  current: number | null;
}

export interface LineValuesParams {
  /** A call on the stack at the moment, or any other (then all of it counts as past). */
  call: CallName;
  /** Values as they were then; default the end of the call. */
  moment?: Moment;
  /** Answers when the call was read as far as that is worth it; else with what lies close to the moment. */
  wait?: boolean;
}

export interface LineValue {
  line: number;
  column: number;
  name: string;
  kind: 'variable' | 'parameter' | 'property' | 'expression' | 'return' | 'yield' | 'throw';
  value: WireValue;
  at: At;
  /** The variable is one of a loop or block that is over at the moment. */
  isOver?: true;
}

/** A loop that the call has gone through. */
export interface LoopView {
  line: number;
  endLine: number;
  /** First event of each iteration so far and up to the end of the call, at most ITERATIONS_MAX. */
  starts: Float64Array;
  /** By iteration, the event with which all that the head assigns is there (`const [name, price] of`). */
  ready: Float64Array;
  /** Event after the last iteration, or the last one known. */
  end: number;
  /** All iterations, those beyond ITERATIONS_MAX as well. */
  count: number;
  /** Iteration at the moment, -1 outside of the loop. */
  current: number;
}

export const ITERATIONS_MAX = 10_000;

/** What one call did on the lines of its function. */
export interface LineValues {
  call: CallName;
  file: string;
  function: string;
  /** Latest value per name and line up to the moment (of the current iteration inside loops). */
  values: LineValue[];
  /** Lines this call ran up to the moment, sorted, with how often. */
  lines: Uint32Array;
  counts: Uint32Array;
  /** Lines it ran later. */
  later: Uint32Array;
  /** Sorted: lines of the function that it certainly did not run from its begin to its end. */
  skipped: Uint32Array;
  /** Lines of the current iteration(s): the strong path. Same as `lines` outside of loops. */
  path: Uint32Array;
  loops: LoopView[];
  /** False: the call goes on for long and what lies far from the moment was not looked at, or its loops are not known yet. */
  whole: boolean;
}

export interface HistoryParams extends Page {
  /** A variable or property of a state, or a place as `tracer values` takes it. */
  of: VariableName | { kind: 'place'; place: string; name?: string };
  moment?: Moment;
  span?: Span;
  /** The page around `moment` is given instead of `offset`. */
  around?: boolean;
}

export interface HistoryItem {
  at: At;
  call: CallName | null;
  function: string;
  place: Place;
  /** `=`, `+=`, `++`, `let`, `parameter`, `push`; `made` and `seen` as in `Write` of the store. */
  operator: string;
  name: string;
  value: WireValue;
  /** The object whose property it is, 0 for none. */
  owner: number;
  /** What else there is to say of how it got there, for people; empty for a write that says it all. */
  note: string;
}

export interface History extends List<HistoryItem> {
  /** Index of the last value at or before `moment`, null when there is none. */
  current: number | null;
  /** Numbers of the whole history for a plot, thinned out to PLOT_POINTS_MAX; null when it has none. */
  plot: { timesNs: Float64Array; values: Float64Array } | null;
}

export const PLOT_POINTS_MAX = 2_000;

export interface OriginParams {
  moment: Moment;
  of: VariableName | { kind: 'result'; call: CallName } | { kind: 'argument'; call: CallName; position: number };
  /** Steps back at most; default 30. */
  limit?: number;
}

/** One step back towards where a value came from. */
export interface OriginStep {
  /** As in `OriginStep` of the store. */
  kind: string;
  at: At;
  call: CallName | null;
  function: string;
  place: Place;
  name: string;
  value: WireValue;
  /** The line of source there, trimmed. */
  text: string;
  /** How this step follows from the one before, for people: `argument total of checkout`. */
  why: string;
  /** Names that the expression of this place reads, each a way to go on. */
  inputs: { name: string; value: WireValue; of: VariableName | null }[];
  /** Where the value went on from here is only likely, not recorded. */
  likely: boolean;
}

export interface Origin {
  /** From the moment asked about backwards. */
  steps: OriginStep[];
  /** Why it ends there, for people. */
  end: string;
  /** Of a list or object that the way leads to: what was put into it since it was made. */
  filled: FilledPart[];
}

/** An element, entry or property, and the step that put it there. */
export interface FilledPart {
  name: string;
  value: WireValue;
  of: VariableName;
  by: OriginStep;
}

export interface LogPointParams extends Page {
  file: string;
  line: number;
  /** JavaScript over the variables in scope: `total`, `` `rate ${rate}` ``, `items.length`. */
  expression: string;
  condition?: string;
  span?: Span;
  thread?: number;
}

export interface LogPointHit {
  at: At;
  call: CallName;
  function: string;
  text: string;
  value: WireValue;
  /** Why it has no value: a name that is not in scope or not recorded; null when it has one. */
  error: string | null;
}

export interface LogPointResult extends List<LogPointHit> {
  /** Executions of the line, those included at which the condition did not hold. */
  executions: number;
  /** Those whose value is not known. */
  unknown: number;
  /** Over all of them, not this page alone. `sum` is that of the numbers, null when one of them is none that JSON can say. */
  min: LogPointHit | null;
  max: LogPointHit | null;
  sum: number | null;
  /** Different values, most frequent first. */
  distinct: { value: WireValue; count: number; first: Moment }[];
}
