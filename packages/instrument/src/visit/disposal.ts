import type { AnyNode } from 'acorn';
import type { NodeOf } from '../ast.ts';
import type { Walk } from '../walk.ts';
import { visitStatements } from './control.ts';
import { suspendSite, suspendUnseen } from './suspension.ts';

/**
 * Visits the statements of a block. With a `using` declaration among them, code runs after a `return` has got its
 * value; with `await using` the frame also sleeps meanwhile. Returns what must stand at the block's end.
 */
export function visitDisposing(walk: Walk, statements: readonly AnyNode[]): string {
  const declaration = walk.records(1) ? disposing(statements) : undefined;
  if (declaration === undefined) {
    visitStatements(walk, statements);
    return '';
  }
  const { frame } = walk;
  const awaits = declaration.kind === 'await using';
  frame.pendingDepth++;
  if (awaits) frame.awaitingDepth++;
  // However the rest of the block is left, the frame sleeps next. Functions cannot be moved into a block of their own.
  const wraps = awaits && statements.every((statement) => statement.type !== 'FunctionDeclaration');
  const split = statements.indexOf(declaration) + 1;
  visitStatements(walk, statements.slice(0, split));
  if (wraps) walk.edits.insert(declaration.end, ';try{');
  visitStatements(walk, statements.slice(split));
  frame.pendingDepth--;
  if (!awaits) return '';
  frame.awaitingDepth--;
  const suspend = suspendUnseen(walk, suspendSite(walk, declaration, 'await using'));
  return wraps ? `}finally{${suspend}}` : `;${suspend}`;
}

/** The declaration that says how a block is left: the last `await using`, else a `using`. */
export function disposing(statements: readonly AnyNode[]): NodeOf<'VariableDeclaration'> | undefined {
  let found: NodeOf<'VariableDeclaration'> | undefined;
  for (const statement of statements) {
    if (statement.type !== 'VariableDeclaration') continue;
    if (statement.kind === 'await using' || (statement.kind === 'using' && found === undefined)) found = statement;
  }
  return found;
}
