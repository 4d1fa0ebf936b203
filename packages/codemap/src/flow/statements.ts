/* What statements do, in the order in which they can run. */
import { nodeIn, nodesIn, textIn, type SyntaxNode } from '../syntax.ts';
import { addTargets, visitExpression, visitPattern } from './expressions.ts';
import type { FlowBuilder } from './flow-builder.ts';
import { POINT } from './source-flow.ts';

export function visitStatements(flow: FlowBuilder, statements: readonly SyntaxNode[]): void {
  for (const statement of statements) visitStatement(flow, statement);
}

export function visitStatement(flow: FlowBuilder, node: SyntaxNode): void {
  const special = STATEMENTS[node.type];
  if (special) special(flow, node);
  else visitExpression(flow, node);
}

type Visitor = (flow: FlowBuilder, node: SyntaxNode) => void;

const STATEMENTS: Readonly<Record<string, Visitor>> = {
  BlockStatement(flow, node) {
    flow.add(POINT.scope, node);
    if (flow.labels.length === 0) visitStatements(flow, nodesIn(node, 'body'));
    else flow.breakable('block', () => visitStatements(flow, nodesIn(node, 'body')));
  },
  IfStatement(flow, node) {
    visitTest(flow, node);
    flow.branch(
      () => visitPart(flow, node, 'consequent'),
      () => visitPart(flow, node, 'alternate'),
    );
  },
  ForStatement(flow, node) {
    flow.add(POINT.scope, node);
    visitPart(flow, node, 'init');
    flow.breakable('loop', (onContinue) => {
      const again = flow.join(node);
      visitTest(flow, node);
      flow.mayBreak(nodeIn(node, 'test') !== undefined);
      visitPart(flow, node, 'body');
      onContinue();
      // Every further iteration has a scope of its own.
      flow.add(POINT.scope, node);
      visitPart(flow, node, 'update');
      flow.backTo(again);
    });
  },
  ForInStatement: visitForEach,
  ForOfStatement: visitForEach,
  WhileStatement(flow, node) {
    flow.breakable('loop', (onContinue) => {
      const again = flow.join(node);
      visitTest(flow, node);
      flow.mayBreak(!isAlwaysTrue(nodeIn(node, 'test')!));
      visitPart(flow, node, 'body');
      onContinue();
      flow.backTo(again);
    });
  },
  DoWhileStatement(flow, node) {
    flow.breakable('loop', (onContinue) => {
      const again = flow.join(node);
      visitPart(flow, node, 'body');
      onContinue();
      visitTest(flow, node);
      flow.mayBreak(!isAlwaysTrue(nodeIn(node, 'test')!));
      flow.backTo(again);
    });
  },
  SwitchStatement: visitSwitch,
  TryStatement(flow, node) {
    const handler = nodeIn(node, 'handler');
    const last = nodeIn(node, 'finalizer');
    flow.guarded(node, {
      block: () => visitPart(flow, node, 'block'),
      handler: handler && (() => visitCatch(flow, handler)),
      last: last && (() => visitStatement(flow, last)),
    });
  },
  LabeledStatement(flow, node) {
    flow.labels.push(textIn(nodeIn(node, 'label')!, 'name')!);
    visitPart(flow, node, 'body');
    flow.labels = [];
  },
  BreakStatement: (flow, node) => flow.jump('breaks', labelOf(node)),
  ContinueStatement: (flow, node) => flow.jump('continues', labelOf(node)),
  ReturnStatement(flow, node) {
    visitPart(flow, node, 'argument');
    flow.add(POINT.return, node);
    flow.leave();
  },
  ThrowStatement(flow, node) {
    visitPart(flow, node, 'argument');
    flow.add(POINT.throw, node);
    flow.leave();
  },
};

function visitPart(flow: FlowBuilder, node: SyntaxNode, field: string): void {
  const part = nodeIn(node, field);
  if (part) visitStatement(flow, part);
}

function visitTest(flow: FlowBuilder, node: SyntaxNode): void {
  const test = nodeIn(node, 'test');
  if (!test) return;
  visitExpression(flow, test);
  flow.add(POINT.value, test);
}

function isAlwaysTrue({ type, value }: SyntaxNode): boolean {
  return type === 'Literal' && Boolean(value);
}

function labelOf(node: SyntaxNode): string | undefined {
  const label = nodeIn(node, 'label');
  return label && textIn(label, 'name');
}

function visitForEach(flow: FlowBuilder, node: SyntaxNode): void {
  const left = nodeIn(node, 'left')!;
  const target = left.type === 'VariableDeclaration' ? nodeIn(nodesIn(left, 'declarations')[0]!, 'id')! : left;
  const right = nodeIn(node, 'right')!;
  const shown = right.loc.start;
  visitExpression(flow, right);
  flow.add(POINT.value, right);
  flow.breakable('loop', (onContinue) => {
    const again = flow.add(node.type === 'ForOfStatement' ? POINT.iterate : POINT.join, node, 'next', shown);
    if (node['await'] === true) flow.add(POINT.suspend, node);
    flow.mayBreak(true);
    flow.add(POINT.scope, node);
    visitPattern(flow, target);
    addTargets(flow, target);
    visitPart(flow, node, 'body');
    onContinue();
    flow.backTo(again);
  });
}

function visitCatch(flow: FlowBuilder, node: SyntaxNode): void {
  flow.add(POINT.catch, node);
  const parameter = nodeIn(node, 'param');
  if (parameter) {
    visitPattern(flow, parameter);
    addTargets(flow, parameter);
  }
  visitPart(flow, node, 'body');
}

/** Tests in order until one is met, then everything from there on until a `break`. */
function visitSwitch(flow: FlowBuilder, node: SyntaxNode): void {
  visitPart(flow, node, 'discriminant');
  flow.add(POINT.scope, node);
  const cases = nodesIn(node, 'cases');
  flow.breakable('switch', () => {
    const found = cases.map((entry) => {
      const test = nodeIn(entry, 'test');
      if (!test) return undefined;
      visitExpression(flow, test);
      return flow.join(entry);
    });
    // Where no test is met.
    const otherwise = flow.join(node);
    if (found.every(Boolean)) flow.mayBreak(true);
    flow.stop();
    for (const [i, entry] of cases.entries()) {
      flow.alsoFrom(found[i] ?? otherwise);
      flow.add(POINT.case, entry);
      visitStatements(flow, nodesIn(entry, 'consequent'));
    }
  });
}
