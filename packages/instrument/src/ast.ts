import type { AnyNode, Expression } from 'acorn';

export type NodeType = AnyNode['type'];
export type NodeOf<T extends NodeType> = Extract<AnyNode, { type: T }>;

/** What has parameters and a body. */
export type FunctionNode = NodeOf<'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression'>;

/** Which fields of a node hold child nodes, in source order; types that are not listed have none. */
const CHILD_KEYS: Readonly<Record<string, readonly string[]>> = {
  Program: ['body'],
  ExpressionStatement: ['expression'],
  BlockStatement: ['body'],
  WithStatement: ['object', 'body'],
  ReturnStatement: ['argument'],
  LabeledStatement: ['body'],
  IfStatement: ['test', 'consequent', 'alternate'],
  SwitchStatement: ['discriminant', 'cases'],
  SwitchCase: ['test', 'consequent'],
  ThrowStatement: ['argument'],
  TryStatement: ['block', 'handler', 'finalizer'],
  CatchClause: ['param', 'body'],
  WhileStatement: ['test', 'body'],
  DoWhileStatement: ['body', 'test'],
  ForStatement: ['init', 'test', 'update', 'body'],
  ForInStatement: ['left', 'right', 'body'],
  ForOfStatement: ['left', 'right', 'body'],
  FunctionDeclaration: ['id', 'params', 'body'],
  FunctionExpression: ['id', 'params', 'body'],
  ArrowFunctionExpression: ['params', 'body'],
  VariableDeclaration: ['declarations'],
  VariableDeclarator: ['id', 'init'],
  ArrayExpression: ['elements'],
  ObjectExpression: ['properties'],
  Property: ['key', 'value'],
  UnaryExpression: ['argument'],
  UpdateExpression: ['argument'],
  BinaryExpression: ['left', 'right'],
  AssignmentExpression: ['left', 'right'],
  LogicalExpression: ['left', 'right'],
  MemberExpression: ['object', 'property'],
  ConditionalExpression: ['test', 'consequent', 'alternate'],
  CallExpression: ['callee', 'arguments'],
  NewExpression: ['callee', 'arguments'],
  SequenceExpression: ['expressions'],
  SpreadElement: ['argument'],
  YieldExpression: ['argument'],
  TemplateLiteral: ['expressions'],
  TaggedTemplateExpression: ['tag', 'quasi'],
  ObjectPattern: ['properties'],
  ArrayPattern: ['elements'],
  RestElement: ['argument'],
  AssignmentPattern: ['left', 'right'],
  ClassDeclaration: ['id', 'superClass', 'body'],
  ClassExpression: ['id', 'superClass', 'body'],
  ClassBody: ['body'],
  MethodDefinition: ['key', 'value'],
  PropertyDefinition: ['key', 'value'],
  StaticBlock: ['body'],
  ExportNamedDeclaration: ['declaration'],
  ExportDefaultDeclaration: ['declaration'],
  AwaitExpression: ['argument'],
  ChainExpression: ['expression'],
  ImportExpression: ['source', 'options'],
};

/** Calls `visit` for every child node, in source order. */
export function forEachChild(node: AnyNode, visit: (child: AnyNode) => void): void {
  const keys = CHILD_KEYS[node.type];
  if (keys === undefined) return;
  for (const key of keys) {
    const value = (node as unknown as Record<string, AnyNode | (AnyNode | null)[] | null | undefined>)[key];
    if (Array.isArray(value)) {
      for (const child of value) if (child !== null) visit(child);
    } else if (value != null) visit(value);
  }
}

/** An expression that takes the name of the variable or property it is assigned to; a wrapping call would lose it. */
export function isAnonymousDefinition(node: Expression | AnyNode): boolean {
  switch (node.type) {
    case 'ArrowFunctionExpression':
      return true;
    case 'FunctionExpression':
    case 'ClassExpression':
      return node.id == null;
    default:
      return false;
  }
}

/** Whether evaluating the expression again, or a little later, gives the same and has no effect. Cautious. */
export function isInert(node: AnyNode, depth = 3): boolean {
  switch (node.type) {
    case 'Identifier':
    case 'ThisExpression':
      return true;
    case 'Literal':
      return !(node.value instanceof RegExp);
    case 'UnaryExpression':
      return node.operator !== 'delete' && depth > 0 && isInert(node.argument, depth - 1);
    case 'BinaryExpression':
      return depth > 0 && isInert(node.left, depth - 1) && isInert(node.right, depth - 1);
    case 'MemberExpression':
      return (
        !node.optional &&
        depth > 0 &&
        isInert(node.object, depth - 1) &&
        (!node.computed || isInert(node.property, depth - 1))
      );
    default:
      return false;
  }
}

/** Static name of a property key or member, or undefined when it is computed. */
export function keyName(key: AnyNode, computed: boolean): string | undefined {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (!computed && key.type === 'Identifier') return key.name;
  if (key.type === 'Literal' && (typeof key.value === 'string' || typeof key.value === 'number'))
    return String(key.value);
  return undefined;
}

/** As `keyName`, for people: well-known symbols are named too. */
export function shownKeyName(key: AnyNode, computed: boolean): string | undefined {
  if (computed && key.type === 'MemberExpression' && key.object.type === 'Identifier' && key.object.name === 'Symbol') {
    const name = keyName(key.property, key.computed);
    if (name !== undefined) return `[Symbol.${name}]`;
  }
  return keyName(key, computed);
}

/** Adds the identifiers that a pattern binds or assigns, in source order. Member targets are not among them. */
export function patternIdentifiers(pattern: AnyNode, into: NodeOf<'Identifier'>[] = []): NodeOf<'Identifier'>[] {
  switch (pattern.type) {
    case 'Identifier':
      into.push(pattern);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        patternIdentifiers(property.type === 'RestElement' ? property.argument : property.value, into);
      }
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element !== null) patternIdentifiers(element, into);
      break;
    case 'RestElement':
      patternIdentifiers(pattern.argument, into);
      break;
    case 'AssignmentPattern':
      patternIdentifiers(pattern.left, into);
      break;
    default:
      break;
  }
  return into;
}

/** The operands of `a + b + c`, in order. Such chains may be long: they are walked without recursion. */
export function operandsOf(node: NodeOf<'BinaryExpression'>): AnyNode[] {
  const operands: AnyNode[] = [];
  let left: AnyNode = node;
  while (left.type === 'BinaryExpression') {
    operands.push(left.right);
    left = left.left;
  }
  operands.push(left);
  return operands.reverse();
}

export function hasDirective(body: readonly AnyNode[], directive: string): boolean {
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || statement.directive === undefined) return false;
    if (statement.directive === directive) return true;
  }
  return false;
}
