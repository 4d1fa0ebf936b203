import { nodeIn, type SyntaxNode } from '@execution-cinema/codemap';
import { isCaptured, type Value } from '@execution-cinema/format';
import { isSame } from '../evaluate.ts';
import type { OriginStep } from '../types.ts';
import { traceAwaited } from './awaited.ts';
import { itemOf } from './operands.ts';
import { propertyOf, traceProperty } from './properties.ts';
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
  const literal = propertyOf(source, String(path[0]));
  if (literal) return fromPattern(tracer, bare(literal), path.slice(1), before, value, step);
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
  const holder = tracer.value(list, before)?.value;
  if (isCaptured(holder) && holder.type === 'array' && holder.id !== 0 && path.length === 0) {
    const at = holder.items.findIndex((item) => isSame(item, value) || Object.is(item, value));
    const others = holder.items.filter((item) => isSame(item, value) || Object.is(item, value)).length;
    if (at >= 0) {
      if (others > 1 && step.certainty === 'certain') step.certainty = 'likely';
      return traceProperty(tracer, holder, String(at), before, value);
    }
  }
  return tracer.explain(list, before, value, step);
}
