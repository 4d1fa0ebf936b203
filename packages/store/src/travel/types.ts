import type { Value } from '@execution-cinema/format';
import type { Moment } from '../read/moments.ts';

/**
 * | kind | forward: the first later moment at which ... | back: the last earlier moment ... |
 * |---|---|---|
 * | event | anything happens | likewise |
 * | into | another call is on top, or the call on top stands on another line | likewise |
 * | over | the call on top stands on another line, or has ended; calls that it makes are passed, awaits are followed | likewise, or just before it was called |
 * | out | the call on top has ended | just before it was called |
 * | line | a line begins to be executed (`file` and `line`, else where the call on top stands) | likewise |
 * | call | a call begins (`function`, else any) | likewise |
 * | write | a variable or property is written (`name`, else any; `scope`, `owner` narrow it down) | likewise |
 * | throw | an exception is thrown, or first seen | likewise |
 * | cause | | what the outermost call on the stack runs for: its await, or the last moment of the call that scheduled it |
 * | effect | a call begins that the call on top has scheduled | |
 */
export type MoveKind = 'event' | 'into' | 'over' | 'out' | 'line' | 'call' | 'write' | 'throw' | 'cause' | 'effect';

export interface MoveOptions {
  kind: MoveKind;
  /** `cause` and `effect` have one direction only. */
  direction?: 'forward' | 'back';
  /** `all`: in all threads, in the order of time (event, into, line, call, write, throw). */
  threads?: 'own' | 'all';
  file?: string;
  line?: number;
  /** Name or glob of a function: `total`, `Cart.*`. */
  function?: string;
  /** Name of a variable or property; `this.total` is a property of this owner. */
  name?: string;
  /** Only writes of properties of this object of the thread. */
  owner?: number;
  /** Only writes of variables of this scope instance. */
  scope?: number;
}

/** One value that a variable or a property got. */
export interface Write {
  moment: Moment;
  timeNs: number;
  /** Call that wrote it, 0 when that is not known. */
  call: number;
  function: string;
  file: string;
  line: number;
  column: number;
  /** `=`, `let`, `+=`; `argument`, `delete`; the method's name for `push` and its like; `made` for what the object was made with, `seen` where only a look at the object tells. */
  operator: string;
  value: Value;
  /** What else there is to say of how it got the value; empty for a write that says it all. */
  note: string;
}

/** Whose values a history tells. */
export type HistoryTarget =
  | { kind: 'variable'; name: string }
  | { kind: 'property'; object: number; key: string }
  | { kind: 'object'; object: number };

/** How sure a step of an origin is: it follows from what was recorded, from the most probable reading, or from chance. */
export type Certainty = 'certain' | 'likely' | 'guess';

/** One place on the way of a value, from where it was asked for back to where it came from. */
export interface OriginStep {
  kind:
    | 'variable'
    | 'parameter'
    | 'property'
    | 'element'
    | 'result'
    | 'thrown'
    | 'awaited'
    | 'message'
    | 'computed'
    | 'moved'
    | 'seen'
    | 'changed';
  moment: Moment;
  call: number;
  function: string;
  file: string;
  line: number;
  column: number;
  /** What got the value: a variable, `cart.total`, `discount()`. */
  name: string;
  value: Value;
  /** The expression that gave it the value, as far as it is known; empty else. */
  text: string;
  certainty: Certainty;
  /** Copies under other names that were passed on the way here. */
  copies: number;
  /** What else the value was computed from, each with its own steps. */
  inputs: Origin[];
}

export type OriginEnd =
  | 'literal'
  | 'created'
  | 'computed'
  | 'input'
  | 'not recorded'
  | 'unwritten'
  | 'beginning'
  | 'repeated'
  | 'limit';

export interface Origin {
  name: string;
  value: Value;
  steps: OriginStep[];
  end: OriginEnd;
  /** The end as a sentence. */
  reason: string;
  /** Of a list or object that the way leads to: what was put into it since it was made, each with its own way. */
  filled: FilledOrigin[];
}

/** `key`: which element, entry or property of the list or object it is. */
export interface FilledOrigin extends Origin {
  key: string;
}

export interface LogpointOptions {
  file: string;
  line: number;
  /** What to show at every execution of the line. */
  expression: string;
  /** Only where this is true. */
  condition?: string;
  thread?: number;
  /** Executions that are evaluated (default 1,000,000). */
  executionsMax?: number;
  /** First and last hits that are kept whole (default 20 each). */
  samplesMax?: number;
}

export interface LogpointHit {
  moment: Moment;
  timeNs: number;
  call: number;
  value: Value;
  /** Why there is no value: a variable is not known there, a method is none that can be evaluated. */
  unknown?: string;
}

export interface LogpointResult {
  /** Executions of the line that were looked at. */
  executions: number;
  /** Those at which the condition held. */
  hits: number;
  /** Those whose value, or whether the condition held, is not known. */
  unknown: number;
  first: LogpointHit[];
  last: LogpointHit[];
  /** Of values that are numbers. */
  min: LogpointHit | undefined;
  max: LogpointHit | undefined;
  sum: number;
  /** Different values with how often each came, most frequent first. */
  distinct: { value: Value; count: number; first: Moment }[];
  /** More different values than are counted. */
  distinctMore: boolean;
  /** More executions than were looked at. */
  more: boolean;
}
