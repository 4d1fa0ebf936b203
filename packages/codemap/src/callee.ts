import { nodeIn, textIn, type SyntaxNode } from './syntax.ts';

/** What an expression in the place of a callee is, as a path: `a.b`, `this.x`, `f().y`, `list[].map`. */
export function calleePath(node: SyntaxNode | undefined): string {
  switch (node?.type) {
    case 'Identifier':
      return textIn(node, 'name') ?? '';
    case 'ThisExpression':
      return 'this';
    case 'Super':
      return 'super';
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSInstantiationExpression':
    case 'TypeCastExpression':
      return calleePath(nodeIn(node, 'expression'));
    case 'CallExpression':
      return `${calleePath(nodeIn(node, 'callee'))}()`;
    case 'MetaProperty':
      return `${calleePath(nodeIn(node, 'meta'))}.${calleePath(nodeIn(node, 'property'))}`;
    case 'MemberExpression':
      return `${calleePath(nodeIn(node, 'object'))}${memberPath(node)}`;
    default:
      return '(…)';
  }
}

function memberPath(node: SyntaxNode): string {
  const property = nodeIn(node, 'property');
  if (node['computed'] === true || !property) return '[]';
  if (property.type === 'Identifier') return `.${textIn(property, 'name') ?? ''}`;
  return `.#${textIn(property, 'name') ?? textIn(nodeIn(property, 'id') ?? property, 'name') ?? ''}`;
}
