/* The form of the parameters of every method. What passes has the type that the protocol says. */
import {
  FILM_COLUMNS_MAX,
  FLAME_DEPTH_MAX,
  LIST_LIMIT_MAX,
  SQL_ROWS_MAX,
  STEPS_MAX,
  type Method,
  type Params,
} from '../protocol.ts';
import { flag, integer, list, object, oneOf, pattern, tagged, text, time, type Check } from './checks.ts';

const THREADS_MAX = 10_000;
const BREAKPOINTS_MAX = 100;
const FILTERS_MAX = 16;
const QUERY_LENGTH_MAX = 20_000;
const COLUMNS_MAX = 8_192;
/** Events and calls are below 2^40 (ids of SQL). */
const EVENT_MAX = 2 ** 40;

const callName = pattern(/^\d{1,8}:\d{1,13}$/, 'a call (T:N)');
const moment = object({ thread: integer(0), event: integer(0, EVENT_MAX) });
const span = object({ fromNs: time, toNs: time });
const page = { offset: integer(0), limit: integer(0, LIST_LIMIT_MAX) };
const thread = integer(0);
const line = integer(0);
const functionId = integer(0);
const facts = { ...page, span, thread, text: text(), aroundNs: time };
const none = object({});

const variable = tagged({
  variable: object({ kind: oneOf('variable'), call: callName, name: text(), instance: integer(0) }),
  property: object({ kind: oneOf('property'), thread, object: integer(0), name: text() }),
});

const move = object(
  {
    from: moment,
    kind: oneOf(
      'start',
      'end',
      'event',
      'into',
      'over',
      'out',
      'continue',
      'call start',
      'call end',
      'line',
      'write',
      'throw',
      'call',
      'cause',
    ),
    direction: oneOf('forward', 'back'),
  },
  {
    call: callName,
    breakpoints: list(object({ file: text(), line }, { condition: text() }), BREAKPOINTS_MAX),
    throws: flag,
    file: text(),
    line,
    functionId,
    variable,
  },
);

const stateOptions = { frames: integer(0, 1_000), call: callName, since: moment, outerVariablesMax: integer(0) };

const calls = object(
  {},
  {
    ...page,
    functionId,
    function: text(),
    file: text(),
    threw: flag,
    request: text(),
    correlation: text(),
    thread,
    span,
    where: list(
      object({ on: text(), op: oneOf('=', '!=', '<', '<=', '>', '>=', 'contains', 'is missing') }, { value: text() }),
      FILTERS_MAX,
    ),
    sort: object({ by: text(), descending: flag }),
  },
);

export const PARAMS: { [M in Method]: Check<Params<M>> } = {
  recordings: none,
  open: object({}, { rec: text() }),
  overview: none,
  skipped: object({}, page),
  watch: object({ on: flag }),
  film: object({ span, columns: integer(1, FILM_COLUMNS_MAX) }, { threads: list(thread, THREADS_MAX) }),
  flame: object({ thread, span, columns: integer(1, COLUMNS_MAX) }, { depth: integer(1, FLAME_DEPTH_MAX) }),
  resolve: object({ text: text() }, { thread }),
  momentsAt: object({ timeNs: time }, { threads: list(thread, THREADS_MAX) }),
  move,
  state: object({ moment }, { ...stateOptions, wait: flag }),
  visit: object(
    {
      to: tagged({
        moment: object({ kind: oneOf('moment'), moment }),
        time: object({ kind: oneOf('time'), timeNs: time }, { thread }),
        move: object({ kind: oneOf('move'), move }),
      }),
    },
    stateOptions,
  ),
  value: object({ moment, object: integer(1) }, { depth: integer(1, 16) }),
  code: none,
  source: object({ file: text() }),
  hits: object({ file: text() }, { span, thread, wait: flag }),
  executions: object({ file: text(), line }, { ...page, thread, call: callName, span, around: moment }),
  lineValues: object({ call: callName }, { moment, wait: flag }),
  steps: object({ call: callName }, { around: moment, limit: integer(1, STEPS_MAX) }),
  history: object(
    {
      of: tagged({
        variable: object({ kind: oneOf('variable'), call: callName, name: text(), instance: integer(0) }),
        property: object({ kind: oneOf('property'), thread, object: integer(0), name: text() }),
        place: object({ kind: oneOf('place'), place: text() }, { name: text() }),
      }),
    },
    { ...page, moment, span, around: flag },
  ),
  origin: object(
    {
      moment,
      of: tagged({
        variable: object({ kind: oneOf('variable'), call: callName, name: text(), instance: integer(0) }),
        property: object({ kind: oneOf('property'), thread, object: integer(0), name: text() }),
        result: object({ kind: oneOf('result'), call: callName }),
        argument: object({ kind: oneOf('argument'), call: callName, position: integer(0, 10_000) }),
      }),
    },
    { limit: integer(1, 500) },
  ),
  logPoint: object({ file: text(), line, expression: text() }, { ...page, condition: text(), span, thread }),
  call: object({ call: callName }, page),
  calls,
  tree: object(
    {},
    {
      root: callName,
      thread,
      span,
      depth: integer(0, 1_000),
      limit: integer(1, LIST_LIMIT_MAX),
      offset: integer(0),
      async: flag,
    },
  ),
  asyncGraph: object({}, { call: callName, correlation: text(), span, limit: integer(1, LIST_LIMIT_MAX) }),
  sequence: object(
    {},
    {
      span,
      thread,
      correlation: text(),
      root: callName,
      by: oneOf('file', 'class', 'thread', 'process'),
      limit: integer(1, LIST_LIMIT_MAX),
      depth: integer(0, 1_000),
    },
  ),
  logs: object({}, { ...facts, stream: text() }),
  exceptions: object({}, { ...facts, uncaught: flag }),
  requests: object({}, facts),
  requestOf: object({ moment }),
  edges: object({}, { ...facts, kinds: list(text(), 32), acrossThreads: flag }),
  marks: object({}, facts),
  snapshots: object({}, page),
  snapshot: object({ id: integer(0) }),
  samples: object({ columns: integer(1, COLUMNS_MAX) }),
  search: object(
    { text: text() },
    {
      kinds: list(oneOf('function', 'file', 'source', 'value', 'log', 'exception', 'request'), 16),
      limit: integer(1, 200),
      span,
    },
  ),
  sql: object({ query: text(QUERY_LENGTH_MAX) }, { rowsMax: integer(1, SQL_ROWS_MAX) }),
  schema: none,
  map: none,
  hot: object({}, { ...page, sort: oneOf('self', 'total', 'calls', 'mean', 'max', 'threw', 'complexity') }),
  types: object({ functionId }),
  diff: object({ other: text() }, { limit: integer(1, LIST_LIMIT_MAX) }),
  counterpart: object({ other: text(), moment }),
  index: object({}, { rows: flag }),
};
