import type { AnyNode } from 'acorn';
import { K, SITE_MUTATION } from '@execution-cinema/format';
import { isAnonymousDefinition, keyName, type NodeOf } from '../ast.ts';
import type { Walk } from '../walk.ts';
import { lastOptional, visitChainParts } from './chains.ts';
import { ownerOf, type Owner } from './properties.ts';

/*
 * `this.items.push(x)`: a built-in method changes an array, Map or Set without any write in sight. The call is wrapped
 * in a probe that gets the container, evaluated once and before: `mu(s,code,o=this.items,o.push(x))`. Whether it is a
 * built-in container is known at run time only.
 */

/** Operation by name of the method. */
const OPERATIONS: Readonly<Record<string, number>> = Object.assign(Object.create(null) as Record<string, number>, {
  push: K.MUTATE_PUSH,
  pop: K.MUTATE_POP,
  unshift: K.MUTATE_UNSHIFT,
  shift: K.MUTATE_SHIFT,
  splice: K.MUTATE_CONTENT,
  sort: K.MUTATE_CONTENT,
  reverse: K.MUTATE_CONTENT,
  fill: K.MUTATE_CONTENT,
  copyWithin: K.MUTATE_CONTENT,
  set: K.MUTATE_SET,
  add: K.MUTATE_ADD,
  delete: K.MUTATE_DELETE,
  clear: K.MUTATE_CONTENT,
});

/** Operations whose first argument is the key. */
const KEYED: ReadonlySet<number> = new Set([K.MUTATE_SET, K.MUTATE_ADD, K.MUTATE_DELETE]);
/** Values that one event tells; of more the container's content is taken. */
const VALUES_MAX = 8;
const CODE_BITS = 4;

/** A call that may change a container. */
export interface Mutation {
  callee: NodeOf<'MemberExpression'>;
  name: string;
  code: number;
}

/** How the container of a call is named, where text before the call goes, and what visits the container's own text. */
interface MutationOwner extends Owner {
  start: number;
  visit: () => void;
}

/** Visits a call that may change a container. False when it is none, or cannot be wrapped as it is, and nothing was done. */
export function visitMutation(walk: Walk, node: NodeOf<'CallExpression'>): boolean {
  const mutation = mutationOf(walk, node);
  if (mutation === undefined) return false;
  const { callee } = mutation;
  const isWithinChain = lastOptional(callee.object) !== undefined;
  // Where something further out is missing the call would be made all the same, but for `?.` before the method.
  if (isWithinChain && !callee.optional) return false;
  const owner = ownerOf(walk, callee, node.start === callee.start);
  if (owner === undefined) return false;
  const visit = (): void => {
    if (isWithinChain) visitChainParts(walk, callee.object);
    else walk.visit(callee.object);
  };
  visitMutationOf(walk, node, mutation, { ...owner, start: node.start, visit });
  return true;
}

export function visitMutationOf(
  walk: Walk,
  node: NodeOf<'CallExpression'>,
  { callee, name, code }: Mutation,
  owner: MutationOwner,
): void {
  const { sites, templates, edits } = walk;
  const args = node.arguments;
  const key = KEYED.has(code & ((1 << CODE_BITS) - 1)) ? args[0]! : undefined;
  const ownerName = callee.object.type === 'Identifier' ? callee.object.name : memberName(callee.object);
  const site = walk.site(SITE_MUTATION, 2, node, sites.name(name), sites.text(walk.text(callee.object)), ownerName);
  const open = `${templates.open(key === undefined ? 'mu' : 'mk', site)}${code},`;
  edits.insert(owner.start, open + (owner.keep === undefined ? `${owner.name},` : `${owner.name}=`));
  owner.visit();
  if (owner.keep !== undefined) edits.insert(owner.keep.end, `,${owner.name}`);
  if (key === undefined) {
    walk.visitAll(args);
    edits.insert(node.end, ')');
  } else visitKeyed(walk, node, key, args.slice(1));
}

/** What a call `o.method(...)` or `o?.method(...)` may do to a container; undefined when it is none, or is not recorded. */
export function mutationOf(walk: Walk, node: NodeOf<'CallExpression'>): Mutation | undefined {
  const { callee } = node;
  if (!walk.records(2) || walk.withoutTemporaries > 0) return undefined;
  if (node.optional || callee.type !== 'MemberExpression' || callee.computed) return undefined;
  if (callee.property.type !== 'Identifier' || !(callee.property.name in OPERATIONS)) return undefined;
  if (callee.object.type === 'Super') return undefined;
  const { name } = callee.property;
  const code = codeOf(name, node.arguments);
  return code === undefined ? undefined : { callee, name, code };
}

/** Operation and number of values; undefined when the arguments are not those of the method. */
function codeOf(name: string, args: readonly AnyNode[]): number | undefined {
  const operation = OPERATIONS[name]!;
  const spread = args.some(({ type }) => type === 'SpreadElement');
  if (KEYED.has(operation)) {
    const count = operation === K.MUTATE_SET ? 2 : 1;
    return spread || args.length !== count ? undefined : operation;
  }
  if (operation === K.MUTATE_PUSH || operation === K.MUTATE_UNSHIFT) {
    if (args.length === 0) return undefined;
    return spread || args.length > VALUES_MAX ? K.MUTATE_CONTENT : operation | (args.length << CODE_BITS);
  }
  return operation;
}

function memberName(node: AnyNode): string | undefined {
  return node.type === 'MemberExpression' ? keyName(node.property, node.computed) : undefined;
}

/** Visits the arguments and hands the key to the probe: kept in a variable, unless writing it again gives the same. */
function visitKeyed(walk: Walk, node: NodeOf<'CallExpression'>, key: AnyNode, rest: readonly AnyNode[]): void {
  const { frame, edits } = walk;
  // Behind `?.` it may not be evaluated at all.
  if (!isOptional(node.callee) && isSteady(walk, key, rest)) {
    walk.visitAll(node.arguments);
    edits.insert(node.end, `,${walk.text(key)})`);
    return;
  }
  const name = walk.templates.key(frame.keyDepth++);
  frame.keyCount = Math.max(frame.keyCount, frame.keyDepth);
  // A function without a name would take that of the variable.
  const unnamed = isAnonymousDefinition(key);
  walk.wrap(key, unnamed ? `${name}=(0,` : `${name}=`, unnamed ? ')' : '', () => walk.visit(key));
  walk.visitAll(rest);
  edits.insert(node.end, `,${name})`);
  frame.keyDepth--;
}

function isOptional(callee: AnyNode): boolean {
  return callee.type === 'MemberExpression' && callee.optional === true;
}

function isSteady(walk: Walk, key: AnyNode, rest: readonly AnyNode[]): boolean {
  if (key.type === 'Literal') return !(key.value instanceof RegExp);
  if (key.type !== 'Identifier' || walk.scope.resolve(key.name) === undefined) return false;
  return rest.every((argument) => argument.type === 'Literal' || argument.type === 'Identifier');
}
