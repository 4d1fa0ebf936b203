import type { AnyNode } from 'acorn';
import { SITE_FUNCTION, type FunctionKind, SKIPPED_DECLARES_EXPORTS, SKIPPED_OFF } from '@execution-cinema/format';
import { type FunctionNode, type NodeOf, patternIdentifiers } from '../ast.ts';
import { Frame } from '../frame.ts';
import type { FunctionInfo } from '../scopes/scope.ts';
import { findPunctuator } from '../trivia.ts';
import { MODULE, type Walk } from '../walk.ts';
import { visitPattern } from './patterns.ts';
import { visitStatements } from './control.ts';
import { disposing, visitDisposing } from './disposal.ts';

const ANONYMOUS = '(anonymous)';

export type Role =
  | 'function'
  | 'arrow'
  | 'method'
  | 'getter'
  | 'setter'
  | 'constructor'
  | 'derived constructor'
  | 'static block';

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
  const bodyStart = walk.source.indexOf('{', node.start);
  visitBody(walk, { start: bodyStart, end: node.end, body: node.body }, walk.frame, visit, []);
  leaveFunction(walk, visit);
}

interface Entered {
  outer: Frame;
  outerPath: string;
  outerScope: Walk['scope'];
  outerGuarding: boolean;
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
  const plan = walk.planOf(name);
  const suspends = flags.async || flags.generator;
  const skipReason = reasonToSkip(walk, info, suspends) ?? (plan.ceiling === 0 ? SKIPPED_OFF : undefined);
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
    guarded: guarded === true || walk.guarding,
    siteIndex,
    role,
  };
  walk.frame = frame;
  walk.guarding = false;
  if (instrumented) {
    walk.counts.instrumented++;
    siteIndex = walk.sites.add({ kind: SITE_FUNCTION, rank: 1, func: index, level, at: node.start, a: index });
    walk.sites.functions.push({
      site: siteIndex,
      name,
      kind: kindOf(role, flags),
      parent: outer.index,
      ...walk.sites.place(start, node.end),
      parameters: [],
      parameterVariables: [],
      level,
      ceiling: frame.ceiling,
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
}

/** Why a function can get no probes, or undefined. */
function reasonToSkip(walk: Walk, info: FunctionInfo, suspends: boolean): string | undefined {
  if (info.insideWith) return 'inside a with statement';
  if (info.returnsInWith) return 'returns inside a with statement';
  if (isAsm(info.node)) return 'asm.js';
  if (isKeptIntact(walk, info)) return SKIPPED_DECLARES_EXPORTS;
  // Without our finally block nobody would notice that a turn of the event loop ended it by an exception.
  if (suspends && info.needsBareBody) return 'a function of its body shares its name with a variable';
  return undefined;
}

function qualified(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isKeptIntact(walk: Walk, info: FunctionInfo): boolean {
  if (walk.keptIntact.size === 0) return false;
  for (let func: FunctionInfo | null = info; func !== null; func = func.parent)
    if (walk.keptIntact.has(func.node)) return true;
  return false;
}

function isAsm(node: AnyNode): boolean {
  const { body } = node as { body?: AnyNode | AnyNode[] };
  if (body === undefined || Array.isArray(body) || body.type !== 'BlockStatement') return false;
  const [first] = body.body;
  return first?.type === 'ExpressionStatement' && first.directive === 'use asm';
}

function unseen(info: FunctionInfo): { unseen?: ('eval' | 'with' | 'arguments')[] } {
  const reasons: ('eval' | 'with' | 'arguments')[] = [];
  if (info.hasEval) reasons.push('eval');
  if (info.hasWith) reasons.push('with');
  if (info.aliasesArguments && !info.strict && !info.isArrow) reasons.push('arguments');
  return reasons.length > 0 ? { unseen: reasons } : {};
}

function kindOf(role: Role, { async, generator }: { async: boolean; generator: boolean }): FunctionKind {
  if (role === 'derived constructor') return 'constructor';
  if (!async && !generator) return role;
  const method = role === 'method';
  if (async && generator) return method ? 'async generator method' : 'async generator';
  if (generator) return method ? 'generator method' : 'generator';
  return method ? 'async method' : role === 'arrow' ? 'async arrow' : 'async';
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

/** Names that the body can read; of parameters that share a name, the last. */
function parameterNames(node: FunctionNode): { name: string; rest: boolean }[] {
  const names = new Map<string, { name: string; rest: boolean }>();
  for (const parameter of node.params) {
    const rest = parameter.type === 'RestElement';
    for (const { name } of patternIdentifiers(parameter)) {
      names.delete(name);
      names.set(name, { name, rest: rest && parameter.argument.type === 'Identifier' });
    }
  }
  return [...names.values()];
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
  parameters: { name: string; rest: boolean }[],
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

/** What a body does at its end, if the end can be reached. */
function end(walk: Walk, body: readonly AnyNode[]): string {
  const last = body.at(-1)?.type;
  if (last === 'ReturnStatement' || last === 'ThrowStatement') return '';
  return `;${walk.templates.returnNothing(walk.frame.suspends)}`;
}

/** As `end`, where disposals follow: the frame ends in our finally block. */
function endPending(walk: Walk): string {
  const { frame, templates } = walk;
  frame.usesPending = true;
  return `;${templates.pending}=1;${templates.openWithToken(frame.suspends ? 'qa' : 'q')}void 0);`;
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
  const arrow = findPunctuator(walk.source, from, '=', '(,)');
  const slot = walk.edits.reserve(arrow + 2);
  const head = prepareHead(walk, frame, entered, parameterNames(node));
  walk.visitBare(body);
  const { templates } = walk;
  walk.edits.fill(slot, `{${head()}return ${templates.openWithToken(frame.suspends ? 'ra' : 'r')}`);
  walk.edits.insert(node.end, `)${templates.leave(frame.suspends, frame.usesPending)}}`);
}

/** Fills the function's entry in the site table; the returned function makes the head's text once the body is known. */
function prepareHead(
  walk: Walk,
  frame: Frame,
  entered: Entered,
  parameters: { name: string; rest: boolean }[],
): () => string {
  const { templates, sites } = walk;
  const entry = sites.functions[frame.index]!;
  const values: string[] = [];
  if (capturesThis(frame.info, entered.role)) {
    values.push('this');
    entry.parameters.push('this');
    entry.parameterVariables.push(-1);
  }
  const secrets: Record<number, string> = {};
  let hasSecrets = false;
  for (const { name, rest } of parameters) {
    if (sites.isSecret(name)) {
      secrets[values.length] = name;
      hasSecrets = true;
    }
    values.push(name);
    entry.parameters.push(rest ? `...${name}` : name);
    entry.parameterVariables.push(sites.variable(frame.info.scope.variables.get(name)!));
  }
  if (hasSecrets) sites.secrets[entry.site] = secrets;
  const link = linkedInstance(walk, frame.info);
  const scope = frame.info.scope;
  const opened = walk.hasInstances(scope) ? walk.openInstance(scope) : undefined;
  const enter = templates.enter(entry.site, values, frame.suspends);
  return () => {
    const variables = [`${templates.token}=${enter}`];
    if (opened !== undefined) variables.push(`${opened.name}=${opened.call}`);
    variables.push(...temporaries(walk, frame));
    const guard = entered.guarded ? templates.guard() : '';
    const linked = link === '' ? '' : `${templates.openWithToken('l')}${link});`;
    return `${guard}var ${variables.join(',')};${linked}${frame.hasFinally ? 'try{' : ''}`;
  };
}

/** The injected variables of a function that its code turned out to need. Also settles what waited for that. */
export function temporaries(walk: Walk, frame: Frame): string[] {
  const { templates } = walk;
  const names: string[] = [];
  if (frame.usesPending) {
    names.push(`${templates.pending}=0`);
    for (const { slot, text } of frame.pendingSlots) walk.edits.fill(slot, text);
  }
  if (frame.usesOwner) names.push(templates.owner);
  for (let depth = 0; depth < frame.keyCount; depth++) names.push(templates.key(depth));
  return names;
}

/** `this` is part of the entry where it says something. A derived constructor has none before `super()`. */
function capturesThis(info: FunctionInfo, role: Role): boolean {
  switch (role) {
    case 'method':
    case 'getter':
    case 'setter':
    case 'constructor':
      return true;
    case 'function':
      return info.usesThis;
    default:
      return false;
  }
}

/** The innermost instance among the scopes that a function uses from outside; '' when it is the module's or none. */
function linkedInstance(walk: Walk, info: FunctionInfo): string {
  if (!walk.records(2)) return '';
  for (let scope = info.scope.parent; scope !== null && scope.kind !== 'module'; scope = scope.parent) {
    if (scope.instance !== '' && info.freeNames.some((name) => scope.variables.has(name))) return scope.instance;
  }
  return '';
}
