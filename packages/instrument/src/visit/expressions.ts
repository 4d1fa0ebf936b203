import type { AnyNode } from 'acorn';
import { SITE_EXPRESSION, SITE_THIS, SKIPPED_TEXT } from '@execution-cinema/format';
import { keyName, type NodeOf, type NodeType, operandsOf, shownKeyName } from '../ast.ts';
import { isTracedCall } from '../plan/file-plan.ts';
import type { Walk } from '../walk.ts';
import { visitChainParts } from './chains.ts';
import { visitMethod } from './classes.ts';
import { functionsOfExportShape, isExportHelperCall, isRequireCall } from './exports-shapes.ts';
import { visitMutation } from './mutations.ts';
import { hintName } from './names.ts';
import { visitDelete, visitObject, visitPropertyAssignment, visitPropertyUpdate, visitTarget } from './properties.ts';
import { visitAwait, visitYield } from './suspension.ts';
import { visitVariableAssignment, visitVariableUpdate } from './variables.ts';

type ExpressionKind =
  | 'call'
  | 'new'
  | 'condition'
  | 'member'
  | 'binary'
  | 'logical'
  | 'conditional'
  | 'template'
  | 'import';

/** Records the value of an expression at level expressions; `inside` visits its parts. */
function visitValue(walk: Walk, node: AnyNode, kind: ExpressionKind, inside: () => void): void {
  const isBare = walk.bare === node;
  walk.bare = null;
  if (isBare || !walk.records(3)) inside();
  else wrapValue(walk, node, kind, 3, inside);
}

function wrapValue(walk: Walk, node: AnyNode, kind: ExpressionKind, rank: 1 | 3, inside: () => void): void {
  const { sites, templates } = walk;
  const secretName = node.type === 'MemberExpression' ? keyName(node.property, node.computed) : undefined;
  const site = walk.site(SITE_EXPRESSION, rank, node, sites.text(walk.text(node)), sites.name(kind), secretName);
  walk.wrap(node, templates.open('v', site), ')', inside);
}

/** Calls are recorded even where their value is recorded as something else, and at level boundaries if the plan says so. */
function visitCallValue(walk: Walk, node: AnyNode, kind: ExpressionKind, inside: () => void): void {
  walk.bare = null;
  const { frame } = walk;
  if (frame.ceiling > 0 && isTracedCall(walk.plan, frame.name, walk.text(node))) wrapValue(walk, node, kind, 1, inside);
  else if (walk.records(3)) wrapValue(walk, node, kind, 3, inside);
  else inside();
}

/** A test of `if`, `?:` or a loop. */
export function visitCondition(walk: Walk, test: AnyNode): void {
  if (!walk.records(3) || test.type === 'Literal') walk.visit(test);
  else wrapValue(walk, test, 'condition', 3, () => walk.visitBare(test));
}

/** The part of a call that says what is called: its own value is not wrapped, or `this` would be lost. */
function visitCallee(walk: Walk, callee: AnyNode): void {
  if (callee.type === 'MemberExpression') {
    walk.visit(callee.object);
    if (callee.computed) walk.visit(callee.property);
  } else walk.visitBare(callee);
}

/** In `new a.b()` a probe round `a`, or round `` a`x` ``, would be taken for what is constructed. */
function visitConstructor(walk: Walk, callee: AnyNode): void {
  if (callee.type === 'MemberExpression') {
    visitConstructor(walk, callee.object);
    if (callee.computed) walk.visit(callee.property);
  } else if (callee.type === 'TaggedTemplateExpression') {
    visitConstructor(walk, callee.tag);
    walk.visitAll(callee.quasi.expressions);
  } else walk.visitBare(callee);
}

/** What these compile is not seen; the places are listed. */
const COMPILERS: ReadonlySet<string> = new Set(['eval', 'Function']);

function listCompiler(walk: Walk, { callee, start }: NodeOf<'CallExpression'> | NodeOf<'NewExpression'>): void {
  if (callee.type === 'Identifier' && COMPILERS.has(callee.name)) walk.sites.skip(callee.name, start, SKIPPED_TEXT);
}

function visitCall(walk: Walk, node: NodeOf<'CallExpression'>): void {
  const { callee } = node;
  listCompiler(walk, node);
  const inside = (): void => {
    if (visitMutation(walk, node)) return;
    visitCallee(walk, callee);
    walk.visitAll(node.arguments);
  };
  if (callee.type === 'Super') visitSuperCall(walk, node, inside);
  else if (isKeptCall(walk, node)) {
    walk.bare = null;
    visitLink(walk, callee);
    for (const argument of node.arguments) walk.visitBare(argument);
  } else visitCallValue(walk, node, 'call', inside);
}

/** A direct `eval` must stay one, and the text of some calls declares exports. */
function isKeptCall(walk: Walk, node: NodeOf<'CallExpression'>): boolean {
  if (node.callee.type === 'Identifier' && node.callee.name === 'eval') return true;
  if (walk.sourceType !== 'commonjs') return false;
  const functions = functionsOfExportShape(node, walk.source);
  for (const func of functions) walk.keptIntact.add(func);
  return functions.length > 0 || isRequireCall(node) || isExportHelperCall(node);
}

function visitSuperCall(walk: Walk, node: AnyNode, inside: () => void): void {
  walk.bare = null;
  if (!walk.records(1)) inside();
  else walk.wrap(node, walk.templates.open('th', walk.site(SITE_THIS, 1, node)), ')', inside);
}

/** `a?.b.c()` is one value: wrapping a part of it would end the short circuit there. */
function visitChain(walk: Walk, node: NodeOf<'ChainExpression'>): void {
  const kind = node.expression.type === 'CallExpression' ? 'call' : 'member';
  const visit = kind === 'call' ? visitCallValue : visitValue;
  visit(walk, node, kind, () => visitChainParts(walk, node.expression));
}

export function visitLink(walk: Walk, node: AnyNode): void {
  if (node.type === 'MemberExpression') {
    visitLink(walk, node.object);
    if (node.computed) walk.visit(node.property);
  } else if (node.type === 'CallExpression') {
    visitLink(walk, node.callee);
    walk.visitAll(node.arguments);
  } else walk.visitBare(node);
}

/** An assignment or update of which it is known whether anyone uses its value. */
export function visitEffect(walk: Walk, node: AnyNode, valueUsed: boolean): void {
  walk.bare = null;
  if (node.type === 'AssignmentExpression') {
    const { left } = node;
    if (left.type === 'MemberExpression') visitPropertyAssignment(walk, node as typeof node & { left: typeof left });
    else visitVariableAssignment(walk, node, valueUsed);
  } else if (node.type === 'UpdateExpression') {
    const { argument } = node;
    if (argument.type === 'MemberExpression')
      visitPropertyUpdate(walk, node as typeof node & { argument: typeof argument });
    else if (argument.type === 'Identifier') {
      visitVariableUpdate(walk, node as typeof node & { argument: typeof argument }, valueUsed);
    }
  } else walk.visit(node);
}

export const expressionVisitors: { readonly [T in NodeType]?: (walk: Walk, node: NodeOf<T>) => void } = {
  AwaitExpression: visitAwait,
  YieldExpression: visitYield,
  CallExpression: visitCall,
  ChainExpression: visitChain,
  AssignmentExpression: (walk, node) => visitEffect(walk, node, true),
  UpdateExpression: (walk, node) => visitEffect(walk, node, true),
  NewExpression(walk, node) {
    listCompiler(walk, node);
    visitCallValue(walk, node, 'new', () => {
      visitConstructor(walk, node.callee);
      walk.visitAll(node.arguments);
    });
  },
  TaggedTemplateExpression: (walk, node) =>
    visitCallValue(walk, node, 'call', () => {
      visitCallee(walk, node.tag);
      walk.visitAll(node.quasi.expressions);
    }),
  ImportExpression: (walk, node) =>
    visitValue(walk, node, 'import', () => {
      walk.visit(node.source);
      if (node.options != null) walk.visit(node.options);
    }),
  MemberExpression(walk, node) {
    if (node.object.type === 'Super') {
      walk.bare = null;
      visitTarget(walk, node);
      return;
    }
    visitValue(walk, node, 'member', () => {
      visitObject(walk, node.object);
      if (node.computed) walk.visit(node.property);
    });
  },
  BinaryExpression: (walk, node) =>
    visitValue(walk, node, 'binary', () => {
      // `a + b + c` is one site.
      for (const operand of operandsOf(node)) {
        if (operand.type === 'BinaryExpression') walk.visitBare(operand);
        else walk.visit(operand);
      }
    }),
  LogicalExpression: (walk, node) =>
    visitValue(walk, node, 'logical', () => {
      walk.visit(node.left);
      walk.visit(node.right);
    }),
  ConditionalExpression: (walk, node) =>
    visitValue(walk, node, 'conditional', () => {
      visitCondition(walk, node.test);
      walk.visit(node.consequent);
      walk.visit(node.alternate);
    }),
  TemplateLiteral(walk, node) {
    if (node.expressions.length === 0) walk.bare = null;
    else visitValue(walk, node, 'template', () => walk.visitAll(node.expressions));
  },
  SequenceExpression(walk, node) {
    walk.bare = null;
    for (const [index, expression] of node.expressions.entries()) {
      visitEffect(walk, expression, index === node.expressions.length - 1);
    }
  },
  UnaryExpression(walk, node) {
    walk.bare = null;
    if (node.operator === 'delete') visitDelete(walk, node);
    else if (node.operator === 'typeof') walk.visitBare(node.argument);
    else walk.visit(node.argument);
  },
  ObjectExpression(walk, node) {
    walk.bare = null;
    visitObjectLiteral(walk, node);
  },
};

/** Properties of an object literal take the name under which the literal is kept. */
function visitObjectLiteral(walk: Walk, node: NodeOf<'ObjectExpression'>): void {
  const { path, hint } = walk;
  walk.hint = '';
  if (hint !== '') walk.path = path === '' ? hint : `${path}.${hint}`;
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') walk.visit(property.argument);
    else {
      if (property.computed) walk.visit(property.key);
      const name = shownKeyName(property.key, property.computed);
      if (property.method || property.kind !== 'init') visitMethod(walk, property, name, false);
      else {
        hintName(walk, property.value, name);
        walk.visit(property.value);
      }
    }
  }
  walk.path = path;
}
