import type { AnyNode } from 'acorn';
import { isAnonymousDefinition, keyName } from '../ast.ts';
import type { Walk } from '../walk.ts';

/** Lets the function, class or object that `value` is take a name from where it stands. */
export function hintName(walk: Walk, value: AnyNode, name: string | undefined): void {
  if (name !== undefined && (isAnonymousDefinition(value) || value.type === 'ObjectExpression')) walk.hint = name;
}

/** The name that an assignment gives for people: `total`, `Cart.total` for `Cart.prototype.total`, `a.b`. */
export function targetName(target: AnyNode): string | undefined {
  if (target.type === 'Identifier') return target.name;
  if (target.type !== 'MemberExpression') return undefined;
  const own = keyName(target.property, target.computed);
  if (own === undefined) return undefined;
  if (own === 'exports') return undefined;
  if (own === 'prototype') return targetName(target.object);
  const owner = ownerName(target.object);
  return owner === '' ? own : `${owner}.${own}`;
}

function ownerName(object: AnyNode): string {
  if (object.type === 'Identifier') return object.name === 'exports' || object.name === 'module' ? '' : object.name;
  if (object.type !== 'MemberExpression') return '';
  const own = keyName(object.property, object.computed);
  if (own === 'prototype') return ownerName(object.object);
  if (own === 'exports' || own === undefined) return '';
  return own;
}
