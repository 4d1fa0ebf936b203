/* What one call did, step by step: source of values at line ends, of the executed path, of loops. */
import type { At, CallName, Moment } from './basics.ts';
import type { WireValue } from './values.ts';

export interface StepsParams {
  call: CallName;
  /** The page around this moment; default the first steps of the call. */
  around?: Moment;
  /** Default 500, at most STEPS_MAX. */
  limit?: number;
}

export const STEPS_MAX = 5_000;

/** One event of the call itself, or one call that it made. */
export interface StepView {
  at: At;
  line: number;
  column: number;
  /** As in `tracer events`: `enter`, `write`, `property`, `expression`, `suspend`, `resume`, `catch`, `throw`, `leave`; `call`. */
  kind: string;
  /** Variable, property, expression; of a `call` the function. */
  name: string;
  /** Of a `call` its result, null while it has none. */
  value: WireValue | null;
  /** Of a `call`, else null. */
  call: CallName | null;
  /** Of a `call`: its end. */
  end: At | null;
}

export interface Steps {
  call: CallName;
  file: string;
  function: string;
  steps: StepView[];
  /** There are earlier, later steps than these. */
  before: boolean;
  after: boolean;
}
