import type { AnyNode } from 'acorn';
import { isAnonymousDefinition, type NodeOf } from '../ast.ts';
import { findPunctuator } from '../trivia.ts';
import type { Walk } from '../walk.ts';
import { mutationOf, visitMutation, visitMutationOf, type Mutation } from './mutations.ts';

/*
 * Optional chains. `a?.b.push(x)` is one value, and wrapping a part of it would end the short circuit there. To record what
 * such a part does, what the last optional link may find missing is had before the rest:
 * `j((o=a)===null||o===void 0?void 0:mu(s,code,o=o?.b,o.push(x)))`, where the rest has no short circuit any more.
 */

type Link = NodeOf<'MemberExpression'> | NodeOf<'CallExpression'>;

/** The text of a chain from its last optional link on. */
export interface Rest {
  /** What the last optional link is a link of. */
  base: AnyNode;
  /** Where its text ends: at the `?.`. */
  start: number;
}

/** Visits the parts of an optional chain, or of something before its last optional links. */
export function visitChainParts(walk: Walk, node: AnyNode): void {
  if (node.type !== 'MemberExpression' && node.type !== 'CallExpression') {
    walk.visitBare(node);
    return;
  }
  // `a?.push(x)`: where there is no `a`, there is no container.
  if (node.type === 'CallExpression' && visitMutation(walk, node)) return;
  const optional = lastOptional(node);
  const rest = optional && restOf(walk, optional);
  if (rest && hasMutation(walk, node, rest)) {
    openRest(walk, node, rest, 'void 0', () => visitRest(walk, node, rest));
    return;
  }
  visitChainParts(walk, node.type === 'CallExpression' ? node.callee : node.object);
  if (node.type === 'CallExpression') walk.visitAll(node.arguments);
  else if (node.computed) walk.visit(node.property);
}

/** The last optional link of a chain that ends with `node`, itself included. */
export function lastOptional(node: AnyNode): Link | undefined {
  for (let link = node; link.type === 'MemberExpression' || link.type === 'CallExpression';) {
    if (link.optional === true) return link;
    link = link.type === 'CallExpression' ? link.callee : link.object;
  }
  return undefined;
}

/** Undefined where what comes before the link cannot be had on its own. */
export function restOf(walk: Walk, optional: Link): Rest | undefined {
  if (walk.withoutTemporaries > 0) return undefined;
  const base = optional.type === 'CallExpression' ? optional.callee : optional.object;
  if (optional.type === 'CallExpression') {
    // `a.f?.()` has `a` for its `this`; `eval` is told by its name.
    if (base.type === 'MemberExpression' || base.type === 'ChainExpression') return undefined;
    if (base.type === 'Identifier' && base.name === 'eval') return undefined;
  }
  // A function without a name would take that of the variable.
  if (isAnonymousDefinition(base)) return undefined;
  const start = findPunctuator(walk.source, base.end, '?', ')');
  return start < 0 ? undefined : { base, start };
}

/**
 * Writes the test for what the last optional link may find missing, and what `node` is then. `before` stands right before
 * its text.
 */
export function openRest(
  walk: Walk,
  node: AnyNode,
  { base, start }: Rest,
  missing: string,
  inside: () => void,
  before: () => void = () => undefined,
): void {
  const { edits, templates } = walk;
  const { owner } = templates;
  walk.frame.usesOwner = true;
  edits.insert(node.start, `${templates.probe('j')}((${owner}=`);
  before();
  visitChainParts(walk, base);
  edits.insert(start, `)===null||${owner}===void 0?${missing}:`);
  inside();
  edits.insert(node.end, ')');
}

function hasMutation(walk: Walk, node: AnyNode, { base }: Rest): boolean {
  for (let link = node; link !== base;) {
    if (link.type === 'CallExpression') {
      if (mutationOf(walk, link) !== undefined) return true;
      link = link.callee;
    } else if (link.type === 'MemberExpression') link = link.object;
    else return false;
  }
  return false;
}

/** Visits what follows the base, which has its value in the variable for owners. Text to be put before it goes behind the base. */
export function visitRest(walk: Walk, node: AnyNode, rest: Rest): void {
  if (node === rest.base) walk.edits.insert(rest.start, walk.templates.owner);
  else if (node.type === 'MemberExpression') {
    visitRest(walk, node.object, rest);
    if (node.computed) walk.visit(node.property);
  } else if (node.type === 'CallExpression') {
    const mutation = mutationOf(walk, node);
    if (mutation !== undefined) visitMutationOf(walk, node, mutation, ownerInRest(walk, mutation, rest));
    else {
      visitRest(walk, node.callee, rest);
      walk.visitAll(node.arguments);
    }
  }
}

function ownerInRest(walk: Walk, { callee }: Mutation, rest: Rest): Parameters<typeof visitMutationOf>[3] {
  const { object } = callee;
  const name = walk.templates.owner;
  const keep =
    object === rest.base
      ? undefined
      : { start: rest.start, end: findPunctuator(walk.source, object.end, callee.optional ? '?' : '.', '') };
  return { name, keep, start: rest.start, visit: () => visitRest(walk, object, rest) };
}
