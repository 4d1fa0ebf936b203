import type { AnyNode } from 'acorn';
import { K, SITE_MUTATION } from '@execution-cinema/format';
import { isAnonymousDefinition, keyName, type NodeOf } from '../ast.ts';
import type { Walk } from '../walk.ts';
import { ownerOf } from './properties.ts';

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

type Method = NodeOf<'CallExpression'> & { callee: NodeOf<'MemberExpression'> };

/** Visits a call that may change a container. False when it is none, or cannot be wrapped, and nothing was done. */
export function visitMutation(walk: Walk, node: NodeOf<'CallExpression'>): boolean {
  if (!walk.records(2) || !isMethodCall(walk, node)) return false;
  const { callee } = node;
  const name = keyName(callee.property, false)!;
  const code = codeOf(name, node.arguments);
  const owner = code === undefined ? undefined : ownerOf(walk, callee, node.start === callee.start);
  if (code === undefined || owner === undefined) return false;
  const { sites, templates, edits } = walk;
  const args = node.arguments;
  const key = KEYED.has(code & ((1 << CODE_BITS) - 1)) ? args[0]! : undefined;
  const ownerName = callee.object.type === 'Identifier' ? callee.object.name : memberName(callee.object);
  const site = walk.site(SITE_MUTATION, 2, node, sites.name(name), sites.text(walk.text(callee.object)), ownerName);
  const open = `${templates.open(key === undefined ? 'mu' : 'mk', site)}${code},`;
  edits.insert(node.start, open + (owner.keep === undefined ? `${owner.name},` : `${owner.name}=`));
  walk.visit(callee.object);
  if (owner.keep !== undefined) edits.insert(owner.keep.end, `,${owner.name}`);
  if (key === undefined) {
    walk.visitAll(args);
    edits.insert(node.end, ')');
  } else visitKeyed(walk, node, key, args.slice(1));
  return true;
}

/** A call `o.method(...)` or `o?.method(...)` whose object has no optional links of this chain. */
function isMethodCall(walk: Walk, node: NodeOf<'CallExpression'>): node is Method {
  const { callee } = node;
  if (node.optional || callee.type !== 'MemberExpression' || callee.computed) return false;
  if (callee.property.type !== 'Identifier' || !(callee.property.name in OPERATIONS)) return false;
  return callee.object.type !== 'Super' && walk.withoutTemporaries === 0 && !hasOptionalLink(callee.object);
}

function hasOptionalLink(node: AnyNode): boolean {
  if (node.type === 'MemberExpression') return node.optional === true || hasOptionalLink(node.object);
  return node.type === 'CallExpression' && (node.optional === true || hasOptionalLink(node.callee));
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
function visitKeyed(walk: Walk, node: Method, key: AnyNode, rest: readonly AnyNode[]): void {
  const { frame, edits } = walk;
  if (isSteady(walk, key, rest)) {
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

function isSteady(walk: Walk, key: AnyNode, rest: readonly AnyNode[]): boolean {
  if (key.type === 'Literal') return !(key.value instanceof RegExp);
  if (key.type !== 'Identifier' || walk.scope.resolve(key.name) === undefined) return false;
  return rest.every((argument) => argument.type === 'Literal' || argument.type === 'Identifier');
}
