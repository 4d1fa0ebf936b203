import { nodesIn } from '@execution-cinema/codemap';
import { isCaptured, type Value } from '@execution-cinema/format';
import { positionOf } from '../property/held.ts';
import type { PropertyChange } from '../property/chunk-life.ts';
import { movedFrom } from '../property/property-life.ts';
import { callOfMethod, lengthOfList, partOfList, type Part } from './creation.ts';
import type { Tracer } from './tracer.ts';
import type { Place } from './trail.ts';

/**
 * What a method put into an element of a list or an entry of a Map: one of its arguments, or another element (`from`).
 * Undefined where that does not follow from what was recorded and the text of the call.
 */
export function sourceOfElement(
  tracer: Tracer,
  change: PropertyChange,
  key: string,
  before: Place,
): Part | { from: string } | undefined {
  if (change.how === 'moved') return { from: change.from };
  if (change.how !== 'added' && change.how !== 'content') return undefined;
  const { node, method } = callOfMethod(tracer, change.event, before.thread);
  const args = node ? nodesIn(node, 'arguments') : [];
  const given = (position: number): Part | undefined =>
    position < 0 ? undefined : partOfList(tracer, args, position, before);
  if (change.how === 'added') return given(change.argument);
  const at = positionOf(key);
  const { lengthBefore } = change;
  const length = change.event.number2;
  const from = (position: number): { from: string } | undefined =>
    position < 0 || lengthBefore < 0 ? undefined : { from: String(position) };
  switch (method) {
    case 'push': {
      const added = lengthBefore < 0 ? lengthOfList(tracer, args, before) : length - lengthBefore;
      return added === undefined ? undefined : given(at - (length - added));
    }
    case 'unshift': {
      const added = lengthBefore < 0 ? lengthOfList(tracer, args, before) : length - lengthBefore;
      if (added === undefined) return undefined;
      return at < added ? given(at) : from(at - added);
    }
    case 'splice': {
      const start = startOf(args[0] && tracer.value(args[0], before)?.value, lengthBefore);
      const inserted = lengthOfList(tracer, args.slice(2), before);
      if (start === undefined || inserted === undefined || at < start) return undefined;
      if (at < start + inserted) return partOfList(tracer, args.slice(2), at - start, before);
      return from(at - (length - lengthBefore));
    }
    case 'shift':
      return from(at + 1);
    case 'reverse':
      return from(lengthBefore - 1 - at);
    case 'fill':
      return given(0);
    case 'add':
      return at === length - 1 ? given(0) : undefined;
    case 'set':
      return given(1);
    default: {
      const position = movedFrom(change, at);
      return position === undefined ? undefined : from(position);
    }
  }
}

/** Where `splice` begins in a list of a length; undefined where that is not known. */
function startOf(given: Value, length: number): number | undefined {
  if (isCaptured(given) || typeof given !== 'number' || length < 0) return undefined;
  return given < 0 ? Math.max(0, length + given) : Math.min(given, length);
}
