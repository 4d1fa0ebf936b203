/* What a question is about: where, and which name. */
import { nodeIn, parseExpressionText, type SyntaxNode } from '@execution-cinema/codemap';
import { storeError } from '../../errors.ts';
import type { CallName, Moment } from '../../read/moments.ts';
import { ThreadSearch } from '../thread-search.ts';
import { endOf, startOf } from './calls.ts';
import type { Tracer } from './tracer.ts';
import type { Place } from './trail.ts';

/** A path as questions give it: `cart.items[0].price`. Throws BAD_EXPRESSION. */
export function parsePath(name: string): SyntaxNode {
  try {
    const node = parseExpressionText(name);
    return node.type === 'ChainExpression' ? nodeIn(node, 'expression')! : node;
  } catch (error) {
    throw storeError('BAD_EXPRESSION', name, error);
  }
}

/** A moment; where nothing is on the stack, the last one before it at which something was. */
export function placeAt(tracer: Tracer, { thread, event }: Moment): Place {
  const call = tracer.callAt(thread, event);
  if (call > 0) return { thread, event, call };
  const search = new ThreadSearch(tracer.recording, thread, tracer.index);
  const last = search.back(event + 1, (_, track) => track.top !== undefined) ?? event;
  return { thread, event: last, call: tracer.callAt(thread, last) };
}

/** A call at its end: its last moment on the stack. Throws NOT_STORED. */
export function placeIn(tracer: Tracer, { thread, call }: CallName): Place {
  const { recording, index } = tracer;
  const start = startOf(recording, thread, call);
  if (!start) throw storeError('NOT_STORED', `call ${thread}:${call}`);
  const end = endOf(recording, index, thread, call);
  if (end !== undefined) return { thread, event: end - 1, call };
  const last = recording.chunks(thread).at(-1)!;
  return { thread, event: last.firstEvent + last.events - 1, call };
}
