import { nodeIn, type SyntaxNode } from '@execution-cinema/codemap';
import { isCaptured, type Value } from '@execution-cinema/format';
import { isSame } from '../evaluate.ts';
import type { OriginStep } from '../types.ts';
import { traceAwaited } from './awaited.ts';
import { itemOf } from './operands.ts';
import { partIn } from './creation.ts';
import { traceProperty } from './properties.ts';
import { bare } from './source-trees.ts';
import type { Tracer } from './tracer.ts';
import { ends, type Place, type Trail } from './trail.ts';

/** A value taken out of another one by a pattern; `path` are the keys that lead to it. */
export function fromPattern(
  tracer: Tracer,
  source: SyntaxNode | undefined,
  path: readonly (string | number)[],
  before: Place,
  value: Value,
  step: OriginStep,
): Trail {
  if (!source) return ends('not recorded', 'what was taken apart is not recorded');
  if (path.length === 0) return tracer.explain(source, before, value, step);
  const part = partIn(tracer, source, String(path[0]), before);
  if (part && 'node' in part) return fromPattern(tracer, bare(part.node), path.slice(1), before, value, step);
  if (part && path.length === 1) return traceProperty(tracer, part.object, part.key, before, value);
  if (source.type === 'AwaitExpression' && path.length === 1 && typeof path[0] === 'number') {
    const awaited = { value, until: before.event, path };
    return traceAwaited(tracer, nodeIn(source, 'argument')!, before, awaited, step);
  }
  let holder = tracer.valueOrResult(source, before)?.value;
  for (const key of path.slice(0, -1)) holder = isCaptured(holder) ? itemOf(holder, key) : undefined;
  if (isCaptured(holder) && holder.id !== 0) return traceProperty(tracer, holder, String(path.at(-1)), before, value);
  return tracer.explain(source, before, value, step);
}

/** A value that is one of a list. */
export function elementOf(
  tracer: Tracer,
  list: SyntaxNode,
  before: Place,
  value: Value,
  step: OriginStep,
  path: readonly (string | number)[] = [],
): Trail {
  const found = path.length === 0 ? findElement(tracer, list, before, value, step) : undefined;
  return found ?? tracer.explain(list, before, value, step);
}

/** The way of the element of a list that has this value; undefined when none has. */
export function findElement(
  tracer: Tracer,
  list: SyntaxNode,
  before: Place,
  value: Value,
  step: OriginStep,
): Trail | undefined {
  const holder = tracer.value(list, before)?.value;
  if (!isCaptured(holder) || holder.type !== 'array' || holder.id === 0) return undefined;
  const isMeant = (item: Value): boolean => isSame(item, value) || Object.is(item, value);
  const at = holder.items.findIndex(isMeant);
  if (at < 0) return undefined;
  if (holder.items.filter(isMeant).length > 1 && step.certainty === 'certain') step.certainty = 'likely';
  return traceProperty(tracer, holder, String(at), before, value);
}
