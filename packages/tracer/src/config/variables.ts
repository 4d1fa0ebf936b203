import {
  LEVELS,
  SETTING_RULES,
  parseChoice,
  parseList,
  parseText,
  type Level,
  type Parsed,
} from '@execution-cinema/instrument/plan';

/** One setting with its three spellings. The key is the one of the plan. */
export interface Variable<T> {
  readonly env: string;
  /** Without dashes: `flush-ms`. */
  readonly flag: string;
  /** How a help text names the flag's argument; a switch has none. */
  readonly argument: string | null;
  readonly parse: (raw: unknown) => Parsed<T>;
  readonly text: string;
}

function variable<T>(
  flag: string,
  argument: string | null,
  parse: (raw: unknown) => Parsed<T>,
  text: string,
): Variable<T> {
  return { env: `TRACER_${flag.toUpperCase().replaceAll('-', '_')}`, flag, argument, parse, text };
}

const { out, budget, backpressure, buffer, chunk, flushMs, clock, keep, keepTotal, signal, propagate, quiet } =
  SETTING_RULES;

/** Every setting of a recording: what flags, environment and help texts are made from. */
export const VARIABLES = {
  out: variable('out', 'FILE', out.parse, 'the recording'),
  level: variable('level', 'L', parseChoice<Level>(LEVELS), `${LEVELS.join(', ')}`),
  plan: variable('plan', 'FILE', parseText, 'instrumentation plan, or none'),
  include: variable('include', 'GLOBS', parseList, 'files to record, between commas'),
  exclude: variable('exclude', 'GLOBS', parseList, 'files not to record, between commas'),
  packages: variable('packages', 'NAMES', parseList, 'packages of node_modules to record as well: a,@b/*'),
  budget: variable('budget', 'PERCENT', budget.parse, 'time for recording; the hottest functions give way: 20%'),
  backpressure: variable('backpressure', 'WHAT', backpressure.parse, 'ring full: block or drop'),
  buffer: variable('buffer', 'SIZE', buffer.parse, 'ring per thread: 16MB'),
  chunk: variable('chunk', 'SIZE', chunk.parse, 'size of a chunk: 1MB'),
  flushMs: variable('flush-ms', 'MS', flushMs.parse, 'longest time until an event is committed: 25'),
  clock: variable('clock', 'KIND', clock.parse, 'adaptive or exact'),
  keep: variable('keep', 'SIZE', keep.parse, 'newest part of a recording that is kept: 4GB, none'),
  keepTotal: variable('keep-total', 'SIZE', keepTotal.parse, 'size of all recordings that are kept: 20GB, none'),
  signal: variable('signal', 'NAME', signal.parse, 'signal that takes a snapshot: USR1, USR2, off'),
  propagate: variable(
    'propagate',
    'HOSTS',
    propagate.parse,
    'hosts whose requests get a traceparent header: api.test,*.internal,localhost:3000',
  ),
  quiet: variable('quiet', null, quiet.parse, 'no lines on stderr'),
} as const satisfies Record<string, Variable<unknown>>;

export type VariableName = keyof typeof VARIABLES;
