import type { AnyNode } from 'acorn';
import { type FunctionNode, isAnonymousDefinition, type NodeOf, type NodeType, shownKeyName } from '../ast.ts';
import { skipTrivia } from '../trivia.ts';
import type { Walk } from '../walk.ts';
import type { Role } from './function-facts.ts';
import { visitFunction, visitStaticBlock } from './functions.ts';
import { visitFieldValue } from './properties.ts';

function visitClass(walk: Walk, node: NodeOf<'ClassDeclaration' | 'ClassExpression'>): void {
  walk.bare = null;
  const { path, hint } = walk;
  walk.hint = '';
  if (node.superClass != null) walk.visit(node.superClass);
  const name = node.id?.name ?? hint;
  if (name !== '') walk.path = path === '' ? name : `${path}.${name}`;
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') visitStaticBlock(walk, member);
    else {
      if (member.computed) walk.visit(member.key);
      if (member.type === 'PropertyDefinition') visitField(walk, member);
      else visitMethod(walk, member, shownKeyName(member.key, member.computed), node.superClass != null);
    }
  }
  walk.path = path;
}

/** The initializer runs as a function of its own: it sees the variables around the class, but temporaries would be shared. */
function visitField(walk: Walk, member: NodeOf<'PropertyDefinition'>): void {
  if (member.value == null) return;
  const around = walk.scope;
  const scope = walk.enterScope(member);
  walk.withoutTemporaries++;
  visitFieldValue(walk, member, !isAnonymousDefinition(member.value));
  walk.withoutTemporaries--;
  walk.leaveScope(scope);
  // Its parent is a scope with the class's own name, which the code around the class is not in.
  walk.scope = around;
}

/** A method, accessor or constructor of a class or an object literal. */
export function visitMethod(
  walk: Walk,
  member: NodeOf<'MethodDefinition' | 'Property'>,
  name: string | undefined,
  isDerived: boolean,
): void {
  let { start } = member;
  if (member.type === 'MethodDefinition' && member.static) start = skipTrivia(walk.source, start + 'static'.length);
  walk.hint = name ?? '';
  visitFunction(walk, member.value as AnyNode as FunctionNode, { role: roleOf(member.kind, isDerived), start });
}

function roleOf(kind: 'constructor' | 'method' | 'get' | 'set' | 'init', isDerived: boolean): Role {
  switch (kind) {
    case 'constructor':
      return isDerived ? 'derived constructor' : 'constructor';
    case 'get':
      return 'getter';
    case 'set':
      return 'setter';
    default:
      return 'method';
  }
}

/** `statement` is the export around the declaration, if there is one. */
export function visitClassDeclaration(walk: Walk, node: NodeOf<'ClassDeclaration'>, statement: AnyNode = node): void {
  visitClass(walk, node);
  if (node.id == null) return;
  const call = walk.write(node.id.name, node.id, 'class', true);
  if (call !== '') walk.after(statement, call);
}

export const classVisitors: { readonly [T in NodeType]?: (walk: Walk, node: NodeOf<T>) => void } = {
  ClassDeclaration: (walk, node) => visitClassDeclaration(walk, node),
  ClassExpression: visitClass,
};
