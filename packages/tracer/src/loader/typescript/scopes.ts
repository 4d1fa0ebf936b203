// Which names the statements of a scope declare, by the rules of strict code.
import type { AnyNode, Pattern } from 'acorn';

/** Names that a statement list binds in its own block: let, const, using, classes, functions, imports. */
export function declareLexical(statements: readonly AnyNode[], names: Set<string>): void {
  for (const statement of statements) {
    const node = declarationIn(statement);
    if (node.type === 'VariableDeclaration' && node.kind !== 'var') {
      for (const { id } of node.declarations) declarePattern(id, names);
    } else if ((node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id) {
      names.add(node.id.name);
    } else if (node.type === 'ImportDeclaration') {
      for (const { local } of node.specifiers) names.add(local.name);
    }
  }
}

/** Names that `var` binds anywhere below, inner functions and classes left out. */
export function declareVars(nodes: readonly (AnyNode | null | undefined)[], names: Set<string>): void {
  for (const statement of nodes) {
    if (!statement) continue;
    const node = declarationIn(statement);
    switch (node.type) {
      case 'VariableDeclaration':
        if (node.kind === 'var') for (const { id } of node.declarations) declarePattern(id, names);
        break;
      case 'BlockStatement':
        declareVars(node.body, names);
        break;
      case 'IfStatement':
        declareVars([node.consequent, node.alternate], names);
        break;
      case 'ForStatement':
        declareVars([node.init, node.body], names);
        break;
      case 'ForInStatement':
      case 'ForOfStatement':
        declareVars([node.left, node.body], names);
        break;
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'LabeledStatement':
      case 'WithStatement':
        declareVars([node.body], names);
        break;
      case 'SwitchStatement':
        for (const { consequent } of node.cases) declareVars(consequent, names);
        break;
      case 'TryStatement':
        declareVars([node.block, node.handler?.body, node.finalizer], names);
        break;
      default:
        break;
    }
  }
}

function declarationIn(statement: AnyNode): AnyNode {
  if (statement.type === 'ExportNamedDeclaration') return statement.declaration ?? statement;
  return statement.type === 'ExportDefaultDeclaration' ? statement.declaration : statement;
}

/** Names that a parameter, a catch clause or one declaration binds. */
export function declarePattern(pattern: Pattern, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        declarePattern(property.type === 'RestElement' ? property.argument : property.value, names);
      }
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element) declarePattern(element, names);
      break;
    case 'RestElement':
      declarePattern(pattern.argument, names);
      break;
    case 'AssignmentPattern':
      declarePattern(pattern.left, names);
      break;
    default:
      break;
  }
}
