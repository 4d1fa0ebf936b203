import type { AnyNode } from 'acorn';
import type { NodeOf, NodeType } from '../ast.ts';
import type { Walk } from '../walk.ts';
import { visitClassDeclaration } from './classes.ts';
import { visitFunction, visitFunctionNode } from './functions.ts';
import { hintName } from './names.ts';
import { visitDeclarationStatement } from './variables.ts';

function visitFunctionDeclaration(walk: Walk, node: NodeOf<'FunctionDeclaration'>): void {
  const hoisted = walk.sourceType === 'module' && walk.scope === walk.analysis.module.scope;
  visitFunction(walk, node, { role: 'function', start: node.start, guarded: hoisted });
}

/** The declaration of an export; what follows it must follow the whole statement. */
function visitExported(walk: Walk, declaration: AnyNode, statement: AnyNode): void {
  switch (declaration.type) {
    case 'VariableDeclaration':
      visitDeclarationStatement(walk, declaration, statement);
      break;
    case 'ClassDeclaration':
      visitClassDeclaration(walk, declaration, statement);
      break;
    default:
      walk.visitBare(declaration);
  }
}

export const moduleVisitors: { readonly [T in NodeType]?: (walk: Walk, node: NodeOf<T>) => void } = {
  FunctionDeclaration: visitFunctionDeclaration,
  FunctionExpression: (walk, node) => visitFunctionNode(walk, node),
  ArrowFunctionExpression: (walk, node) => visitFunctionNode(walk, node),
  VariableDeclaration: (walk, node) => visitDeclarationStatement(walk, node),
  ImportDeclaration: () => undefined,
  ExportAllDeclaration: () => undefined,
  ExportNamedDeclaration(walk, node) {
    if (node.declaration != null) visitExported(walk, node.declaration, node);
  },
  ExportDefaultDeclaration(walk, node) {
    const { declaration } = node;
    if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') {
      if (declaration.id == null) walk.hint = 'default';
    } else hintName(walk, declaration, 'default');
    visitExported(walk, declaration, node);
  },
};
