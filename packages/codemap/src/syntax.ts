/** A node of the ESTree that the parser makes. Read through the helpers below: fields differ by type. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  loc: { start: { line: number; column: number }; end: { line: number; column: number } };
  [field: string]: unknown;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
}

export function nodeIn(node: SyntaxNode, field: string): SyntaxNode | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

/** Nodes of a list; holes of array patterns are left out. */
export function nodesIn(node: SyntaxNode, field: string): SyntaxNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function textIn(node: SyntaxNode, field: string): string | undefined {
  const value = node[field];
  return typeof value === 'string' ? value : undefined;
}

/** Calls `visit` for every direct child, in the order in which the parser met them. */
export function forEachChild(node: SyntaxNode, visit: (child: SyntaxNode, field: string) => void): void {
  for (const field in node) {
    if (field === 'loc' || field === 'extra') continue;
    const value = node[field];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item, field);
    } else if (isNode(value)) visit(value, field);
  }
}

/** A function that has a body; overloads, abstract methods and declarations have none. */
export function isFunction(node: SyntaxNode): boolean {
  const { type } = node;
  return (
    (type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression') &&
    nodeIn(node, 'body') !== undefined
  );
}

export function isClass(node: SyntaxNode): boolean {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

/** Members whose value runs as a function of its own, once per instance or class. */
export function isField(node: SyntaxNode): boolean {
  const { type } = node;
  return type === 'PropertyDefinition' || type === 'AccessorProperty' || type === 'ClassAccessorProperty';
}

/** The name that a property key spells out, or undefined where it is computed. */
export function keyName(member: SyntaxNode): string | undefined {
  const key = nodeIn(member, 'key');
  if (!key) return undefined;
  if (key.type === 'Literal') return String(key['value']);
  if (member['computed'] === true) return undefined;
  if (key.type === 'PrivateIdentifier' || key.type === 'PrivateName') {
    return `#${textIn(key, 'name') ?? textIn(nodeIn(key, 'id') ?? key, 'name') ?? ''}`;
  }
  return textIn(key, 'name');
}

/** Value of a string literal, or undefined. */
export function stringValue(node: SyntaxNode | undefined): string | undefined {
  return node?.type === 'Literal' ? textIn(node, 'value') : undefined;
}
