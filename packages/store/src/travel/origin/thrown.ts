import { nodeIn, type SyntaxNode } from '@execution-cinema/codemap';
import { isCaptured, K, type Value } from '@execution-cinema/format';
import { chunkView } from '../../read/chunk-view.ts';
import { chunkOfEvent } from '../../read/chunks.ts';
import type { Site } from '../../read/sites.ts';
import { isSame } from '../evaluate.ts';
import { itemOf } from './operands.ts';
import { fromPattern } from './patterns.ts';
import { treeOf, type SourceTree } from './source-trees.ts';
import type { Tracer } from './tracer.ts';
import { ends, prepend, shown, type Place, type Trail } from './trail.ts';

/** Chunks of the thread that are looked through for the `throw` of a caught value, from that of the catch on back. */
const CHUNKS_MAX = 64;

/**
 * Where a value came from that a catch clause bound at event `caught`: the `throw` of the same value before it, in
 * whatever call. What was thrown by code that is not recorded ends the way, at the call in which that happened.
 * `path` leads from the value to what a pattern took out of it.
 */
export function traceThrown(
  tracer: Tracer,
  { thread, event: caught }: { thread: number; event: number },
  value: Value,
  path: readonly (string | number)[],
): Trail {
  // A pattern's clause records no value of its own: the one that holds what was taken out of it is meant.
  const isMeant = (thrown: Value): boolean => {
    let inner = tracer.at({ thread, event: caught }).objects.value(thrown, Number.MAX_SAFE_INTEGER);
    for (const key of path) inner = isCaptured(inner) ? itemOf(inner, key) : undefined;
    return isSame(inner, value) || Object.is(inner, value);
  };
  const event = lastThrow(tracer, thread, caught, isMeant);
  if (event === undefined) return thrownUnseen(tracer, thread, caught, value);
  const stop = tracer.spend(`${thread}@${event}`, { thread, event });
  if (stop) return stop;
  const call = tracer.callAt(thread, event);
  const site = tracer.at({ thread, event }).here.stack.at(-1)?.position;
  const name = `${site?.function.name ?? ''}()`;
  const step = tracer.step('thrown', { thread, event, call }, site, name, value, 'certain');
  const tree = site && treeOf(tracer.recording, site);
  const thrown = site && tree ? throwAt(tree, site) : undefined;
  if (!thrown || !tree) return prepend(step, ends('not recorded', 'its source cannot be read'));
  step.text = tree.textOf(thrown);
  const before: Place = { thread, event: event - 1, call };
  if (path.length === 0) return prepend(step, tracer.explain(thrown, before, value, step));
  return prepend(step, fromPattern(tracer, thrown, path, before, value, step));
}

/** The expression of the `throw` statement nearest to a site. */
function throwAt(tree: SourceTree, site: Site): SyntaxNode | undefined {
  const statements = tree.throwsOf(tree.functionAt(site.function)).filter(({ loc }) => loc.end.line >= site.line);
  return statements[0] && nodeIn(statements[0], 'argument');
}

/** The last `throw` before an event of a value that is meant. */
function lastThrow(
  tracer: Tracer,
  thread: number,
  before: number,
  isMeant: (thrown: Value) => boolean,
): number | undefined {
  const { recording, index } = tracer;
  const chunks = recording.chunks(thread);
  const start = chunkOfEvent(chunks, before);
  for (let at = start; at >= 0 && at > start - CHUNKS_MAX; at--) {
    if (at < start && index?.throws(thread, chunks[at]!.chunk) === false) continue;
    const view = chunkView(recording, thread, chunks[at]!);
    const throws: number[] = [];
    view?.chunk.scan(({ kind, event }) => {
      if (kind === K.THROW && event < before) throws.push(event);
    });
    for (const event of throws.reverse()) {
      if (isMeant(view!.event(event - view!.firstEvent).values[0])) return event;
    }
  }
  return undefined;
}

/** No `throw` is recorded: the innermost call that the exception ended, or that caught it, did something that throws. */
function thrownUnseen(tracer: Tracer, thread: number, caught: number, value: Value): Trail {
  const { recording } = tracer;
  const chunks = recording.chunks(thread);
  const view = chunkView(recording, thread, chunks[chunkOfEvent(chunks, caught)]!);
  let event = caught;
  const kindAt = (at: number): number =>
    view && at >= view.firstEvent && at < view.endEvent ? view.event(at - view.firstEvent).kind : -1;
  while (kindAt(event) === K.WRITE || kindAt(event) === K.WRITE_SCOPED || kindAt(event) === K.SCOPE_OPEN) event--;
  if (kindAt(event) === K.CATCH) event--;
  while (kindAt(event) === K.LEAVE_THROW || kindAt(event) === K.UNWIND) event--;
  if (kindAt(event) === K.RESUME) return ends('input', 'the promise that was awaited was rejected by code not recorded');
  const call = tracer.callAt(thread, event);
  const frame = tracer.at({ thread, event }).frame(call);
  const site = frame?.position ?? frame?.site;
  if (!site) return ends('created', `caught: ${shown(value)}`);
  const step = tracer.step('thrown', { thread, event, call }, site, `${site.function.name}()`, value, 'likely');
  step.text = treeOf(recording, site)?.lineText(site.line) ?? '';
  const what = isCaptured(value) && value.type === 'error' ? value.name : shown(value);
  return prepend(step, ends('created', `${what}, thrown there or just after by code that is not recorded`));
}
