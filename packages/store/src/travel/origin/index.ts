import { textIn, type SyntaxNode } from '@execution-cinema/codemap';
import { captured, isCaptured, type Value } from '@execution-cinema/format';
import { chunkOfEvent } from '../../read/chunks.ts';
import type { CallName, Moment } from '../../read/moments.ts';
import type { SeekLookup } from '../../read/past.ts';
import type { Recording } from '../../read/recording.ts';
import { objectAt } from '../../stage/event-at.ts';
import { storeError } from '../../errors.ts';
import type { Origin } from '../types.ts';
import { parsePath, placeAt, placeIn } from './asked.ts';
import { endOf, startOf } from './calls.ts';
import { heldIn } from '../property/held.ts';
import { birthOf } from '../property/property-life.ts';
import { traceProperty } from './properties.ts';
import { isSame } from '../evaluate.ts';
import { filledSince } from './filled.ts';
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
  const node = parsePath(name);
  // `map["key"]` names an entry, which is no property of the Map.
  const entry = tracer.propertyOf(node, place);
  const isEntry = entry?.holder.type === 'map' || entry?.holder.type === 'set';
  const value = isEntry ? heldIn(entry.holder, entry.key).value : tracer.value(node, place)?.value;
  return asThen(tracer, withFilling(tracer, originOf(name, value, trailOf(tracer, node, place, value)), place), place);
}

/** The same with the objects on the way as they were at each of its moments, up to where it comes from another thread. */
function asThen(tracer: Tracer, found: Origin, { thread }: Pick<Place, 'thread'>): Origin {
  const { recording, index } = tracer;
  const foreign = found.steps.findIndex((step) => step.kind === 'message' || step.moment.thread !== thread);
  const own = foreign < 0 ? found.steps : found.steps.slice(0, foreign);
  for (const step of own) {
    const { value, moment } = step;
    if (isCaptured(value) && value.id !== 0) {
      step.value = objectAt(recording, thread, moment.event, value.id, index) ?? value;
    }
    step.inputs = step.inputs.map((input) => asThen(tracer, input, { thread }));
  }
  found.filled.forEach((part) => asThen(tracer, part, { thread }));
  return found;
}

/** Where the way ends at the making of the list or object that was asked about: what has been put into it since. */
function withFilling(tracer: Tracer, found: Origin, place: Place): Origin {
  const made = found.steps.at(-1);
  const isMade = found.end === 'created' || found.end === 'computed';
  if (!made || !isMade || made.moment.thread !== place.thread || !isSame(made.value, found.value)) return found;
  const filled = filledSince(tracer, found.name, found.value, place);
  return { ...found, filled };
}

/**
 * Where a property of an object of the thread, an element (`key` is its position) or an entry of a Map (the text of its key)
 * got the value that it had at a moment. Throws NOT_STORED where the object is not known then, RangeError.
 */
export function propertyOrigin(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  { object, key }: { object: number; key: string },
  options: OriginOptions = {},
): Origin {
  const { thread, event } = moment;
  const tracer = new Tracer(recording, index, options.stepsMax ?? STEPS_MAX);
  const at = tracer.at(moment);
  const chunks = recording.chunks(thread);
  const birth = Math.max(0, birthOf(recording, thread, object, chunkOfEvent(chunks, event)));
  const holder = at.objects.value(captured('shallow', object, ''), chunks[birth]!.chunk);
  if (!isCaptured(holder) || holder.type === 'shallow')
    throw storeError('NOT_STORED', `object ${object} of thread ${thread}`);
  const place = { thread, event, call: tracer.callAt(thread, event) };
  const { value } = heldIn(holder, key);
  const trail = traceProperty(tracer, holder, key, place, value);
  return asThen(tracer, withFilling(tracer, originOf(key, value, trail), place), place);
}

function trailOf(tracer: Tracer, node: SyntaxNode, place: Place, value: Value): Trail {
  if (node.type === 'Identifier') return tracer.variable(textIn(node, 'name')!, place);
  const step = tracer.step('computed', place, tracer.siteOfCall(place), '', value, 'certain');
  const trail = tracer.explain(node, place, value, step);
  return step.inputs.length > 0 ? { ...trail, steps: [step, ...trail.steps] } : trail;
}

function resultOrigin(tracer: Tracer, { thread, call }: CallName): Origin {
  const start = startOf(tracer.recording, thread, call);
  if (!start) throw storeError('NOT_STORED', `call ${thread}:${call}`);
  const end = endOf(tracer.recording, tracer.index, thread, call);
  if (end === undefined) return originOf('return', undefined, ends('unwritten', 'the call has not returned'));
  const trail = tracer.result({ call, site: start.site, start: start.event, end, threw: false }, thread, 'certain');
  const inside = { thread, event: end - 1, call };
  return asThen(tracer, withFilling(tracer, originOf('return', trail.steps[0]?.value, trail), inside), inside);
}
