// Names as recordings give them: what JavaScript itself calls a function, else what a reader would, from where it stands.
import { isClass, isField, isFunction, keyName, nodeIn, textIn, type SyntaxNode } from './syntax.ts';

export const ANONYMOUS = '(anonymous)';

export function qualified(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The name that a function, class or object gets as `field` of `node`; empty if none. */
export function nameGiven(node: SyntaxNode, child: SyntaxNode, field: string): string {
  switch (node.type) {
    case 'VariableDeclarator':
      return field === 'init' ? identifierName(nodeIn(node, 'id')) : '';
    case 'AssignmentExpression':
      return field === 'right' ? targetName(nodeIn(node, 'left')) : '';
    case 'AssignmentPattern':
      return field === 'right' ? identifierName(nodeIn(node, 'left')) : '';
    case 'ExportDefaultDeclaration':
      return isFunction(child) || isClass(child) ? 'default' : '';
    default:
      return (node.type === 'Property' || isField(node)) && field === 'value' ? (keyName(node) ?? '') : '';
  }
}

function identifierName(node: SyntaxNode | undefined): string {
  return (node?.type === 'Identifier' && textIn(node, 'name')) || '';
}

/** `total`, `Cart.total` for `Cart.prototype.total`, `a.b`; the `exports` of CommonJS are left out. */
function targetName(target: SyntaxNode | undefined): string {
  if (target?.type !== 'MemberExpression') return identifierName(target);
  const own = memberName(target);
  if (own === '' || own === 'exports') return '';
  const object = nodeIn(target, 'object');
  if (own === 'prototype') return targetName(object);
  const owner = ownerName(object);
  return owner === '' ? own : `${owner}.${own}`;
}

function ownerName(object: SyntaxNode | undefined): string {
  if (object?.type !== 'MemberExpression') {
    const name = identifierName(object);
    return name === 'exports' || name === 'module' ? '' : name;
  }
  const own = memberName(object);
  if (own === 'prototype') return ownerName(nodeIn(object, 'object'));
  return own === 'exports' ? '' : own;
}

function memberName(member: SyntaxNode): string {
  const property = nodeIn(member, 'property');
  return property ? (keyName({ ...member, key: property }) ?? '') : '';
}
