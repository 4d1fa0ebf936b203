import type { AnyNode, Statement } from 'acorn';
import { patternIdentifiers } from '../ast.ts';
import type { Scope } from './scope.ts';

type Statements = readonly AnyNode[];

/** Declares what the statements of a function body or module declare in its own scope, `var` aside. */
export function hoistBody(statements: Statements, scope: Scope): void {
  for (const statement of statements) {
    switch (statement.type) {
      case 'ImportDeclaration':
        for (const specifier of statement.specifiers) scope.declare(specifier.local.name, 'import');
        break;
      case 'ExportNamedDeclaration':
        if (statement.declaration != null) hoistBodyStatement(statement.declaration, scope);
        break;
      case 'ExportDefaultDeclaration':
        hoistBodyStatement(statement.declaration, scope);
        break;
      default:
        hoistBodyStatement(statement, scope);
    }
  }
}

function hoistBodyStatement(statement: AnyNode, scope: Scope): void {
  const declared = labelled(statement);
  if (declared.type === 'FunctionDeclaration') {
    if (declared.id == null) return;
    // In a block, which the probes' try makes of the body, a function may not share its name.
    if (scope.variables.has(declared.id.name)) scope.func.needsBareBody = true;
    scope.declare(declared.id.name, 'function');
  } else hoistLexical(declared, scope);
}

/** Whether a block (or the cases of a switch) declares names of its own. */
export function declaresNames(statements: Statements): boolean {
  for (const statement of statements) {
    const { type } = labelled(statement);
    if (type === 'FunctionDeclaration' || type === 'ClassDeclaration') return true;
    if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') return true;
  }
  return false;
}

/** Declares what the statements of a block declare in its scope. */
export function hoistBlock(statements: Statements, scope: Scope): void {
  for (const statement of statements) {
    const declared = labelled(statement);
    if (declared.type === 'FunctionDeclaration') {
      const { name } = declared.id!;
      scope.declare(name, 'function');
      if (!scope.func.strict && !declared.async && !declared.generator) hoistBlockFunction(name, scope, scope.parent);
    } else hoistLexical(declared, scope);
  }
}

/** `if (x) function f() {}`: as if the function stood in a block of its own. */
export function hoistUnbracedFunction(statement: AnyNode, scope: Scope): void {
  if (statement.type === 'FunctionDeclaration') hoistBlockFunction(statement.id!.name, scope, scope);
}

/** Sloppy code sees a block's function in the whole function too, unless a block `around` it declares the name. */
function hoistBlockFunction(name: string, { func }: Scope, around: Scope | null): void {
  const body = func.scope;
  for (let scope = around; scope !== null && scope !== body; scope = scope.parent) {
    if (scope.variables.has(name)) return;
  }
  const existing = body.variables.get(name);
  if (existing === undefined) body.declare(name, 'var');
  else if (existing.kind === 'function') body.func.needsBareBody = true;
}

function hoistLexical(statement: AnyNode, scope: Scope): void {
  if (statement.type === 'ClassDeclaration') {
    if (statement.id != null) scope.declare(statement.id.name, 'class');
  } else if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') {
    const kind = statement.kind === 'await using' ? 'using' : statement.kind;
    for (const { id } of statement.declarations) {
      for (const { name } of patternIdentifiers(id)) scope.declare(name, kind);
    }
  }
}

function labelled(statement: AnyNode): AnyNode {
  let inner: AnyNode | Statement = statement;
  while (inner.type === 'LabeledStatement') inner = inner.body;
  return inner;
}
