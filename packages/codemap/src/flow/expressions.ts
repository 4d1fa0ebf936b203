/* What expressions do, in the order in which they are evaluated. */
import {
  forEachChild,
  isClass,
  isField,
  isFunction,
  keyName,
  nodeIn,
  nodesIn,
  textIn,
  type SyntaxNode,
} from '../syntax.ts';
import { lastName, type FlowBuilder } from './flow-builder.ts';
import { POINT } from './source-flow.ts';

/** Goes through an expression, or the expressions of anything else. Functions in it are met, not entered. */
export function visitExpression(flow: FlowBuilder, node: SyntaxNode, keptAs = ''): void {
  if (isFunction(node)) {
    flow.meet(node, keptAs);
    return;
  }
  if (isClass(node)) {
    visitClass(flow, node);
    return;
  }
  const special = VISITORS[node.type];
  if (special) special(flow, node);
  else {
    visitParts(flow, node);
    if (VALUES.has(node.type)) flow.add(POINT.value, node);
  }
}

function visitParts(flow: FlowBuilder, node: SyntaxNode): void {
  forEachChild(node, (child) => visitExpression(flow, child));
}

/** What stands in a field; a function there is kept under a name or not. */
function visitField(flow: FlowBuilder, node: SyntaxNode, field: string, keptAs?: string): void {
  const child = nodeIn(node, field);
  if (child) visitExpression(flow, child, keptAs);
}

const VALUES: ReadonlySet<string> = new Set(['BinaryExpression', 'TemplateLiteral', 'ImportExpression']);

type Visitor = (flow: FlowBuilder, node: SyntaxNode) => void;

const VISITORS: Readonly<Record<string, Visitor>> = {
  CallExpression: visitCall,
  NewExpression: visitCall,
  TaggedTemplateExpression(flow, node) {
    const tag = nodeIn(node, 'tag')!;
    const since = flow.met.length;
    visitCallee(flow, tag);
    visitParts(flow, nodeIn(node, 'quasi')!);
    flow.holds(since, flow.add(POINT.call, node, lastName(tag), shownOf(tag, node)));
  },
  ChainExpression(flow, node) {
    flow.chain(() => visitField(flow, node, 'expression'));
    flow.add(POINT.value, node);
  },
  MemberExpression(flow, node) {
    visitObject(flow, node);
    flow.add(POINT.member, node, lastName(node));
  },
  AssignmentExpression: visitAssignment,
  UpdateExpression(flow, node) {
    const target = nodeIn(node, 'argument')!;
    if (target.type === 'MemberExpression') visitObject(flow, target);
    addTarget(flow, target);
  },
  UnaryExpression(flow, node) {
    visitField(flow, node, 'argument');
    if (textIn(node, 'operator') === 'delete') flow.add(POINT.delete, node);
  },
  LogicalExpression(flow, node) {
    visitField(flow, node, 'left');
    flow.join(node);
    flow.branch(
      () => visitField(flow, node, 'right'),
      () => undefined,
    );
    flow.add(POINT.value, node);
  },
  ConditionalExpression(flow, node) {
    visitField(flow, node, 'test');
    flow.join(node);
    flow.branch(
      () => visitField(flow, node, 'consequent'),
      () => visitField(flow, node, 'alternate'),
    );
    flow.add(POINT.value, node);
  },
  AwaitExpression: visitSuspension,
  YieldExpression: visitSuspension,
  VariableDeclarator(flow, node) {
    visitField(flow, node, 'init', lastName(nodeIn(node, 'id')!));
    const id = nodeIn(node, 'id')!;
    visitPattern(flow, id);
    addTargets(flow, id);
  },
  Property(flow, node) {
    if (node['computed'] === true) visitField(flow, node, 'key');
    visitField(flow, node, 'value', keyName(node));
    // That the literal was made says nothing about what it holds having been called.
    if (node['method'] !== true && isFunction(nodeIn(node, 'value')!)) flow.add(POINT.value, node);
  },
  Identifier: () => undefined,
  TSTypeAnnotation: () => undefined,
  TSTypeParameterInstantiation: () => undefined,
  TSTypeParameterDeclaration: () => undefined,
};

function visitSuspension(flow: FlowBuilder, node: SyntaxNode): void {
  visitField(flow, node, 'argument');
  flow.add(POINT.suspend, node);
}

function visitCall(flow: FlowBuilder, node: SyntaxNode): void {
  const callee = nodeIn(node, 'callee')!;
  const since = flow.met.length;
  visitCallee(flow, callee);
  if (node['optional'] === true) {
    flow.join(node);
    flow.mayEndChain();
  }
  for (const argument of nodesIn(node, 'arguments')) visitExpression(flow, argument);
  const isNew = node.type === 'NewExpression';
  const kind = isNew ? POINT.construct : callee.type === 'Super' ? POINT.superCall : POINT.call;
  flow.holds(since, flow.add(kind, node, lastName(callee), isNew ? node.loc.start : shownOf(callee, node)));
}

/** The value of `a.b` in `a.b()` is no read of its own. */
function visitCallee(flow: FlowBuilder, callee: SyntaxNode): void {
  if (callee.type === 'MemberExpression') visitObject(flow, callee);
  else visitExpression(flow, callee);
}

/** V8 says that a call stands at the name that is called, and where there is none at the parenthesis. */
function shownOf(callee: SyntaxNode, call: SyntaxNode): { line: number; column: number } {
  if (callee.type === 'MemberExpression' && callee['computed'] !== true) return nodeIn(callee, 'property')!.loc.start;
  if (callee.type === 'Identifier' || callee.type === 'Super') return call.loc.start;
  return callee.loc.end;
}

/** Object and computed key of `a.b` or `a[b]`. */
function visitObject(flow: FlowBuilder, member: SyntaxNode): void {
  visitField(flow, member, 'object');
  if (member['optional'] === true) {
    flow.join(member);
    flow.mayEndChain();
  }
  if (member['computed'] === true) visitField(flow, member, 'property');
}

function visitAssignment(flow: FlowBuilder, node: SyntaxNode): void {
  const left = nodeIn(node, 'left')!;
  const assign = (): void => {
    visitField(flow, node, 'right', lastName(left));
    if (left.type !== 'MemberExpression') visitPattern(flow, left);
    addTargets(flow, left);
  };
  if (left.type === 'MemberExpression') visitObject(flow, left);
  if (!/^(\|\||&&|\?\?)=$/.test(textIn(node, 'operator')!)) {
    assign();
    return;
  }
  flow.join(node);
  flow.branch(assign, () => undefined);
}

/** What a pattern evaluates: defaults, computed keys, objects of targets. */
export function visitPattern(flow: FlowBuilder, pattern: SyntaxNode): void {
  switch (pattern.type) {
    case 'ObjectPattern':
      for (const property of nodesIn(pattern, 'properties')) {
        if (property.type === 'RestElement') visitPattern(flow, property);
        else {
          if (property['computed'] === true) visitField(flow, property, 'key');
          visitPattern(flow, nodeIn(property, 'value')!);
        }
      }
      break;
    case 'ArrayPattern':
      for (const element of nodesIn(pattern, 'elements')) visitPattern(flow, element);
      break;
    case 'RestElement':
      visitPattern(flow, nodeIn(pattern, 'argument')!);
      break;
    case 'AssignmentPattern':
      flow.join(pattern);
      flow.branch(
        () => visitField(flow, pattern, 'right'),
        () => undefined,
      );
      visitPattern(flow, nodeIn(pattern, 'left')!);
      break;
    case 'MemberExpression':
      visitObject(flow, pattern);
      break;
    case 'TSParameterProperty':
      visitPattern(flow, nodeIn(pattern, 'parameter')!);
      break;
    default:
  }
}

/** The names and properties that a pattern gives values to. */
export function addTargets(flow: FlowBuilder, pattern: SyntaxNode): void {
  switch (pattern.type) {
    case 'ObjectPattern':
      for (const property of nodesIn(pattern, 'properties')) {
        addTargets(flow, property.type === 'RestElement' ? property : nodeIn(property, 'value')!);
      }
      break;
    case 'ArrayPattern':
      for (const element of nodesIn(pattern, 'elements')) addTargets(flow, element);
      break;
    case 'RestElement':
      addTargets(flow, nodeIn(pattern, 'argument')!);
      break;
    case 'AssignmentPattern':
      addTargets(flow, nodeIn(pattern, 'left')!);
      break;
    default:
      addTarget(flow, pattern);
  }
}

function addTarget(flow: FlowBuilder, target: SyntaxNode): void {
  flow.add(target.type === 'MemberExpression' ? POINT.property : POINT.write, target, lastName(target));
}

/** What runs where a class is defined; fields of instances run where one is made. */
function visitClass(flow: FlowBuilder, node: SyntaxNode): void {
  flow.add(POINT.scope, node);
  visitField(flow, node, 'superClass');
  for (const member of nodesIn(nodeIn(node, 'body')!, 'body')) {
    if (member['computed'] === true) visitField(flow, member, 'key');
    const value = nodeIn(member, 'value');
    if (member.type === 'StaticBlock') flow.meet(member);
    else if (value && isFunction(value) && !isField(member)) flow.meet(value, keyName(member));
    else if (value && member['static'] === true) {
      visitExpression(flow, value);
      flow.add(POINT.property, member);
    } else if (value) visitApart(flow, value);
  }
  const id = nodeIn(node, 'id');
  if (id) flow.add(POINT.write, id, lastName(id));
}

/** Functions in code that does not run here. */
function visitApart(flow: FlowBuilder, node: SyntaxNode): void {
  if (isFunction(node)) flow.meet(node);
  else forEachChild(node, (child) => visitApart(flow, child));
}
