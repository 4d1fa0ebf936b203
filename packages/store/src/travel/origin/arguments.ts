import { calleePath, isFunction, nodeIn, nodesIn, textIn, type SyntaxNode } from '@execution-cinema/codemap';
import { SITE_WRITE, type Value } from '@execution-cinema/format';
import type { Site } from '../../read/sites.ts';
import { isSame } from '../evaluate.ts';
import type { OriginStep } from '../types.ts';
import { callsBy, endOf, resultOf, startOf } from './calls.ts';
import { bare, pathTo, treeOf, type SourceTree } from './source-trees.ts';
import { traceMessage } from './messages.ts';
import { clip, isCalled, nameOfCall } from './operands.ts';
import { elementOf, fromPattern } from './patterns.ts';
import type { Tracer } from './tracer.ts';
import { ends, prepend, type Place, type Trail } from './trail.ts';

/** A parameter as the text has it. */
interface Parameter {
  index: number;
  path: (string | number)[];
  rest: boolean;
  fallback: SyntaxNode | undefined;
}

/** Methods that call a function with each element first; `reduce` with it second. */
const ELEMENT_FIRST: ReadonlySet<string> = new Set([
  'map', 'forEach', 'filter', 'find', 'findIndex', 'findLast', 'some', 'every', 'flatMap', 'sort', 'toSorted', 'from',
]); // prettier-ignore

/** What speaks against a call whose value has been written: as much as lines in between, less than lines before. */
const DONE = 0.95;

/** Where a parameter got its value: the argument in the call that began `place.call` at event `place.event`. */
export function traceParameter(tracer: Tracer, name: string, place: Place, value: Value): Trail {
  const { recording } = tracer;
  const { thread } = place;
  const start = startOf(recording, thread, place.call);
  const site = start?.site;
  if (!start || !site) return ends('beginning', 'the start of the call is not in the recording');
  const tree = treeOf(recording, site);
  const fn = tree?.functionAt(site.function);
  const parameter = fn && parameterOf(fn, name);
  if (start.parent <= 0) return fromEventLoop(tracer, name, place, value, { start, site, tree, fn, parameter });
  const caller: Place = { thread, event: start.event - 1, call: start.parent };
  const callerSite = tracer.siteOfCall(caller);
  const callerTree = callerSite && treeOf(recording, callerSite);
  const step = tracer.step('parameter', place, callerSite, name, value, 'certain');
  if (!callerSite || !callerTree || !fn || !parameter) {
    return prepend(step, ends('not recorded', `the caller of ${site.function.name} is not recorded`));
  }
  const calls = callerTree.callsIn(callerTree.functionAt(callerSite.function));
  const line = tracer.at(caller).frame(caller.call)?.position?.line ?? 0;
  const callback = calls.find((node) => isHandedOver(node, fn, site, callerTree === tree));
  const direct = bestCall(tracer, calls, caller, { place, site, fn, line });
  if (direct) return fromCall(tracer, direct, parameter, caller, value, step, callerTree, { place, site });
  if (callback)
    return fromCallback(
      tracer,
      callback,
      parameter,
      { caller, start: start.event, site },
      value,
      place,
      step,
      callerTree,
    );
  const [by, called] = [callerSite.function.name, site.function.name];
  return prepend(step, ends('input', `${by} called ${called} by another name, or code that is not recorded did`));
}

/** A parameter of a function by the name that it binds. */
export function parameterOf(fn: SyntaxNode, name: string): Parameter | undefined {
  for (const [index, param] of nodesIn(fn, 'params').entries()) {
    const rest = param.type === 'RestElement';
    const inner = rest
      ? nodeIn(param, 'argument')!
      : param.type === 'TSParameterProperty'
        ? nodeIn(param, 'parameter')!
        : param;
    const path = pathTo(inner, name);
    if (path)
      return { index, path, rest, fallback: inner.type === 'AssignmentPattern' ? nodeIn(inner, 'right') : undefined };
  }
  return undefined;
}

/** The call in the caller's text that began a call: by name, by what its arguments are worth, by where the caller stood. */
function bestCall(
  tracer: Tracer,
  calls: readonly SyntaxNode[],
  caller: Place,
  { place, site, fn, line }: { place: Place; site: Site; fn: SyntaxNode; line: number },
): SyntaxNode | undefined {
  const frame = tracer.at(place).frame(place.call);
  const done = lastWritten(tracer, caller);
  let best: SyntaxNode | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const node of calls) {
    if (!isCalled(site, nameOfCall(node), node.type === 'NewExpression')) continue;
    let score = 0;
    for (const [i, argument] of nodesIn(node, 'arguments').entries()) {
      const param = nodesIn(fn, 'params')[i];
      const own = param?.type === 'Identifier' ? site.function.parameters.indexOf(textIn(param, 'name')!) : -1;
      const known = own < 0 ? undefined : tracer.value(argument, caller);
      if (known)
        score +=
          isSame(known.value, frame?.arguments?.[own]) || Object.is(known.value, frame?.arguments?.[own]) ? 2 : -2;
    }
    const end = node.loc.end.line;
    if (done && node.start >= done.start && node.end <= done.end) score -= DONE;
    else score -= end >= line ? Math.min(0.9, (end - line) / 1000) : 1;
    if (score > bestScore) {
      best = node;
      bestScore = score;
    }
  }
  return best;
}

/** The expression whose value the caller wrote last: its calls have been made, unless a loop makes them again. */
function lastWritten(tracer: Tracer, caller: Place): SyntaxNode | undefined {
  const site = tracer.at(caller).frame(caller.call)?.position;
  if (site?.kind !== SITE_WRITE) return undefined;
  const name = site.table.variables[site.a]?.name ?? '';
  return treeOf(tracer.recording, site)?.bindingAt(name, site.line, site.column)?.value;
}

function locate(step: OriginStep, node: SyntaxNode, text: string): void {
  step.line = node.loc.start.line;
  step.column = node.loc.start.column;
  step.text = text;
}

function fromCall(
  tracer: Tracer,
  node: SyntaxNode,
  parameter: Parameter,
  caller: Place,
  value: Value,
  step: OriginStep,
  tree: SourceTree,
  callee: { place: Place; site: Site },
): Trail {
  const args = nodesIn(node, 'arguments');
  const argument = args[parameter.index];
  if (!argument || (parameter.fallback && tracer.value(argument, caller)?.value === undefined && value !== undefined)) {
    if (parameter.fallback) {
      Object.assign(step, { file: callee.site.file, function: callee.site.function.name });
      locate(step, parameter.fallback, treeOf(tracer.recording, callee.site)?.textOf(parameter.fallback) ?? '');
      return prepend(step, tracer.explain(parameter.fallback, callee.place, value, step));
    }
    locate(step, node, tree.textOf(node));
    return prepend(step, ends('literal', `not passed in ${clip(tree.textOf(node))}`));
  }
  locate(step, argument, tree.textOf(argument));
  if (parameter.rest || argument.type === 'SpreadElement') {
    step.certainty = 'likely';
    return prepend(
      step,
      tracer.combine(
        step,
        args.slice(parameter.index).flatMap((inner) => tracer.parts(inner, caller)),
        value,
      ),
    );
  }
  if (parameter.path.length > 0)
    return prepend(step, fromPattern(tracer, argument, parameter.path, caller, value, step));
  return prepend(step, tracer.explain(argument, caller, value, step));
}

/** The function stands in the arguments of a call, or is named there. */
function isHandedOver(node: SyntaxNode, fn: SyntaxNode, site: Site, sameFile: boolean): boolean {
  return nodesIn(node, 'arguments').some((argument) => {
    if (isFunction(argument)) return sameFile && argument.start === fn.start;
    return argument.type === 'Identifier' && textIn(argument, 'name') === site.function.name.split('.').pop();
  });
}

function fromCallback(
  tracer: Tracer,
  node: SyntaxNode,
  parameter: Parameter,
  { caller, start, site }: { caller: Place; start: number; site: Site },
  value: Value,
  place: Place,
  step: OriginStep,
  tree: SourceTree,
): Trail {
  const callee = nodeIn(node, 'callee')!;
  const method = calleePath(callee).split('.').pop()!;
  const receiver = callee.type === 'MemberExpression' ? nodeIn(callee, 'object') : undefined;
  locate(step, node, clip(tree.textOf(node)));
  const isReduce = method === 'reduce' || method === 'reduceRight';
  if (isReduce && parameter.index === 0) {
    const siblings = callsBy(tracer.recording, place.thread, caller.call, start - 1);
    const previous = siblings.find(({ end, site: other }) => end >= 0 && other?.function === site.function);
    const result = previous && resultOf(tracer.recording, place.thread, previous.end);
    if (previous && result && (isSame(result.value, value) || Object.is(result.value, value))) {
      return prepend(step, tracer.result(previous, place.thread, 'certain'));
    }
    const first = nodesIn(node, 'arguments')[1];
    if (first) return prepend(step, tracer.explain(first, caller, value, step));
  }
  const isElement = isReduce
    ? parameter.index < 2
    : ELEMENT_FIRST.has(method) && (parameter.index === 0 || method.includes('ort'));
  if (receiver && isElement) {
    if (parameter.path.length > 0) {
      step.certainty = 'likely';
      return prepend(step, tracer.explain(receiver, caller, value, step));
    }
    return prepend(step, elementOf(tracer, receiver, caller, value, step));
  }
  if (receiver && (method === 'then' || method === 'catch' || method === 'finally')) {
    return prepend(step, tracer.explain(receiver, caller, value, step));
  }
  return prepend(step, ends('input', `${calleePath(callee)}() passed it`));
}

/** A call that the event loop made: who scheduled it, and with what. */
function fromEventLoop(
  tracer: Tracer,
  name: string,
  place: Place,
  value: Value,
  known: {
    start: NonNullable<ReturnType<typeof startOf>>;
    site: Site;
    tree: SourceTree | undefined;
    fn: SyntaxNode | undefined;
    parameter: Parameter | undefined;
  },
): Trail {
  const { start, site, tree, fn, parameter } = known;
  const step = tracer.step('parameter', place, site, name, value, 'certain');
  const sent =
    parameter?.index === 0 && !parameter.rest
      ? traceMessage(tracer, { thread: place.thread, entered: start.event, path: parameter.path.map(String), value })
      : undefined;
  if (sent) return prepend(step, sent);
  const loop = ends('input', `the event loop called ${site.function.name}${start.cause ? ` (${start.cause})` : ''}`);
  if (start.causeCall <= 0 || !tree || !fn || !parameter) return prepend(step, loop);
  const call = start.causeCall;
  const end = endOf(tracer.recording, tracer.index, place.thread, call);
  // Where the scheduling call is still open it sleeps: its variables are those of now.
  const caller: Place = {
    thread: place.thread,
    event: end === undefined ? start.event - 1 : Math.min(end, start.event) - 1,
    call,
  };
  const callerSite = startOf(tracer.recording, place.thread, call)?.site;
  const callerTree = callerSite && treeOf(tracer.recording, callerSite);
  if (!callerSite || !callerTree) return prepend(step, loop);
  const calls = callerTree.callsIn(callerTree.functionAt(callerSite.function));
  const node = calls.find((candidate) => isHandedOver(candidate, fn, site, callerTree === tree));
  if (!node) return prepend(step, loop);
  Object.assign(step, { function: callerSite.function.name, file: callerSite.file, certainty: 'likely' });
  locate(step, node, clip(callerTree.textOf(node)));
  const callee = nodeIn(node, 'callee')!;
  const method = calleePath(callee).split('.').pop()!;
  if (callee.type === 'MemberExpression' && (method === 'then' || method === 'catch')) {
    return prepend(step, tracer.explain(bare(nodeIn(callee, 'object')!), caller, value, step));
  }
  const extra = nodesIn(node, 'arguments')[2 + parameter.index];
  if (extra && method === 'setTimeout') return prepend(step, tracer.explain(extra, caller, value, step));
  return prepend(step, loop);
}
