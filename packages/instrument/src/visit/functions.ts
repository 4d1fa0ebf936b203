import type { AnyNode } from 'acorn';
import { placeOf, SITE_FUNCTION, SKIPPED_OFF } from '@execution-cinema/format';
import type { FunctionNode, NodeOf } from '../ast.ts';
import { Frame } from '../frame.ts';
import { lowered } from '../lowering.ts';
import { mustFind, skipTrivia } from '../trivia.ts';
import { MODULE, type Walk } from '../walk.ts';
import { visitStatements } from './control.ts';
import { disposing, visitDisposing } from './disposal.ts';
import { kindOf, type Parameter, parameterNames, reasonToSkip, type Role, unseen } from './function-facts.ts';
import { end, endPending, prepareHead } from './function-head.ts';
import { visitPattern } from './patterns.ts';

const ANONYMOUS = '(anonymous)';

/** What the surroundings of a function say about it. */
export interface Surroundings {
  role: Role;
  /** The text that `toString()` shows, where it begins before the function node. */
  start: number;
  /** Hoisted to the top of an ES module: an import cycle may call it before the module's own code. */
  guarded?: boolean;
}

export function visitFunctionNode(walk: Walk, node: FunctionNode): void {
  visitFunction(walk, node, {
    role: node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function',
    start: node.start,
  });
}

/** Visits a function, and instruments it as far as the plan allows. */
export function visitFunction(walk: Walk, node: FunctionNode, surroundings: Surroundings): void {
  const visit = enterFunction(walk, node, node.id?.name, node, surroundings);
  const { frame } = walk;
  visitParameters(walk, node, surroundings.guarded === true);
  if (node.body.type === 'BlockStatement')
    visitBody(walk, node.body, frame, visit, node === walk.wrapper ? [] : parameterNames(node));
  else visitExpressionBody(walk, node as NodeOf<'ArrowFunctionExpression'>, frame, visit);
  leaveFunction(walk, visit);
}

/** A static block is a function without parameters that its class calls once. */
export function visitStaticBlock(walk: Walk, node: NodeOf<'StaticBlock'>): void {
  const visit = enterFunction(
    walk,
    node,
    undefined,
    { async: false, generator: false },
    { role: 'static block', start: node.start },
  );
  const bodyStart = skipTrivia(walk.source, node.start + 'static'.length);
  visitBody(walk, { start: bodyStart, end: node.end, body: node.body }, walk.frame, visit, []);
  leaveFunction(walk, visit);
}

interface Entered {
  outer: Frame;
  outerPath: string;
  outerScope: Walk['scope'];
  outerGuarding: boolean;
  outerWithoutTemporaries: number;
  guarded: boolean;
  siteIndex: number;
  role: Role;
}

function enterFunction(
  walk: Walk,
  node: AnyNode,
  ownName: string | undefined,
  flags: { async: boolean; generator: boolean },
  { role, start, guarded }: Surroundings,
): Entered {
  const info = walk.analysis.functions.get(node)!;
  const outer = walk.frame;
  const outerPath = walk.path;
  const simpleName = (ownName ?? walk.hint) || (role === 'static block' ? '(static)' : '');
  walk.hint = '';
  const isWrapper = node === walk.wrapper;
  const name = isWrapper ? MODULE : qualified(outerPath, simpleName || ANONYMOUS);
  if (isWrapper) walk.path = '';
  else if (simpleName !== '') walk.path = name;
  const place = walk.sites.place(start, node.end);
  const asked = walk.planOf(name);
  const plan = walk.injections.isWanted(place) ? asked : lowered(asked, walk.lowering, placeOf(place));
  const isLowered = plan.ceiling < asked.ceiling;
  const suspends = flags.async || flags.generator;
  const offReason = isLowered ? walk.lowering!.reason : SKIPPED_OFF;
  const skipReason = reasonToSkip(walk, info, suspends) ?? (plan.ceiling === 0 ? offReason : undefined);
  const instrumented = skipReason === undefined;
  walk.counts.functions++;
  let siteIndex = -1;
  const index = instrumented ? walk.sites.functions.length : outer.index;
  const level = instrumented ? plan.level : 0;
  const frame = new Frame({
    info,
    isModule: false,
    index,
    name,
    level,
    ceiling: instrumented ? plan.ceiling : 0,
    suspends,
    isAsyncGenerator: flags.async && flags.generator,
    hasFinally: !info.needsBareBody,
    captured: plan.captured,
  });
  const entered: Entered = {
    outer,
    outerPath,
    outerScope: walk.scope,
    outerGuarding: walk.guarding,
    outerWithoutTemporaries: walk.withoutTemporaries,
    guarded: guarded === true || walk.guarding,
    siteIndex,
    role,
  };
  walk.frame = frame;
  walk.guarding = false;
  walk.withoutTemporaries = 0;
  if (instrumented) {
    walk.counts.instrumented++;
    siteIndex = walk.sites.add({ kind: SITE_FUNCTION, rank: 1, func: index, level, at: node.start, a: index });
    walk.sites.functions.push({
      site: siteIndex,
      name,
      kind: kindOf(role, flags),
      parent: outer.index,
      ...place,
      parameters: [],
      parameterVariables: [],
      level,
      ceiling: frame.ceiling,
      ...(isLowered ? { lowered: true as const } : {}),
      scope: -1,
      start,
      end: node.end,
      ...unseen(info),
    });
    entered.siteIndex = siteIndex;
  } else walk.sites.skip(name, node.start, skipReason);
  walk.enterScope(node);
  if (instrumented) walk.sites.functions[index]!.scope = walk.scope.index;
  return entered;
}

function leaveFunction(walk: Walk, entered: Entered): void {
  walk.leaveScope(walk.frame.info.scope);
  walk.scope = entered.outerScope;
  walk.frame = entered.outer;
  walk.path = entered.outerPath;
  walk.guarding = entered.outerGuarding;
  walk.withoutTemporaries = entered.outerWithoutTemporaries;
}

function qualified(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Parameters run before the body: their code sees neither the token nor the other variables of the body. */
function visitParameters(walk: Walk, node: FunctionNode, guarded: boolean): void {
  const { frame } = walk;
  const { ceiling } = frame;
  if (guarded) {
    frame.ceiling = 0;
    walk.guarding = true;
  }
  walk.withoutTemporaries++;
  for (const parameter of node.params) visitPattern(walk, parameter);
  walk.withoutTemporaries--;
  frame.ceiling = ceiling;
  walk.guarding = false;
}

interface Body {
  start: number;
  end: number;
  body: readonly AnyNode[];
}

function visitBody(
  walk: Walk,
  { start, end: bodyEnd, body }: Body,
  frame: Frame,
  entered: Entered,
  parameters: readonly Parameter[],
): void {
  let headAt = start + 1;
  let separator = '';
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || statement.directive === undefined) break;
    headAt = statement.end;
    separator = ';';
  }
  if (walk.wrapper === frame.info.node) walk.reserveHead(headAt, body);
  if (frame.ceiling === 0) {
    visitStatements(walk, body);
    return;
  }
  const slot = walk.edits.reserve(headAt);
  const head = prepareHead(walk, frame, entered, parameters);
  const awaited = visitDisposing(walk, body);
  const tail = frame.hasFinally && disposing(body) !== undefined ? endPending(walk) + awaited : end(walk, body);
  walk.edits.fill(slot, separator + head());
  const { templates } = walk;
  walk.edits.insert(
    bodyEnd - 1,
    frame.hasFinally ? `${tail}${templates.leave(frame.suspends, frame.usesPending)}` : tail,
  );
}

function visitExpressionBody(
  walk: Walk,
  node: NodeOf<'ArrowFunctionExpression'>,
  frame: Frame,
  entered: Entered,
): void {
  const { body } = node;
  if (frame.ceiling === 0) {
    walk.visit(body);
    return;
  }
  const from = node.params.at(-1)?.end ?? node.start + (node.async ? 'async'.length : 0);
  const arrow = mustFind(walk.source, from, '=', '(,)');
  const slot = walk.edits.reserve(arrow + 2);
  const head = prepareHead(walk, frame, entered, parameterNames(node));
  walk.visitBare(body);
  const { templates } = walk;
  walk.edits.fill(slot, `{${head()}return ${templates.openWithToken(frame.suspends ? 'ra' : 'r')}`);
  walk.edits.insert(node.end, `)${templates.leave(frame.suspends, frame.usesPending)}}`);
}
