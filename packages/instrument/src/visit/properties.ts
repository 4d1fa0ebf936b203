import type { AnyNode } from 'acorn';
import { SITE_DELETE, SITE_PROPERTY } from '@execution-cinema/format';
import { isAnonymousDefinition, isInert, keyName, type NodeOf } from '../ast.ts';
import type { Walk } from '../walk.ts';
import { findPunctuator, skipTrivia } from '../trivia.ts';
import { hintName, targetName } from './names.ts';
import { lastOptional, openRest, restOf, visitChainParts, visitRest } from './chains.ts';
import { beginsWithRequire } from './exports-shapes.ts';
import { visitLink } from './expressions.ts';

type Member = NodeOf<'MemberExpression'>;

const CONDITIONAL = new Set(['||=', '&&=', '??=']);

/** How a probe names the object of a property. */
export interface Owner {
  /** Expression that gives the object again without running anything. */
  name: string;
  /** Range of the object's text when it must be kept in a temporary variable first. */
  keep: { start: number; end: number } | undefined;
}

/** `o.x = v`, `o[k] += v`, `o.x ||= v`. */
export function visitPropertyAssignment(walk: Walk, node: NodeOf<'AssignmentExpression'> & { left: Member }): void {
  const { left, right, operator } = node;
  hintName(walk, right, targetName(left));
  const hint = walk.hint;
  walk.hint = '';
  const owner = ownerOf(walk, left, node.start === left.start);
  const startsWithRequire = walk.sourceType === 'commonjs' && beginsWithRequire(right);
  const visitRight = (): void => {
    walk.hint = hint;
    if (startsWithRequire) visitLink(walk, right);
    else walk.visitBare(right);
  };
  if (owner === undefined || startsWithRequire) {
    visitTarget(walk, left);
    visitRight();
    return;
  }
  const key = keyOf(walk, left, right);
  const site = propertySite(walk, left);
  const { templates, edits } = walk;
  if (CONDITIONAL.has(operator)) {
    if (owner.keep !== undefined) edits.insert(owner.keep.start, `${templates.probe('j')}(${owner.name}=`);
    visitTargetKeeping(walk, left, owner, ')', key);
    const open = `${templates.open(key === undefined ? 'p' : 'pc', site)}${owner.name},`;
    walk.wrap(right, open, key === undefined ? ')' : `,${key.name})`, visitRight);
  } else {
    const probe = templates.open(key === undefined ? 'p' : 'pc', site);
    edits.insert(node.start, probe + (owner.keep === undefined ? `${owner.name},` : `${owner.name}=`));
    visitTargetKeeping(walk, left, owner, `,${owner.name}`, key);
    visitRight();
    edits.insert(node.end, key === undefined ? ')' : `,${key.name})`);
  }
  releaseKey(walk, key);
}

/** `o.x++`, `--o[k]`. */
export function visitPropertyUpdate(walk: Walk, node: NodeOf<'UpdateExpression'> & { argument: Member }): void {
  const { argument, operator, prefix } = node;
  const place = prefix ? skipTrivia(walk.source, node.start + 2) : node.start;
  const owner = ownerOf(walk, argument, place === argument.start);
  // `++a.b.c` would need the object before the operator.
  if (owner === undefined || (prefix && owner.keep !== undefined)) {
    visitTarget(walk, argument);
    return;
  }
  const key = keyOf(walk, argument, undefined);
  const site = propertySite(walk, argument);
  const { templates, edits } = walk;
  const probe = prefix ? (key === undefined ? 'p' : 'pc') : key === undefined ? 'pp' : 'ppc';
  edits.insert(
    node.start,
    templates.open(probe, site) + (owner.keep === undefined ? `${owner.name},` : `${owner.name}=`),
  );
  visitTargetKeeping(walk, argument, owner, `,${owner.name}`, key);
  const step = prefix ? '' : operator === '++' ? ',1' : ',-1';
  edits.insert(node.end, `${step}${key === undefined ? '' : `,${key.name}`})`);
  releaseKey(walk, key);
}

/** `delete o.x`, `delete o[k]`. */
export function visitDelete(walk: Walk, node: NodeOf<'UnaryExpression'>): void {
  const isChain = node.argument.type === 'ChainExpression';
  const argument = node.argument.type === 'ChainExpression' ? node.argument.expression : node.argument;
  if (argument.type !== 'MemberExpression' || argument.property.type === 'PrivateIdentifier') {
    walk.visitBare(node.argument);
    return;
  }
  const operatorEnd = node.start + 'delete'.length;
  const isFirst = skipTrivia(walk.source, operatorEnd) === argument.start;
  const owner = ownerOf(walk, argument, isFirst);
  const optional = lastOptional(argument.object);
  // Of `delete a?.b.c` nothing is deleted, and nothing read, where `a` is missing; `delete a?.b?.c` may be tried.
  const rest = optional && !argument.optional && isFirst ? restOf(walk, optional) : undefined;
  if (owner === undefined || (optional !== undefined && !argument.optional && rest === undefined)) {
    if (isChain) visitChainParts(walk, argument);
    else visitTarget(walk, argument);
    return;
  }
  const { templates, edits } = walk;
  const key = keyOf(walk, argument, undefined);
  const site = walk.site(SITE_DELETE, 2, node, nameIndex(walk, argument), walk.sites.text(walk.text(argument.object)));
  const open = templates.open('d', site);
  const name = keyName(argument.property, argument.computed);
  const close = `,${key?.name ?? JSON.stringify(name)})`;
  if (rest !== undefined) {
    const inside = (): void => {
      edits.insert(rest.start, `${open}${owner.name}=`);
      visitRest(walk, argument.object, rest);
      keepTarget(walk, argument, owner, `,delete ${owner.name}`, key);
      edits.insert(node.end, close);
    };
    openRest(walk, node, rest, 'true', inside, () => hideOperator(walk, node));
  } else {
    edits.insert(node.start, `${open}${owner.name}${owner.keep === undefined ? ',' : '='}`);
    if (owner.keep !== undefined) hideOperator(walk, node);
    if (optional === undefined) visitObject(walk, argument.object);
    else visitChainParts(walk, argument.object);
    keepTarget(walk, argument, owner, `,delete ${owner.name}`, key);
    edits.insert(node.end, close);
  }
  releaseKey(walk, key);
}

/** The object has to be had before the operator, whose text cannot be moved: it becomes a comment and is written anew. */
function hideOperator({ edits }: Walk, { start }: NodeOf<'UnaryExpression'>): void {
  edits.insert(start, '/*');
  edits.insert(start + 'delete'.length, '*/');
}

/** A class field: `x = v` in a class body. */
export function visitFieldValue(walk: Walk, node: NodeOf<'PropertyDefinition'>, canWrap: boolean): void {
  const value = node.value!;
  const name = keyName(node.key, node.computed);
  hintName(walk, value, name);
  if (!canWrap || name === undefined || !walk.records(2)) {
    walk.visitBare(value);
    return;
  }
  const { sites } = walk;
  const site = walk.site(SITE_PROPERTY, 2, node, sites.name(name), sites.name('this'), name);
  walk.wrap(value, `${walk.templates.open('p', site)}this,`, ')', () => walk.visitBare(value));
}

function propertySite(walk: Walk, target: Member): number {
  const { sites } = walk;
  const name = keyName(target.property, target.computed);
  return walk.site(SITE_PROPERTY, 2, target, nameIndex(walk, target), sites.text(walk.text(target.object)), name);
}

function nameIndex(walk: Walk, target: Member): number {
  const name = keyName(target.property, target.computed);
  return name === undefined ? -1 : walk.sites.name(name);
}

/** How to name the object, or undefined where the write cannot or need not be recorded. */
export function ownerOf(walk: Walk, target: Member, isFirst: boolean): Owner | undefined {
  if (!walk.records(2)) return undefined;
  const { object } = target;
  if (object.type === 'ThisExpression' || object.type === 'Super') return { name: 'this', keep: undefined };
  if (object.type === 'Identifier') {
    const variable = walk.scope.resolve(object.name);
    if (variable !== undefined) return { name: object.name, keep: undefined };
  }
  if (isModuleExports(walk, object)) return { name: 'module.exports', keep: undefined };
  // A function without a name would take that of the variable, and nobody else refers to it.
  if (walk.withoutTemporaries > 0 || !isFirst || isAnonymousDefinition(object)) return undefined;
  const wanted = target.optional === true ? '?' : target.computed ? '[' : '.';
  const end = findPunctuator(walk.source, object.end, wanted, ')');
  if (end < 0) return undefined;
  walk.frame.usesOwner = true;
  return { name: walk.templates.owner, keep: { start: target.start, end } };
}

/** `module.exports.x = v` must stay as it is: tools read it from the text. */
function isModuleExports(walk: Walk, node: AnyNode): boolean {
  if (walk.sourceType !== 'commonjs' || node.type !== 'MemberExpression' || node.object.type !== 'Identifier')
    return false;
  if (node.object.name !== 'module' || keyName(node.property, node.computed) !== 'exports') return false;
  return walk.scope.resolve('module') !== undefined;
}

interface Key {
  name: string;
  /** The key is put into a variable when it is evaluated; else it is inert and written again. */
  kept: boolean;
}

/** How to name a computed key after the fact; undefined for a static one. `right` is evaluated after the key. */
function keyOf(walk: Walk, target: Member, right: AnyNode | undefined): Key | undefined {
  const { property, computed } = target;
  if (keyName(property, computed) !== undefined) return undefined;
  const steady = property.type === 'Literal' || (property.type === 'Identifier' && isVariable(walk, property.name));
  // Behind `?.` it may not be evaluated at all.
  if (steady && !target.optional && (right === undefined || isInert(right)))
    return { name: walk.text(property), kept: false };
  if (walk.withoutTemporaries > 0) return { name: 'void 0', kept: false };
  const { frame } = walk;
  const name = walk.templates.key(frame.keyDepth++);
  frame.keyCount = Math.max(frame.keyCount, frame.keyDepth);
  return { name, kept: true };
}

function isVariable(walk: Walk, name: string): boolean {
  return walk.scope.resolve(name) !== undefined;
}

function releaseKey(walk: Walk, key: Key | undefined): void {
  if (key?.kept === true) walk.frame.keyDepth--;
}

/** Of `a.b.c` only the whole is a value worth a site. */
export function visitObject(walk: Walk, object: AnyNode): void {
  if (object.type === 'MemberExpression') walk.visitBare(object);
  else walk.visit(object);
}

/** Visits object and key of a target whose own value must not be wrapped. */
export function visitTarget(walk: Walk, target: Member): void {
  visitObject(walk, target.object);
  if (target.computed) walk.visit(target.property);
}

function visitTargetKeeping(walk: Walk, target: Member, owner: Owner, afterOwner: string, key: Key | undefined): void {
  visitObject(walk, target.object);
  keepTarget(walk, target, owner, afterOwner, key);
}

/** What follows the text of the object. */
function keepTarget(walk: Walk, target: Member, owner: Owner, afterOwner: string, key: Key | undefined): void {
  const { edits } = walk;
  const { property, computed } = target;
  if (owner.keep !== undefined) edits.insert(owner.keep.end, afterOwner);
  if (!computed) return;
  if (key?.kept === true) walk.wrap(property, `${key.name}=`, '', () => walk.visitBare(property));
  else walk.visit(property);
}
