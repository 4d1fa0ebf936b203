import { type NodeOf, type NodeType, patternIdentifiers } from '../ast.ts';
import type { Scope } from '../scopes/scope.ts';
import { mustFind } from '../trivia.ts';
import type { Walk } from '../walk.ts';
import { visitCondition, visitEffect } from './expressions.ts';
import { visitPattern } from './patterns.ts';
import { resumeCall, suspendSite, suspendUnseen } from './suspension.ts';
import { visitForInit } from './variables.ts';

type ForEach = NodeOf<'ForInStatement' | 'ForOfStatement'>;
type Loop = NodeOf<'ForStatement' | 'ForInStatement' | 'ForOfStatement' | 'WhileStatement' | 'DoWhileStatement'>;

/**
 * Visits the body of a loop. Where `for await` inside may be left by a jump to this loop, the frame is resumed at the
 * body's start.
 */
function visitLoopBody(walk: Walk, loop: Loop, first = '', last = '', outside = false): void {
  const { frame } = walk;
  frame.loopDepth++;
  if (frame.info.suspendsUnseen && frame.suspends && walk.records(1)) {
    walk.visitBody(loop.body, `${walk.statement(resumeCall(walk))}${first}`, last, outside);
  } else walk.visitBody(loop.body, first, last, outside);
  frame.loopDepth--;
}

function visitFor(walk: Walk, node: NodeOf<'ForStatement'>): void {
  const { init, test, update } = node;
  const scope = walk.enterScope(node);
  const copy = walk.hasInstances(scope) ? openLoopInstance(walk, node, scope) : '';
  if (init?.type === 'VariableDeclaration') visitForInit(walk, init);
  else if (init != null) visitEffect(walk, init, false);
  if (test != null) visitCondition(walk, test);
  if (copy !== '') insertUpdate(walk, node, copy);
  if (update != null) visitEffect(walk, update, false);
  visitLoopBody(walk, node);
  walk.leaveScope(scope);
}

/**
 * Makes the instance a loop variable itself, so that every iteration has its own. Returns the call that copies it for
 * the next iteration; `const` variables have one instance for the whole loop.
 */
function openLoopInstance(walk: Walk, node: NodeOf<'ForStatement'>, scope: Scope): string {
  const init = node.init as NodeOf<'VariableDeclaration'>;
  const { name, call, site, parent } = walk.openInstance(scope);
  walk.edits.insert(init.declarations[0]!.start, `${name}=${call},`);
  return init.kind === 'let' ? `${name}=${walk.templates.copyScope(site, parent, name)}` : '';
}

function insertUpdate(walk: Walk, node: NodeOf<'ForStatement'>, copy: string): void {
  if (node.update != null) {
    walk.edits.insert(node.update.start, `${copy},`);
    return;
  }
  const { source } = walk;
  let semicolon = mustFind(source, node.init!.end, ';', ')');
  if (node.test != null) semicolon = mustFind(source, node.test.end, ';', ')');
  else semicolon = mustFind(source, semicolon + 1, ';', '');
  walk.edits.insert(semicolon + 1, copy);
}

function visitForEach(walk: Walk, node: ForEach): void {
  const { left, right } = node;
  const { frame } = walk;
  const scope = walk.enterScope(node);
  const isAwait = node.type === 'ForOfStatement' && node.await && walk.records(1);
  const { inAwaitedHead } = frame;
  frame.inAwaitedHead = isAwait;
  visitTargets(walk, left);
  frame.inAwaitedHead = inAwaitedHead;
  if (isAwait) visitAwaitedSource(walk, node);
  else walk.visit(right);
  const first = (walk.hasInstances(scope) ? openIterationInstance(walk, scope) : '') + iterationWrites(walk, left);
  // Leaving the loop by `return` runs the iterator's own return() before the function has ended.
  if (node.type === 'ForOfStatement') frame.pendingDepth++;
  const awaits = isAwait ? 'for await' : disposesAwaiting(walk, left) ? 'await using' : undefined;
  if (awaits !== undefined) {
    const site = suspendSite(walk, node, awaits);
    visitLoopBody(walk, node, `${first}try{`, `}finally{${suspendUnseen(walk, site)}}`, redeclares(walk, node));
  } else visitLoopBody(walk, node, first, '', redeclares(walk, node));
  if (node.type === 'ForOfStatement') frame.pendingDepth--;
  walk.leaveScope(scope);
}

function visitAwaitedSource(walk: Walk, node: NodeOf<'ForOfStatement'>): void {
  const { right } = node;
  const site = suspendSite(walk, node, 'for await');
  walk.wrap(right, walk.templates.openAt('a', site), ')', () => walk.visitBare(right));
}

/** `for (await using x of list)` awaits at the end of every iteration. */
function disposesAwaiting(walk: Walk, left: ForEach['left']): boolean {
  return walk.records(1) && left.type === 'VariableDeclaration' && left.kind === 'await using';
}

function visitTargets(walk: Walk, left: ForEach['left']): void {
  if (left.type !== 'VariableDeclaration') {
    visitPattern(walk, left);
    return;
  }
  for (const { id, init } of left.declarations) {
    visitPattern(walk, id);
    if (init != null) walk.visit(init);
  }
}

function openIterationInstance(walk: Walk, scope: Scope): string {
  const { name, call } = walk.openInstance(scope);
  return `let ${name}=${call};`;
}

function iterationWrites(walk: Walk, left: ForEach['left']): string {
  const declares = left.type === 'VariableDeclaration';
  const names = patternIdentifiers(declares ? left.declarations[0]!.id : left);
  const calls = walk.writes(names, 'for', declares);
  return calls === '' ? '' : walk.statement(calls);
}

/** `for (const a of list) { const a = 1 }`: in the body the name means another variable, without a value at its start. */
function redeclares(walk: Walk, { left, body }: ForEach): boolean {
  const inside = walk.analysis.scopes.get(body)?.variables;
  if (inside === undefined) return false;
  const target = left.type === 'VariableDeclaration' ? left.declarations[0]!.id : left;
  return patternIdentifiers(target).some(({ name }) => inside.has(name));
}

/** A label must stay at its loop: what has to follow the statement follows the label as well. */
function visitLabelled(walk: Walk, node: NodeOf<'LabeledStatement'>): void {
  if (walk.unbraced?.node === node) walk.unbraced.node = node.body;
  walk.visit(node.body);
}

export const loopVisitors: { readonly [T in NodeType]?: (walk: Walk, node: NodeOf<T>) => void } = {
  ForStatement: visitFor,
  ForInStatement: visitForEach,
  ForOfStatement: visitForEach,
  WhileStatement(walk, node) {
    visitCondition(walk, node.test);
    visitLoopBody(walk, node);
  },
  DoWhileStatement(walk, node) {
    visitLoopBody(walk, node);
    visitCondition(walk, node.test);
  },
  LabeledStatement: visitLabelled,
};
