/* Where values come from, and log points after the fact. */
import { formatCall, parseCall, valueToText, type Value } from '@execution-cinema/format';
import {
  eventAt,
  logpoint,
  origin as originInStore,
  propertyOrigin,
  resolveMoment,
  timeOfMoment,
  type CallName,
  type LogpointHit,
  type Moment,
  type Origin as StoredOrigin,
} from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import {
  encodeValue,
  type LogPointHit,
  type Origin,
  type OriginStep,
  type Params,
  type WireLimits,
} from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import type { Job } from '../job.ts';
import { lookupAt, momentOnTop } from '../state.ts';
import { at, LIST_LIMIT_DEFAULT } from '../views/basics.ts';
import type { Answer } from './method.ts';

function readCall(text: string): CallName {
  const name = parseCall(text);
  if (!name) throw new ServerError('BAD_REQUEST', `${text} is no call`);
  return name;
}

export const origin: Answer<'origin'> = (context, params, job) => {
  const options = { ...(params.limit !== undefined && { stepsMax: params.limit }) };
  const { of, moment: asked } = params;
  if (of.kind === 'property') {
    const { object, name: key, thread } = of;
    const there = asked.thread === thread ? asked : resolveMoment(context.recording, 'end', thread);
    const lookup = lookupAt(context, there, job);
    const found = propertyOrigin(context.recording, lookup, there, { object, key }, options);
    return originView(context, found, there.thread);
  }
  const { place, name } = subject(context, { moment: asked, of }, job);
  const moment = 'event' in place ? place : params.moment;
  const found = originInStore(context.recording, lookupAt(context, moment, job), place, name, options);
  return originView(context, found, place.thread);
};

/** What is asked about, as the engine takes it: a name as seen at a moment, or in a call. */
function subject(
  context: EngineContext,
  { moment, of }: { moment: Moment; of: Exclude<Params<'origin'>['of'], { kind: 'property' }> },
  job: Job,
): { place: Moment | CallName; name: string } {
  switch (of.kind) {
    case 'variable': {
      return { place: momentOnTop(context, moment, readCall(of.call), job), name: of.name };
    }
    case 'result':
      return { place: readCall(of.call), name: 'return' };
    case 'argument': {
      const start = resolveMoment(context.recording, of.call);
      const frame = context.steps.get(context, readCall(of.call), undefined, job).site?.function;
      const name = frame?.parameters[of.position];
      if (name === undefined) throw new ServerError('UNAVAILABLE', `call ${of.call} has no argument ${of.position}`);
      return { place: start, name };
    }
  }
}

/** Of a part that is told beside the way. */
const PART_LIMITS: WireLimits = { depth: 2, objects: 10, characters: 200 };

const WHY: Readonly<Record<string, string>> = {
  variable: 'written to',
  parameter: 'passed as',
  property: 'written to',
  element: 'put into',
  result: 'returned by',
  thrown: 'thrown by',
  awaited: 'what the await of',
  message: 'sent as a message',
  computed: 'computed for',
  moved: 'moved to',
  seen: 'first seen with this value:',
  changed: 'changed by code that is not recorded:',
};

function originView(context: EngineContext, { value, steps, reason, filled }: StoredOrigin, thread: number): Origin {
  const object = typeof value === 'object' && value !== null ? value.id : 0;
  return {
    steps: stepsOf(context, steps),
    end: reason,
    filled: filled.flatMap((part) => {
      const [by] = stepsOf(context, part.steps.slice(0, 1));
      const of = { kind: 'property' as const, thread, object, name: part.key };
      return by ? [{ name: part.name, value: encodeValue(part.value, PART_LIMITS), of, by }] : [];
    }),
  };
}

function stepsOf({ recording }: EngineContext, steps: StoredOrigin['steps']): OriginStep[] {
  return steps.map((step) => {
    const { moment, file, line, column, name, certainty, copies } = step;
    const call = step.call > 0 ? formatCall(moment.thread, step.call) : null;
    const folded = copies > 0 ? `, passed on ${copies} time${copies > 1 ? 's' : ''}` : '';
    return {
      kind: step.kind,
      at: at(moment.thread, moment.event, timeOfMoment(recording, moment)),
      call,
      function: step.function,
      place: { file, line, column },
      name,
      value: encodeValue(step.value),
      text: step.text,
      why: `${WHY[step.kind] ?? step.kind} ${name}${folded}`,
      inputs: step.inputs.map((input) => ({
        name: input.name,
        value: encodeValue(input.value),
        of: call === null ? null : { kind: 'variable', call, name: input.name, instance: 0 },
      })),
      likely: certainty !== 'certain',
    };
  });
}

/** Hits that one log point keeps; a page beyond is empty. */
const HITS_KEPT_MAX = 10_000;

export const logPoint: Answer<'logPoint'> = (context, params, job) => {
  const { recording, index } = context;
  const { file, line, expression, condition, thread, offset = 0, limit = LIST_LIMIT_DEFAULT } = params;
  job.checkpoint();
  const found = logpoint(recording, index, {
    file,
    line,
    expression,
    samplesMax: Math.min(HITS_KEPT_MAX, offset + limit),
    ...(condition !== undefined && condition !== '' && { condition }),
    ...(thread !== undefined && { thread }),
  });
  const view = (hit: LogpointHit): LogPointHit => hitView(context, hit);
  const items = found.first.slice(offset, offset + limit).map(view);
  return {
    items,
    offset,
    total: found.hits,
    more: offset + items.length < found.hits,
    executions: found.executions,
    unknown: found.unknown,
    min: found.min ? view(found.min) : null,
    max: found.max ? view(found.max) : null,
    sum: Number.isFinite(found.sum) ? found.sum : null,
    distinct: found.distinct.map(({ value, count, first }) => ({ value: encodeValue(value), count, first })),
  };
};

function hitView({ recording }: EngineContext, { moment, timeNs, call, value, unknown }: LogpointHit): LogPointHit {
  return {
    at: at(moment.thread, moment.event, timeNs),
    call: formatCall(moment.thread, call),
    function: eventAt(recording, moment.thread, moment.event)?.function ?? '',
    text: textOf(value),
    value: encodeValue(value),
    error: unknown ?? null,
  };
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : valueToText(value);
}
