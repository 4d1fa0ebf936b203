import { calleePath, isFunction, nodeIn, nodesIn, textIn, type SyntaxNode } from '@execution-cinema/codemap';
import type { Value } from '@execution-cinema/format';
import type { Site } from '../../read/sites.ts';
import { isTruthy } from '../evaluate.ts';
import { bare } from './source-trees.ts';

/** Returns behind the last thing that the call did come first, nearest first. */
export function rank(node: SyntaxNode, line: number): number {
  const end = node.loc.end.line;
  return end >= line ? end - line : 1_000_000 + line - end;
}

export function isTruthyOr(value: Value): boolean {
  try {
    return isTruthy(value);
  } catch {
    return true;
  }
}

/** Whether a function is the one that a call names. */
export function isCalled(site: Site | undefined, name: string, isNew: boolean): boolean {
  const parts = site?.function.name.split('.') ?? [];
  if (site?.function.kind === 'constructor') return (isNew || name === 'super') && parts.at(-2) === name;
  return !isNew && parts.at(-1) === name;
}

/** Name of the function or method that a call names, without what it belongs to. */
export function nameOfCall(node: SyntaxNode): string {
  return calleePath(nodeIn(node, 'callee')).split('.').pop()!;
}

export function isNamespace(node: SyntaxNode): boolean {
  return (
    node.type === 'Identifier' &&
    /^(?:Math|JSON|Object|Array|Number|String|Promise|console|Date)$/.test(textIn(node, 'name') ?? '')
  );
}

export function itemOf(holder: { keys: Value[]; items: Value[]; type: string }, key: string | number): Value {
  return holder.type === 'array' ? holder.items[Number(key)] : holder.items[holder.keys.indexOf(String(key))];
}

/** Operands that are values of their own: literals have no origin. */
export function operandsOf(node: SyntaxNode): SyntaxNode[] {
  switch (node.type) {
    case 'Literal':
      return [];
    case 'BinaryExpression':
      return [nodeIn(node, 'left')!, nodeIn(node, 'right')!].flatMap((inner) => operandsOf(bare(inner)));
    case 'UnaryExpression':
      return operandsOf(bare(nodeIn(node, 'argument')!));
    case 'TemplateLiteral':
      return nodesIn(node, 'expressions').flatMap((inner) => operandsOf(bare(inner)));
    case 'SpreadElement':
      return operandsOf(bare(nodeIn(node, 'argument')!));
    default:
      return isFunction(node) ? [] : [node];
  }
}

export function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
