import { calleePath, nodeIn, nodesIn, textIn, type SyntaxNode } from '@execution-cinema/codemap';
import { isCaptured, type Value } from '@execution-cinema/format';
import { isSame } from '../evaluate.ts';
import type { OriginStep } from '../types.ts';
import { callsBy, resultOf, type CallSpan } from './calls.ts';
import { isCalled } from './operands.ts';
import { bare, treeOf } from './source-trees.ts';
import type { Tracer } from './tracer.ts';
import { ends, type Place, type Trail } from './trail.ts';

/** Variables between an await and the call that made its promise. */
const COPIES_MAX = 8;
/** Methods of Promise whose promise holds what those of a list hold. */
const OF_SEVERAL: ReadonlySet<string> = new Set(['Promise.all', 'Promise.race', 'Promise.any']);

/**
 * Where a value came from that `await` gave at event `until`. `node`, evaluated at `place`, made the promise: the call
 * behind it is followed to what it returned, also when a variable held the promise in between.
 */
export function traceAwaited(
  tracer: Tracer,
  node: SyntaxNode,
  place: Place,
  { value, until, path = [] }: { value: Value; until: number; path?: readonly (string | number)[] },
  step: OriginStep,
): Trail {
  const promise = promiseOf(tracer, bare(node), place);
  for (const element of elementsOf(promise.node, path)) {
    const span = spanOf(tracer, element, promise.place, { value, until });
    if (span) return awaitedResult(tracer, span, promise.place.thread, { value, until });
  }
  const span = spanOf(tracer, promise.node, promise.place, { value, until });
  if (span) return awaitedResult(tracer, span, promise.place.thread, { value, until });
  const made = tracer.valueOrResult(bare(node), place)?.value;
  const isThenable = isCaptured(made) && made.id !== 0 && !isPromise(made) && !isSame(made, value);
  if (isThenable) return ends('input', `${made.name} gave it through a then() of its own`);
  return tracer.explain(promise.node, promise.place, value, step);
}

/** The expression that made a promise, behind variables that only hold it. */
function promiseOf(tracer: Tracer, node: SyntaxNode, place: Place): { node: SyntaxNode; place: Place } {
  let current = { node, place };
  for (let copies = 0; copies < COPIES_MAX && current.node.type === 'Identifier'; copies++) {
    const name = textIn(current.node, 'name')!;
    const at = tracer.at(current.place);
    const frame = at.frame(current.place.call);
    const variable = frame && at.variableOf(frame, name);
    if (variable?.source !== 'write') break;
    const { thread } = current.place;
    const call = tracer.callAt(thread, variable.event);
    const site = tracer.at({ thread, event: variable.event }).here.stack.at(-1)?.position;
    const binding = site && treeOf(tracer.recording, site)?.bindingAt(name, site.line, site.column);
    if (binding?.how !== 'value' || !binding.value) break;
    current = { node: bare(binding.value), place: { thread, event: variable.event - 1, call } };
  }
  return current;
}

/** Expressions of the promises behind `Promise.all([...])`; with a path the one that it leads to. */
function elementsOf(node: SyntaxNode, path: readonly (string | number)[]): SyntaxNode[] {
  if (node.type !== 'CallExpression' || !OF_SEVERAL.has(calleePath(nodeIn(node, 'callee')))) return [];
  const list = nodesIn(node, 'arguments')[0];
  if (list?.type !== 'ArrayExpression') return [];
  const elements = nodesIn(list, 'elements').map((element) => bare(element));
  return typeof path[0] === 'number' ? elements.slice(path[0], path[0] + 1) : elements;
}

/** The call of a recorded function that an expression made, and that had ended by `until`. */
function spanOf(
  tracer: Tracer,
  node: SyntaxNode,
  place: Place,
  { value, until }: { value: Value; until: number },
): CallSpan | undefined {
  const origin = promiseOf(tracer, node, place);
  if (origin.node.type !== 'CallExpression') return undefined;
  const name = calleePath(nodeIn(origin.node, 'callee')).split('.').pop()!;
  const { thread, call, event } = origin.place;
  const spans = callsBy(tracer.recording, thread, call, until).filter(
    ({ site, end, threw }) => end >= 0 && !threw && isCalled(site, name, false),
  );
  // The promise was there by `event`; of an await itself the call lies before it, and of a variable just before its write.
  const before = spans.filter(({ start }) => start <= event);
  const gave = before.find((span) => gives(tracer, span, thread, value));
  return gave ?? before.find((span) => isPromise(resultOf(tracer.recording, thread, span.end)?.value));
}

function gives(tracer: Tracer, span: CallSpan, thread: number, value: Value): boolean {
  const result = resultOf(tracer.recording, thread, span.end);
  return result !== undefined && (isSame(result.value, value) || Object.is(result.value, value));
}

function isPromise(value: Value): boolean {
  return isCaptured(value) && value.name === 'Promise';
}

/** Into the call: to what it returned, or to what the promise that it returned came from. */
function awaitedResult(
  tracer: Tracer,
  span: CallSpan,
  thread: number,
  { value, until }: { value: Value; until: number },
): Trail {
  const isDirect = gives(tracer, span, thread, value);
  return tracer.result(span, thread, isDirect ? 'certain' : 'likely', isDirect ? { value } : { value, until });
}
