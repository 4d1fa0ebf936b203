import { calleePath } from './callee.ts';
import { nodeIn, nodesIn, stringValue, textIn, type SyntaxNode } from './syntax.ts';
import type { ExportEntry, ImportEntry } from './types.ts';

/** Name of an identifier, or of a string that stands for one (`export { a as 'b c' }`). */
function nameOf(node: SyntaxNode | undefined): string {
  return (node && (textIn(node, 'name') ?? stringValue(node))) ?? '';
}

/** The import that a statement or call is, if it is one. `parent` tells the names that a `require` is taken apart into. */
export function importOf(node: SyntaxNode, parent: SyntaxNode | undefined): ImportEntry | undefined {
  const { line } = node.loc.start;
  switch (node.type) {
    case 'ImportDeclaration':
      return {
        from: stringValue(nodeIn(node, 'source')) ?? '',
        kind: node['importKind'] === 'type' ? 'type' : 'import',
        names: nodesIn(node, 'specifiers').map(importedName),
        line,
      };
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration': {
      const from = stringValue(nodeIn(node, 'source'));
      return from === undefined ? undefined : { from, kind: 'export', names: [], line };
    }
    case 'ImportExpression': {
      const from = stringValue(nodeIn(node, 'source'));
      return from === undefined ? undefined : { from, kind: 'dynamic', names: [], line };
    }
    case 'TSImportEqualsDeclaration': {
      const from = stringValue(nodeIn(nodeIn(node, 'moduleReference') ?? node, 'expression'));
      if (from === undefined) return undefined;
      return { from, kind: 'require', names: [{ imported: '=', local: nameOf(nodeIn(node, 'id')) }], line };
    }
    case 'CallExpression': {
      if (calleePath(nodeIn(node, 'callee')) !== 'require') return undefined;
      const from = stringValue(nodesIn(node, 'arguments')[0]);
      return from === undefined ? undefined : { from, kind: 'require', names: requiredNames(parent), line };
    }
    default:
      return undefined;
  }
}

function importedName(specifier: SyntaxNode): ImportEntry['names'][number] {
  const local = nameOf(nodeIn(specifier, 'local'));
  if (specifier.type === 'ImportDefaultSpecifier') return { imported: 'default', local };
  if (specifier.type === 'ImportNamespaceSpecifier') return { imported: '*', local };
  return { imported: nameOf(nodeIn(specifier, 'imported')), local };
}

function requiredNames(parent: SyntaxNode | undefined): ImportEntry['names'] {
  const target = parent?.type === 'VariableDeclarator' ? nodeIn(parent, 'id') : undefined;
  if (target?.type === 'Identifier') return [{ imported: '=', local: nameOf(target) }];
  if (target?.type !== 'ObjectPattern') return [];
  return nodesIn(target, 'properties').flatMap((property) => {
    const value = nodeIn(property, 'value');
    const local = nameOf(value?.type === 'AssignmentPattern' ? nodeIn(value, 'left') : value);
    return local === '' ? [] : [{ imported: nameOf(nodeIn(property, 'key')), local }];
  });
}

/** What a statement or an assignment exports. */
export function exportsOf(node: SyntaxNode): ExportEntry[] {
  const { line } = node.loc.start;
  const from = stringValue(nodeIn(node, 'source')) ?? null;
  switch (node.type) {
    case 'ExportDefaultDeclaration': {
      const declaration = nodeIn(node, 'declaration');
      const local = declaration && nameOf(declaration.type === 'Identifier' ? declaration : nodeIn(declaration, 'id'));
      return [{ name: 'default', local: local || null, from, kind: 'default', line }];
    }
    case 'ExportAllDeclaration':
      return [{ name: nameOf(nodeIn(node, 'exported')) || '*', local: null, from, kind: 'all', line }];
    case 'TSExportAssignment':
      return [{ name: '=', local: nameOf(nodeIn(node, 'expression')) || null, from, kind: 'commonjs', line }];
    case 'ExportNamedDeclaration': {
      const kind = node['exportKind'] === 'type' ? 'type' : 'named';
      const declared = declaredNames(nodeIn(node, 'declaration'));
      const listed = nodesIn(node, 'specifiers').map((specifier) => ({
        name: nameOf(nodeIn(specifier, 'exported')),
        local: from === null ? nameOf(nodeIn(specifier, 'local')) : null,
      }));
      return [...declared.map((name) => ({ name, local: name })), ...listed].map((entry) => ({
        ...entry,
        from,
        kind,
        line,
      }));
    }
    case 'AssignmentExpression':
      return commonJsExports(node);
    default:
      return [];
  }
}

function declaredNames(declaration: SyntaxNode | undefined): string[] {
  if (!declaration) return [];
  if (declaration.type !== 'VariableDeclaration')
    return [nameOf(nodeIn(declaration, 'id'))].filter((name) => name !== '');
  return nodesIn(declaration, 'declarations').flatMap((declarator) => boundNames(nodeIn(declarator, 'id')));
}

/** Names that a pattern binds. */
function boundNames(pattern: SyntaxNode | undefined): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [nameOf(pattern)];
    case 'ObjectPattern':
      return nodesIn(pattern, 'properties').flatMap((property) =>
        boundNames(property.type === 'RestElement' ? property : nodeIn(property, 'value')),
      );
    case 'ArrayPattern':
      return nodesIn(pattern, 'elements').flatMap(boundNames);
    case 'AssignmentPattern':
      return boundNames(nodeIn(pattern, 'left'));
    case 'RestElement':
      return boundNames(nodeIn(pattern, 'argument'));
    default:
      return [];
  }
}

/** `exports.a = x`, `module.exports.a = x`, `module.exports = x`, `module.exports = { a, b: c }`. */
function commonJsExports(node: SyntaxNode): ExportEntry[] {
  const target = calleePath(nodeIn(node, 'left'));
  const match = /^(?:module\.)?exports(?:\.([\w$]+))?$/.exec(target);
  if (!match || target === 'exports') return [];
  const value = nodeIn(node, 'right');
  const { line } = node.loc.start;
  const local = value?.type === 'Identifier' ? nameOf(value) : null;
  const whole: ExportEntry = { name: match[1] ?? '=', local, from: null, kind: 'commonjs', line };
  if (match[1] !== undefined || value?.type !== 'ObjectExpression') return [whole];
  return nodesIn(value, 'properties').flatMap((property) => {
    const name = property['computed'] === true ? '' : nameOf(nodeIn(property, 'key'));
    const inner = nodeIn(property, 'value');
    if (name === '') return [];
    return [
      { ...whole, name, local: inner?.type === 'Identifier' ? nameOf(inner) : null, line: property.loc.start.line },
    ];
  });
}
