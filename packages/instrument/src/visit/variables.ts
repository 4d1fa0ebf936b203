import type { AnyNode } from 'acorn';
import { isAnonymousDefinition, type NodeOf, patternIdentifiers } from '../ast.ts';
import type { Walk } from '../walk.ts';
import { isRequireCall } from './exports-shapes.ts';
import { hintName } from './names.ts';
import { visitPattern } from './patterns.ts';

type Declaration = NodeOf<'VariableDeclaration'>;

/** `const a = 1, f = () => 2;` as a statement. */
export function visitDeclarationStatement(walk: Walk, node: Declaration, statement: AnyNode = node): void {
  const waiting = visitDeclarators(walk, node);
  if (waiting !== '') walk.after(statement, waiting);
}

/** The declaration in the head of a `for`. */
export function visitForInit(walk: Walk, node: Declaration): void {
  const waiting = visitDeclarators(walk, node);
  if (waiting !== '') walk.edits.insert(node.declarations.at(-1)!.end, `,${walk.templates.prefix}dv=(${waiting})`);
}

/**
 * Visits the declarators. Returns the probe calls that must still follow. Where the value cannot be wrapped, the call
 * is put before the next initializer, so that it runs before anything that initializer does.
 */
function visitDeclarators(walk: Walk, node: Declaration): string {
  let waiting = '';
  for (const { id, init } of node.declarations) {
    visitPattern(walk, id);
    if (init == null) {
      if (node.kind === 'let') recordUndefined(walk, id);
      continue;
    }
    const direct = id.type === 'Identifier' && canWrap(walk, init);
    const open = direct ? walk.openWrite(id.name, id, node.kind, true) : '';
    hintName(walk, init, id.type === 'Identifier' ? id.name : undefined);
    const first = waiting !== '' && !isAnonymousDefinition(init) ? `(${waiting},` : '';
    if (first === '' && open === '') walk.visitBare(init);
    else {
      if (first !== '') waiting = '';
      walk.wrap(init, first + open, (open === '' ? '' : ')') + (first === '' ? '' : ')'), () => walk.visitBare(init));
    }
    if (!direct) {
      const calls = walk.writes(patternIdentifiers(id), node.kind, true);
      if (calls !== '') waiting += waiting === '' ? calls : `,${calls}`;
    }
  }
  return waiting;
}

/** A function would lose its name, and tools read the exports of CommonJS modules from the text of these calls. */
function canWrap(walk: Walk, init: AnyNode): boolean {
  return !isAnonymousDefinition(init) && !(walk.sourceType === 'commonjs' && isRequireCall(init));
}

/** In a loop, `let x;` makes `x` undefined again; elsewhere a variable without a write is undefined anyway. */
function recordUndefined(walk: Walk, id: AnyNode): void {
  if (id.type !== 'Identifier' || walk.frame.loopDepth === 0 || walk.scope.resolve(id.name)?.scope.instance !== '')
    return;
  const open = walk.openWrite(id.name, id, 'let', true);
  if (open !== '') walk.edits.insert(id.end, `=${open}void 0)`);
}

/** `x = v`, `x += v`, `[a, b] = v`; assignments to properties are in `properties.ts`. */
export function visitVariableAssignment(walk: Walk, node: NodeOf<'AssignmentExpression'>, valueUsed: boolean): void {
  const { left, right, operator } = node;
  if (left.type !== 'Identifier') {
    visitDestructuring(walk, node, valueUsed);
    return;
  }
  hintName(walk, right, left.name);
  const open = walk.openWrite(left.name, left, operator);
  if (open === '') {
    walk.visitBare(right);
    return;
  }
  const conditional = operator === '||=' || operator === '&&=' || operator === '??=';
  if (conditional && !isAnonymousDefinition(right)) walk.wrap(right, open, ')', () => walk.visitBare(right));
  else walk.wrap(node, open, ')', () => walk.visitBare(right));
}

function visitDestructuring(walk: Walk, node: NodeOf<'AssignmentExpression'>, valueUsed: boolean): void {
  const calls = walk.writes(patternIdentifiers(node.left), '=', false);
  const inside = (): void => {
    visitPattern(walk, node.left);
    walk.visitBare(node.right);
  };
  if (calls === '') inside();
  else if (valueUsed) walk.wrap(node, `${walk.templates.probe('j')}(`, `,${calls})`, inside);
  else walk.wrap(node, '', `,${calls}`, inside);
}

/** `x++` and `--x`. */
export function visitVariableUpdate(
  walk: Walk,
  node: NodeOf<'UpdateExpression'> & { argument: NodeOf<'Identifier'> },
  valueUsed: boolean,
): void {
  const { argument, operator, prefix } = node;
  const { name } = argument;
  if (prefix) {
    const open = walk.openWrite(name, argument, operator);
    if (open !== '') walk.wrap(node, open, ')', () => undefined);
    return;
  }
  // Reading a global back could run a getter.
  if (walk.scope.resolve(name) === undefined) return;
  if (valueUsed) {
    const open = walk.openWrite(name, argument, operator, false, true);
    if (open !== '') walk.wrap(node, open, `,${name})`, () => undefined);
  } else {
    const call = walk.write(name, argument, operator);
    if (call !== '') walk.wrap(node, '', `,${call}`, () => undefined);
  }
}
