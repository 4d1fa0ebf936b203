import { calleePath, isFunction, nodeIn, nodesIn, textIn, type SyntaxNode } from '@execution-cinema/codemap';
import { isCaptured, type Value } from '@execution-cinema/format';
import type { OriginStep } from '../types.ts';
import { callsBy, type CallSpan } from './calls.ts';
import { isNamespace, nameOfCall } from './operands.ts';
import { elementOf, findElement } from './patterns.ts';
import { traceProperty } from './properties.ts';
import type { Tracer } from './tracer.ts';
import { ends, markComputed, type Place, type Trail } from './trail.ts';

/** What a function that was handed to `map` returned for one of the elements; undefined when that is not recorded. */
export function resultOfCallback(
  tracer: Tracer,
  node: SyntaxNode,
  place: Place,
  { position, length, value }: { position: number; length: number; value: Value },
): Trail | undefined {
  const args = nodesIn(node, 'arguments');
  const spans = callsBy(tracer.recording, place.thread, place.call, place.event).filter((span) =>
    isArgument(span, args),
  );
  const span = spans[length - 1 - position];
  return span && tracer.gave(span, place.thread, value) ? tracer.result(span, place.thread, 'certain') : undefined;
}

/** A call of a function that is not recorded: a callback's result, an element, or what it was given. */
export function traceNative(
  tracer: Tracer,
  node: SyntaxNode,
  spans: readonly CallSpan[],
  place: Place,
  value: Value,
  step: OriginStep,
): Trail {
  const callee = nodeIn(node, 'callee')!;
  const name = nameOfCall(node);
  const receiver = callee.type === 'MemberExpression' ? nodeIn(callee, 'object') : undefined;
  const args = nodesIn(node, 'arguments');
  if (name === 'reduce' || name === 'reduceRight') {
    const last = spans.find(
      (span) => span.end >= 0 && isArgument(span, args) && tracer.gave(span, place.thread, value),
    );
    if (last) return tracer.result(last, place.thread, 'certain');
  }
  if (receiver && (name === 'pop' || name === 'shift')) {
    // It is gone by now: the list held it before the event that took it out.
    const taken = findElement(tracer, receiver, { ...place, event: place.event - 1 }, value, step);
    if (taken) return taken;
  }
  if (receiver && (name === 'find' || name === 'at' || name === 'findLast' || name === 'pop' || name === 'shift')) {
    return elementOf(tracer, receiver, place, value, step);
  }
  if (receiver && name === 'get') {
    const holder = tracer.value(receiver, place)?.value;
    const key = args[0] && tracer.value(args[0], place)?.value;
    if (isCaptured(holder) && holder.id !== 0 && key !== undefined)
      return traceProperty(tracer, holder, String(isCaptured(key) ? key.name : key), place, value);
  }
  markComputed(step);
  const parts = [
    ...(receiver && !isNamespace(receiver) ? tracer.parts(receiver, place) : []),
    ...args.flatMap((argument) => (isFunction(argument) ? [] : tracer.parts(argument, place))),
  ];
  const trail = tracer.combine(step, parts, value);
  return trail.end === 'computed'
    ? ends('computed', `${calleePath(callee)}() made it; that function is not recorded`)
    : trail;
}

function isArgument({ site }: CallSpan, args: readonly SyntaxNode[]): boolean {
  return args.some((argument) => {
    if (!site) return false;
    if (isFunction(argument))
      return argument.loc.start.line === site.function.line && argument.loc.end.line === site.function.endLine;
    return argument.type === 'Identifier' && site.function.name.split('.').pop() === textIn(argument, 'name');
  });
}
