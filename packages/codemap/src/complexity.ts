/*
 * Two numbers per function, both of its own code: what a nested function does is counted there.
 *
 * Cyclomatic: one, and one more for each construct that eslint's rule `complexity` counts.
 * Cognitive (SonarSource, "Cognitive Complexity", 2023): breaks in the linear flow count one, and one more per level of
 * nesting they stand in; `else`, jumps to labels and changes of operator in `a && b || c` count one flatly; `??` and `?.`
 * are shorthands and count nothing. Recursion is not counted, as in SonarSource's own analyser for JavaScript.
 */
import { forEachChild, isField, isFunction, nodeIn, nodesIn, textIn, type SyntaxNode } from './syntax.ts';

export interface Complexity {
  cyclomatic: number;
  cognitive: number;
}

/** Measures a function with a body. */
export function measureFunction(fn: SyntaxNode): Complexity {
  const measured: Complexity = { cyclomatic: 1, cognitive: 0 };
  for (const parameter of nodesIn(fn, 'params')) count(parameter, 0, measured);
  const body = nodeIn(fn, 'body');
  if (body) count(body, 0, measured);
  return measured;
}

/** Constructs that eslint counts wherever they stand. */
const BRANCHES: ReadonlySet<string> = new Set([
  'CatchClause',
  'ConditionalExpression',
  'LogicalExpression',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'IfStatement',
  'WhileStatement',
  'DoWhileStatement',
  'AssignmentPattern',
]);

function isBranch(node: SyntaxNode): boolean {
  switch (node.type) {
    case 'SwitchCase':
      return nodeIn(node, 'test') !== undefined;
    case 'AssignmentExpression':
      return /^(?:&&|\|\||\?\?)=$/.test(textIn(node, 'operator') ?? '');
    case 'MemberExpression':
    case 'CallExpression':
      return node['optional'] === true;
    default:
      return BRANCHES.has(node.type);
  }
}

/** Fields of a node whose code is one level deeper than the node itself; such nodes count for their nesting. */
const NESTING: Readonly<Record<string, readonly string[]>> = {
  IfStatement: ['consequent', 'alternate'],
  ConditionalExpression: ['consequent', 'alternate'],
  SwitchStatement: ['cases'],
  ForStatement: ['body'],
  ForInStatement: ['body'],
  ForOfStatement: ['body'],
  WhileStatement: ['body'],
  DoWhileStatement: ['body'],
  CatchClause: ['body'],
};

function count(node: SyntaxNode, nesting: number, measured: Complexity, inSequence = false, isElseIf = false): void {
  if (isFunction(node) || node.type === 'StaticBlock') return;
  if (isBranch(node)) measured.cyclomatic++;
  const deeper = NESTING[node.type];
  if (deeper) measured.cognitive += isElseIf ? 1 : 1 + nesting;
  const isLogical = node.type === 'LogicalExpression';
  if (isLogical && !inSequence) measured.cognitive += operatorChanges(node);
  if (isJump(node) && nodeIn(node, 'label')) measured.cognitive++;
  forEachChild(node, (child, field) => {
    if (field === 'value' && isField(node)) return;
    const elseIf = field === 'alternate' && node.type === 'IfStatement' && child.type === 'IfStatement';
    if (field === 'alternate' && node.type === 'IfStatement' && !elseIf) measured.cognitive++;
    count(child, deeper?.includes(field) && !elseIf ? nesting + 1 : nesting, measured, isLogical, elseIf);
  });
}

function isJump({ type }: SyntaxNode): boolean {
  return type === 'BreakStatement' || type === 'ContinueStatement';
}

/** Runs of one operator in a logical expression, read from left to right: 1 for `a && b && c`, 2 for `a && b || c`. */
function operatorChanges(expression: SyntaxNode): number {
  let changes = 0;
  let previous = '';
  const read = (node: SyntaxNode | undefined): void => {
    if (node?.type !== 'LogicalExpression') return;
    read(nodeIn(node, 'left'));
    const operator = textIn(node, 'operator') ?? '';
    if (operator !== '??' && operator !== previous) changes++;
    previous = operator;
    read(nodeIn(node, 'right'));
  };
  read(expression);
  return changes;
}
