import { calleePath, nodeIn, nodesIn, type SyntaxNode } from '@execution-cinema/codemap';
import { H, isCaptured, K, type Value } from '@execution-cinema/format';
import { chunkOfEvent } from '../../read/chunks.ts';
import { itemOf } from './operands.ts';
import { partIn, type Part } from './creation.ts';
import { traceProperty } from './properties.ts';
import { bare } from './source-trees.ts';
import type { Tracer } from './tracer.ts';
import { prepend, type Place, type Trail } from './trail.ts';

/** Chunks of one thread that are looked through for a message, from the newest that may hold it. */
const CHUNKS_MAX = 256;
/** A handler that the event loop calls for a message begins within so many events after it has arrived. */
const EVENTS_MAX = 16;
/** Methods that send their first argument to another thread or process. */
const SENDS: ReadonlySet<string> = new Set(['postMessage', 'send']);

/** What tells a message from every other one. */
interface Message {
  channel: number;
  sequence: number;
}

/**
 * Follows a value that came with a message to where it was sent. `entered` is the event that began the handler, `path`
 * leads from the message to the value. Undefined when no message explains it.
 */
export function traceMessage(
  tracer: Tracer,
  { entered, thread, path, value }: { entered: number; thread: number; path: readonly string[]; value: Value },
): Trail | undefined {
  const message = receivedBefore(tracer, thread, entered);
  const sent = message && sentBy(tracer, thread, message);
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

/** The message that arrived last before a handler began. */
function receivedBefore(tracer: Tracer, thread: number, entered: number): Message | undefined {
  const { recording } = tracer;
  const chunks = recording.chunks(thread);
  let found: Message | undefined;
  // The handler may be the first thing of its chunk.
  for (const event of [entered - EVENTS_MAX, entered]) {
    const info = chunks[chunkOfEvent(chunks, event)];
    const chunk = info && recording.tryChunk(thread, info);
    if (!chunk || typeof chunk === 'string') continue;
    chunk.scan((scanner) => {
      const isNear = scanner.event < entered && scanner.event >= entered - EVENTS_MAX;
      if (isNear && scanner.kind === K.RECEIVE) found = messageAt(chunk.words, scanner.operands);
    });
  }
  return found;
}

/** The event with which another thread sent a message. */
function sentBy(
  tracer: Tracer,
  receiver: number,
  { channel, sequence }: Message,
): { thread: number; event: number } | undefined {
  const { recording } = tracer;
  for (const { id: thread } of recording.threads()) {
    if (thread === receiver) continue;
    for (const info of recording.chunks(thread).slice(-CHUNKS_MAX)) {
      const chunk = recording.tryChunk(thread, info);
      if (typeof chunk === 'string') continue;
      let event = -1;
      chunk.scan((scanner) => {
        if (scanner.kind !== K.SEND) return;
        const sent = messageAt(chunk.words, scanner.operands);
        if (sent.channel === channel && sent.sequence === sequence) event = scanner.event;
      });
      if (event >= 0) return { thread, event };
    }
  }
  return undefined;
}

function messageAt(words: Int32Array, at: number): Message {
  return { channel: H.u53(words[at]!, words[at + 1]!), sequence: H.u53(words[at + 2]!, words[at + 3]!) };
}
