import { calleePath, nodeIn, nodesIn, type SyntaxNode } from '@execution-cinema/codemap';
import { isCaptured, type Value } from '@execution-cinema/format';
import { lastReceipt, sentBy } from '../links.ts';
import { itemOf } from './operands.ts';
import { partIn, type Part } from './creation.ts';
import { traceProperty } from './properties.ts';
import { bare } from './source-trees.ts';
import type { Tracer } from './tracer.ts';
import { prepend, type Place, type Trail } from './trail.ts';

/** A handler that the event loop calls for a message begins within so many events after it has arrived. */
const EVENTS_MAX = 16;
/** Methods that send their first argument to another thread or process. */
const SENDS: ReadonlySet<string> = new Set(['postMessage', 'send']);

/**
 * Follows a value that came with a message to where it was sent. `entered` is the event that began the handler, `path`
 * leads from the message to the value. Undefined when no message explains it.
 */
export function traceMessage(
  tracer: Tracer,
  { entered, thread, path, value }: { entered: number; thread: number; path: readonly string[]; value: Value },
): Trail | undefined {
  const message = lastReceipt(tracer.recording, thread, { from: entered - EVENTS_MAX, to: entered - 1 });
  const sent = message && sentBy(tracer.recording, thread, message);
  if (!sent) return undefined;
  const call = tracer.callAt(sent.thread, sent.event);
  const place: Place = { ...sent, call };
  const site = tracer.siteOfCall(place);
  const tree = tracer.treeAt(place);
  if (!site || !tree) return undefined;
  const line = tracer.at(place).frame(call)?.position?.line ?? 0;
  const calls = tree
    .callsIn(tree.functionAt(site.function))
    .filter((node) => SENDS.has(calleePath(nodeIn(node, 'callee')).replace(/^.*[.#]/, '')));
  const node = calls.find(({ loc }) => loc.end.line >= line) ?? calls.at(-1);
  const given = node && nodesIn(node, 'arguments')[0];
  if (!node || !given) return undefined;
  const step = tracer.step('message', place, site, path.join('.'), value, calls.length === 1 ? 'certain' : 'likely');
  Object.assign(step, { line: node.loc.start.line, column: node.loc.start.column, text: tree.textOf(node) });
  return prepend(step, follow(tracer, given, path, place, value, step));
}

/** Goes along the keys of a path, through literals in the text and then through what their values held. */
function follow(
  tracer: Tracer,
  node: SyntaxNode,
  path: readonly string[],
  place: Place,
  value: Value,
  step: Parameters<Tracer['explain']>[3],
): Trail {
  let current = bare(node);
  let at = 0;
  for (; at < path.length; at++) {
    const inner: Part | undefined = partIn(tracer, current, path[at]!, place);
    if (inner && 'object' in inner && at === path.length - 1) return tracer.followPart(inner, place, value, step);
    if (!inner || !('node' in inner)) break;
    current = bare(inner.node);
  }
  let holder = at < path.length ? tracer.valueOrResult(current, place)?.value : undefined;
  for (; at < path.length - 1; at++) holder = isCaptured(holder) ? itemOf(holder, path[at]!) : undefined;
  if (at < path.length && isCaptured(holder) && holder.id !== 0)
    return traceProperty(tracer, holder, path[at]!, place, value);
  return tracer.explain(current, place, value, step);
}
