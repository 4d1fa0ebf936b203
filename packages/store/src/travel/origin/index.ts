import { nodeIn, parseExpressionText, textIn, type SyntaxNode } from '@execution-cinema/codemap';
import type { Value } from '@execution-cinema/format';
import type { CallName, Moment } from '../../read/moments.ts';
import type { SeekLookup } from '../../read/past.ts';
import type { Recording } from '../../read/recording.ts';
import { storeError } from '../../errors.ts';
import { ThreadSearch } from '../thread-search.ts';
import type { Origin } from '../types.ts';
import { endOf } from './calls.ts';
import { startOf } from './calls.ts';
import { Tracer } from './tracer.ts';
import { ends, originOf, type Place, type Trail } from './trail.ts';

export interface OriginOptions {
  /** Steps told in all, branches included (default 60). */
  stepsMax?: number;
}

const STEPS_MAX = 60;

/**
 * Where a value came from: the writes, arguments, results and properties that led to it, back to a literal, an input or
 * the end of what was recorded. `name` is a variable or a path (`cart.total`, `this.items[0].price`) as seen at a moment
 * by the call on top (the last one, where nothing runs), or in a call at its end; `return` is the result of the call.
 * Throws BAD_EXPRESSION, NOT_STORED, RangeError.
 */
export function origin(
  recording: Recording,
  index: SeekLookup | undefined,
  at: Moment | CallName,
  name: string,
  options: OriginOptions = {},
): Origin {
  const tracer = new Tracer(recording, index, options.stepsMax ?? STEPS_MAX);
  if (name === 'return' && 'call' in at) return resultOrigin(tracer, at);
  const place = 'call' in at ? placeIn(tracer, at) : placeAt(tracer, at);
  const node = parse(name);
  const known = tracer.value(node, place);
  return originOf(name, known?.value, trailOf(tracer, node, place, known?.value));
}

function trailOf(tracer: Tracer, node: SyntaxNode, place: Place, value: Value): Trail {
  if (node.type === 'Identifier') return tracer.variable(textIn(node, 'name')!, place);
  const step = tracer.step('computed', place, tracer.siteOfCall(place), '', value, 'certain');
  const trail = tracer.explain(node, place, value, step);
  return step.inputs.length > 0 ? { ...trail, steps: [step, ...trail.steps] } : trail;
}

function parse(name: string): SyntaxNode {
  try {
    const node = parseExpressionText(name);
    return node.type === 'ChainExpression' ? nodeIn(node, 'expression')! : node;
  } catch (error) {
    throw storeError('BAD_EXPRESSION', name, error);
  }
}

/** A moment; where nothing is on the stack, the last one before it at which something was. */
function placeAt(tracer: Tracer, { thread, event }: Moment): Place {
  const call = tracer.callAt(thread, event);
  if (call > 0) return { thread, event, call };
  const search = new ThreadSearch(tracer.recording, thread, tracer.index);
  const last = search.back(event + 1, (_, track) => track.top !== undefined) ?? event;
  return { thread, event: last, call: tracer.callAt(thread, last) };
}

/** A call at its end: its last moment on the stack. */
function placeIn(tracer: Tracer, { thread, call }: CallName): Place {
  const { recording, index } = tracer;
  const start = startOf(recording, thread, call);
  if (!start) throw storeError('NOT_STORED', `call ${thread}:${call}`);
  const end = endOf(recording, index, thread, call);
  if (end !== undefined) return { thread, event: end - 1, call };
  const last = recording.chunks(thread).at(-1)!;
  return { thread, event: last.firstEvent + last.events - 1, call };
}

function resultOrigin(tracer: Tracer, { thread, call }: CallName): Origin {
  const start = startOf(tracer.recording, thread, call);
  if (!start) throw storeError('NOT_STORED', `call ${thread}:${call}`);
  const end = endOf(tracer.recording, tracer.index, thread, call);
  if (end === undefined) return originOf('return', undefined, ends('unwritten', 'the call has not returned'));
  const trail = tracer.result({ call, site: start.site, start: start.event, end, threw: false }, thread, 'certain');
  return originOf('return', trail.steps[0]?.value, trail);
}
