// One walk over a stripped program for all that decides whether stripping was enough.
import type { AnyNode, Class, Function, Pattern, Program } from 'acorn';

/** What stands in a program; names are collected without regard to scopes. */
export interface ProgramFacts {
  /** Public or private fields, static ones too: tsc may turn them into assignments. */
  classFields: boolean;
  usingDeclarations: boolean;
  importMeta: boolean;
  /** The program opens with a "use strict" directive. */
  useStrict: boolean;
  /** The name in `export default name`. */
  defaultExport: string | undefined;
  /** Names that the code reads, calls, writes or exports, import declarations left out. */
  readonly referenced: Set<string>;
  /** Names bound by declarations, parameters and catch clauses in any scope, and by imports. */
  readonly declared: Set<string>;
  /** Names bound anywhere but by an import: a reference to one of these may not mean the import. */
  readonly shadowing: Set<string>;
}

type Visitors = {
  readonly [Type in AnyNode['type']]?: (node: Extract<AnyNode, { type: Type }>, facts: ProgramFacts) => void;
};

/** Collects the facts; costs a tenth of the parse. */
export function inspectProgram(program: Program): ProgramFacts {
  const facts: ProgramFacts = {
    classFields: false,
    usingDeclarations: false,
    importMeta: false,
    useStrict: program.body.some((node) => node.type === 'ExpressionStatement' && node.directive === 'use strict'),
    defaultExport: undefined,
    referenced: new Set(),
    declared: new Set(),
    shadowing: new Set(),
  };
  walk(program, facts);
  return facts;
}

/** Node types that need more or less than a visit of all their children. */
const VISITORS: Visitors = {
  Identifier(node, facts) {
    facts.referenced.add(node.name);
  },
  ImportDeclaration(node, facts) {
    for (const { local } of node.specifiers) facts.declared.add(local.name);
  },
  ExportNamedDeclaration(node, facts) {
    if (node.declaration) walk(node.declaration, facts);
    else if (!node.source) for (const { local } of node.specifiers) walk(local, facts);
  },
  ExportAllDeclaration() {},
  ExportDefaultDeclaration(node, facts) {
    if (node.declaration.type === 'Identifier') facts.defaultExport = node.declaration.name;
    walk(node.declaration, facts);
  },
  MemberExpression(node, facts) {
    walk(node.object, facts);
    if (node.computed) walk(node.property, facts);
  },
  Property(node, facts) {
    if (node.computed) walk(node.key, facts);
    walk(node.value, facts);
  },
  MethodDefinition(node, facts) {
    if (node.computed) walk(node.key, facts);
    walk(node.value, facts);
  },
  PropertyDefinition(node, facts) {
    facts.classFields = true;
    if (node.computed) walk(node.key, facts);
    if (node.value) walk(node.value, facts);
  },
  LabeledStatement(node, facts) {
    walk(node.body, facts);
  },
  BreakStatement() {},
  ContinueStatement() {},
  MetaProperty(node, facts) {
    if (node.meta.name === 'import') facts.importMeta = true;
  },
  VariableDeclaration(node, facts) {
    if (node.kind === 'using' || node.kind === 'await using') facts.usingDeclarations = true;
    for (const { id, init } of node.declarations) {
      bind(id, facts);
      if (init) walk(init, facts);
    }
  },
  FunctionDeclaration: visitFunction,
  FunctionExpression: visitFunction,
  ArrowFunctionExpression: visitFunction,
  ClassDeclaration: visitClass,
  ClassExpression: visitClass,
  CatchClause(node, facts) {
    if (node.param) bind(node.param, facts);
    walk(node.body, facts);
  },
};

function visitFunction(node: Function, facts: ProgramFacts): void {
  if (node.id) bind(node.id, facts);
  for (const parameter of node.params) bind(parameter, facts);
  walk(node.body, facts);
}

function visitClass(node: Class, facts: ProgramFacts): void {
  if (node.id) bind(node.id, facts);
  if (node.superClass) walk(node.superClass, facts);
  walk(node.body, facts);
}

function bind(pattern: Pattern, facts: ProgramFacts): void {
  switch (pattern.type) {
    case 'Identifier':
      facts.declared.add(pattern.name);
      facts.shadowing.add(pattern.name);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') bind(property.argument, facts);
        else {
          if (property.computed) walk(property.key, facts);
          bind(property.value, facts);
        }
      }
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element) bind(element, facts);
      break;
    case 'RestElement':
      bind(pattern.argument, facts);
      break;
    case 'AssignmentPattern':
      bind(pattern.left, facts);
      walk(pattern.right, facts);
      break;
    case 'MemberExpression':
      walk(pattern, facts);
      break;
  }
}

function walk(node: AnyNode, facts: ProgramFacts): void {
  const visit = VISITORS[node.type];
  if (visit) {
    (visit as (node: AnyNode, facts: ProgramFacts) => void)(node, facts);
    return;
  }
  for (const key in node) {
    const child: unknown = node[key as keyof AnyNode];
    if (Array.isArray(child)) {
      for (const item of child) if (isNode(item)) walk(item, facts);
    } else if (isNode(child)) walk(child, facts);
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
