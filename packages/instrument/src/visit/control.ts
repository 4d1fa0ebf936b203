import type { AnyNode } from 'acorn';
import { SITE_CATCH, SITE_THROW } from '@execution-cinema/format';
import { type NodeOf, type NodeType, patternIdentifiers } from '../ast.ts';
import { visitInjected } from '../inject.ts';
import type { Walk } from '../walk.ts';
import { visitCondition, visitEffect } from './expressions.ts';
import { visitDisposing } from './disposal.ts';
import { visitPattern } from './patterns.ts';
import { resumeCall, suspendSite } from './suspension.ts';

/** Visits the statements of a body, block or case. */
export function visitStatements(walk: Walk, statements: readonly AnyNode[]): void {
  for (const statement of statements) visitStatement(walk, statement);
}

function visitStatement(walk: Walk, statement: AnyNode): void {
  const { frame } = walk;
  const { unseenSuspensions } = frame;
  const injections = walk.insideWith > 0 ? undefined : walk.injections.take(statement);
  if (injections === undefined) walk.visit(statement);
  else visitInjected(walk, statement, injections);
  // The frame may have gone to sleep inside, where no `await` shows it.
  if (frame.unseenSuspensions !== unseenSuspensions) walk.after(statement, resumeCall(walk));
}

function visitBlock(walk: Walk, node: NodeOf<'BlockStatement'>): void {
  const scope = walk.enterScope(node);
  if (walk.hasInstances(scope)) walk.edits.insert(node.start + 1, openBlockInstance(walk, scope));
  visitBlockStatements(walk, node);
  walk.leaveScope(scope);
}

function openBlockInstance(walk: Walk, scope: NonNullable<ReturnType<Walk['enterScope']>>): string {
  const { name, call } = walk.openInstance(scope);
  return `let ${name}=${call};`;
}

function visitBlockStatements(walk: Walk, { body, end }: NodeOf<'BlockStatement'>): void {
  const last = visitDisposing(walk, body);
  if (last !== '') walk.edits.insert(end - 1, last);
}

function visitReturn(walk: Walk, node: NodeOf<'ReturnStatement'>): void {
  const { frame, templates, edits } = walk;
  const { argument } = node;
  if (!walk.records(1)) {
    if (argument != null) walk.visit(argument);
    return;
  }
  const awaits = (frame.isAsyncGenerator && argument != null) || frame.awaitingDepth > 0;
  const pending = frame.hasFinally && (frame.pendingDepth > 0 || awaits);
  if (pending) frame.usesPending = true;
  const afterKeyword = node.start + 'return'.length;
  if (argument == null && frame.isAsyncGenerator) {
    // `return undefined` would await there, `return` does not.
    if (pending) walk.before(node, `${templates.pending}=1,${templates.openWithToken('qa')}void 0)`);
    else walk.before(node, templates.returnNothing(true));
  } else if (argument == null) {
    const value = pending ? pendingReturn(walk, node, awaits) : '';
    const text = pending ? `${value}void 0${closePending(awaits)}` : ` ${templates.returnNothing(frame.suspends)}`;
    edits.insert(afterKeyword, walk.source.charCodeAt(node.end - 1) === 59 ? text : `${text};`);
  } else if (pending) {
    walk.wrap(argument, pendingReturn(walk, node, awaits), closePending(awaits), () => walk.visitBare(argument));
  } else walk.wrap(argument, templates.openWithToken(frame.suspends ? 'ra' : 'r'), ')', () => walk.visitBare(argument));
}

/** `return` whose value is final only when finally blocks and iterators are done. */
function pendingReturn(walk: Walk, node: AnyNode, awaits: boolean): string {
  const { templates, frame } = walk;
  const value = templates.openWithToken(frame.suspends ? 'qa' : 'q');
  const suspended = awaits ? templates.openAt('a', suspendSite(walk, node, 'return')) : '';
  return `(${templates.pending}=1,${suspended}${value}`;
}

function closePending(awaits: boolean): string {
  return awaits ? ')))' : '))';
}

function visitThrow(walk: Walk, node: NodeOf<'ThrowStatement'>): void {
  const { argument } = node;
  if (!walk.records(1)) {
    walk.visit(argument);
    return;
  }
  walk.wrap(argument, walk.templates.open('t', walk.site(SITE_THROW, 1, node, -1)), ')', () =>
    walk.visitBare(argument),
  );
}

function visitTry(walk: Walk, node: NodeOf<'TryStatement'>): void {
  const { frame } = walk;
  const { block, handler, finalizer } = node;
  if (finalizer != null) frame.pendingDepth++;
  walk.visit(block);
  if (handler != null) visitCatch(walk, handler);
  if (finalizer == null) return;
  frame.pendingDepth--;
  if (!walk.records(1)) {
    walk.visit(finalizer);
    return;
  }
  const { edits, templates } = walk;
  edits.insert(finalizer.start + 1, walk.statement(templates.finallyStart(frame.suspends)));
  if (frame.hasFinally) reserveForPending(walk, finalizer.start + 1, templates.savePending());
  walk.visit(finalizer);
  if (frame.hasFinally) reserveForPending(walk, finalizer.end - 1, templates.restorePending());
}

/** Text for the case that a return can be pending in this function. */
function reserveForPending(walk: Walk, position: number, text: string): void {
  walk.frame.pendingSlots.push({ slot: walk.edits.reserve(position), text });
}

function visitCatch(walk: Walk, node: NodeOf<'CatchClause'>): void {
  const { frame, templates, edits } = walk;
  const { param, body } = node;
  const scope = walk.enterScope(node);
  if (param != null) visitPattern(walk, param);
  const at = body.start + 1;
  if (walk.hasInstances(scope)) edits.insert(at, openBlockInstance(walk, scope));
  if (walk.records(1)) {
    const name = param?.type === 'Identifier' ? param.name : undefined;
    // Where closures share the variable, its own write names the instance; the catch then names no variable.
    const isLocal = name !== undefined && scope!.instance === '';
    const variable = isLocal ? walk.sites.variable(scope!.variables.get(name)!) : -1;
    const open = templates.openAt(
      catchProbe(frame.suspends, name !== undefined),
      walk.site(SITE_CATCH, 1, node, variable, 0, name),
    );
    edits.insert(at, walk.statement(name === undefined ? `${open.slice(0, -1)})` : `${open}${name})`));
    if (frame.hasFinally) reserveForPending(walk, at, `${templates.pending}=0;`);
    const bound = scope === undefined ? '' : catchWrites(walk, param, scope.instance !== '');
    if (bound !== '') edits.insert(at, walk.statement(bound));
  }
  visitBlockStatements(walk, body);
  walk.leaveScope(scope);
}

function catchProbe(suspends: boolean, named: boolean): 'c' | 'c0' | 'ca' | 'ca0' {
  if (suspends) return named ? 'ca' : 'ca0';
  return named ? 'c' : 'c0';
}

/** The catch event itself tells the value of a plain parameter, unless closures share it. */
function catchWrites(walk: Walk, param: AnyNode | null | undefined, shared: boolean): string {
  if (param == null || (param.type === 'Identifier' && !shared)) return '';
  return walk.writes(patternIdentifiers(param), 'catch', true);
}

function visitSwitch(walk: Walk, node: NodeOf<'SwitchStatement'>): void {
  walk.visit(node.discriminant);
  const scope = walk.enterScope(node);
  if (walk.hasInstances(scope)) {
    walk.edits.insert(node.start, `{${openBlockInstance(walk, scope)}`);
  }
  for (const { test, consequent } of node.cases) {
    if (test != null) walk.visit(test);
    visitStatements(walk, consequent);
  }
  if (scope !== undefined && scope.instance !== '') walk.edits.insert(node.end, '}');
  walk.leaveScope(scope);
}

function visitExpressionStatement(walk: Walk, node: NodeOf<'ExpressionStatement'>): void {
  visitEffect(walk, node.expression, walk.sourceType === 'script' && walk.frame.isModule);
}

/** In the body of a `with` any name may mean a property: nothing is inserted. */
function visitUnseen(walk: Walk, body: AnyNode): void {
  const { frame } = walk;
  const { ceiling } = frame;
  frame.ceiling = 0;
  walk.insideWith++;
  walk.visit(body);
  walk.insideWith--;
  frame.ceiling = ceiling;
}

export const controlVisitors: { readonly [T in NodeType]?: (walk: Walk, node: NodeOf<T>) => void } = {
  BlockStatement: visitBlock,
  ReturnStatement: visitReturn,
  ThrowStatement: visitThrow,
  TryStatement: visitTry,
  SwitchStatement: visitSwitch,
  ExpressionStatement: visitExpressionStatement,
  IfStatement(walk, node) {
    visitCondition(walk, node.test);
    walk.visitBody(node.consequent);
    if (node.alternate != null) walk.visitBody(node.alternate);
  },
  WithStatement(walk, node) {
    walk.visit(node.object);
    visitUnseen(walk, node.body);
  },
  BreakStatement: () => undefined,
  ContinueStatement: () => undefined,
};
