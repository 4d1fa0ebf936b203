// One walk over a stripped program for all that decides what else must be done to it: which names of the module are used
// where, by real scopes, and which syntax stands in it.
import type {
  AnyNode,
  AssignmentProperty,
  BlockStatement,
  CatchClause,
  Class,
  ForInStatement,
  ForOfStatement,
  ForStatement,
  Function,
  Identifier,
  ImportExpression,
  MetaProperty,
  Pattern,
  Program,
  Property,
  StaticBlock,
  SwitchStatement,
} from 'acorn';
import { declareLexical, declarePattern, declareVars } from './scopes.ts';

/** One use of a name that no inner scope declares. */
export interface Reference {
  readonly node: Identifier;
  /**
   * callee: called or a template's tag. statement-callee: such that it opens a statement in a list. shorthand: `{ name }`,
   * to be written `{ name: ... }`. export: in an export list.
   */
  readonly role: 'value' | 'callee' | 'statement-callee' | 'shorthand' | 'export';
  /** It is (also) assigned to. */
  readonly write: boolean;
}

/** What stands in a program. */
export interface ProgramFacts {
  /** Every class, in any scope. */
  readonly classes: Class[];
  usingDeclarations: boolean;
  readonly importMeta: MetaProperty[];
  readonly dynamicImports: ImportExpression[];
  /** The program opens with a "use strict" directive. */
  readonly useStrict: boolean;
  /** Names declared at the top, imports included. */
  readonly declared: ReadonlySet<string>;
  /** Uses of names of the top scope and of globals. */
  readonly references: ReadonlyMap<string, readonly Reference[]>;
  /** Every name in any scope and every property name. */
  readonly names: ReadonlySet<string>;
}

/** Collects the facts; costs a fifth of the parse. */
export function inspectProgram(program: Program): ProgramFacts {
  const walker = new Walker(program);
  walker.walkAll(program.body);
  return walker.facts;
}

type Scope = ReadonlySet<string>;

type Visitors = {
  readonly [Type in AnyNode['type']]?: (walker: Walker, node: Extract<AnyNode, { type: Type }>) => void;
};

class Walker {
  readonly facts: Omit<ProgramFacts, 'references' | 'names'> & {
    readonly references: Map<string, Reference[]>;
    readonly names: Set<string>;
  };
  /** Inner scopes, the innermost last; those that declare nothing are left out. */
  readonly scopes: Scope[] = [];
  /** Start of the statement in a list that is being walked. */
  statementStart = -1;

  constructor(program: Program) {
    const declared = new Set<string>();
    declareVars(program.body, declared);
    declareLexical(program.body, declared);
    this.facts = {
      classes: [],
      usingDeclarations: false,
      importMeta: [],
      dynamicImports: [],
      useStrict: program.body.some((node) => node.type === 'ExpressionStatement' && node.directive === 'use strict'),
      declared,
      references: new Map(),
      names: new Set(declared),
    };
  }

  walk(node: AnyNode | null | undefined): void {
    if (!node) return;
    const visit = VISITORS[node.type] as ((walker: Walker, node: AnyNode) => void) | undefined;
    if (visit) visit(this, node);
    else this.walkChildren(node);
  }

  walkAll(nodes: readonly (AnyNode | null)[]): void {
    for (const node of nodes) {
      if (node?.type === 'ExpressionStatement') this.statementStart = node.start;
      this.walk(node);
    }
  }

  walkChildren(node: AnyNode): void {
    for (const key in node) {
      const child: unknown = node[key as keyof AnyNode];
      if (Array.isArray(child)) {
        for (const item of child) if (isNode(item)) this.walk(item);
      } else if (isNode(child)) this.walk(child);
    }
  }

  /** Walks inside a scope that declares `names`. */
  within(names: Scope, walk: () => void): void {
    for (const name of names) this.facts.names.add(name);
    if (names.size === 0) {
      walk();
      return;
    }
    this.scopes.push(names);
    walk();
    this.scopes.pop();
  }

  refer(node: Identifier, role: Reference['role'] = 'value', write = false): void {
    const { name } = node;
    this.facts.names.add(name);
    for (const scope of this.scopes) if (scope.has(name)) return;
    const reference = { node, role, write };
    const known = this.facts.references.get(name);
    if (known) known.push(reference);
    else this.facts.references.set(name, [reference]);
  }

  callee(node: AnyNode): void {
    if (node.type !== 'Identifier') this.walk(node);
    else this.refer(node, node.start === this.statementStart ? 'statement-callee' : 'callee');
  }

  property(node: Property | AssignmentProperty, assigned: boolean): void {
    if (node.computed) this.walk(node.key);
    else if (node.key.type === 'Identifier') this.facts.names.add(node.key.name);
    const value: AnyNode = node.value;
    if (!node.shorthand) {
      if (assigned) this.target(value as Pattern);
      else this.walk(value);
      return;
    }
    const target = value.type === 'AssignmentPattern' ? value.left : value;
    if (target.type === 'Identifier') this.refer(target, 'shorthand', assigned);
    if (value.type === 'AssignmentPattern') this.walk(value.right);
  }

  /** What an assignment writes to; its names are not declared here. */
  target(pattern: Pattern): void {
    switch (pattern.type) {
      case 'Identifier':
        this.refer(pattern, 'value', true);
        break;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') this.target(property.argument);
          else this.property(property, true);
        }
        break;
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element) this.target(element);
        break;
      case 'RestElement':
        this.target(pattern.argument);
        break;
      case 'AssignmentPattern':
        this.target(pattern.left);
        this.walk(pattern.right);
        break;
      case 'MemberExpression':
        this.walk(pattern);
        break;
    }
  }

  /** Keys and defaults of a pattern that declares; the names themselves belong to a scope already. */
  declaration(pattern: Pattern): void {
    switch (pattern.type) {
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') this.declaration(property.argument);
          else {
            if (property.computed) this.walk(property.key);
            this.declaration(property.value);
          }
        }
        break;
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element) this.declaration(element);
        break;
      case 'RestElement':
        this.declaration(pattern.argument);
        break;
      case 'AssignmentPattern':
        this.declaration(pattern.left);
        this.walk(pattern.right);
        break;
      default:
        break;
    }
  }
}

/** Node types that need more or less than a visit of all their children. */
const VISITORS: Visitors = {
  Identifier(walker, node) {
    walker.refer(node);
  },
  ImportDeclaration() {},
  ExportAllDeclaration() {},
  ExportNamedDeclaration(walker, node) {
    walker.walk(node.declaration);
    if (node.source) return;
    for (const { local } of node.specifiers) if (local.type === 'Identifier') walker.refer(local, 'export');
  },
  ImportExpression(walker, node) {
    walker.facts.dynamicImports.push(node);
    walker.walkChildren(node);
  },
  MetaProperty(walker, node) {
    if (node.meta.name === 'import') walker.facts.importMeta.push(node);
  },
  MemberExpression(walker, node) {
    walker.walk(node.object);
    if (node.computed) walker.walk(node.property);
    else if (node.property.type === 'Identifier') walker.facts.names.add(node.property.name);
  },
  CallExpression(walker, node) {
    walker.callee(node.callee);
    walker.walkAll(node.arguments);
  },
  TaggedTemplateExpression(walker, node) {
    walker.callee(node.tag);
    walker.walk(node.quasi);
  },
  Property(walker, node) {
    walker.property(node, false);
  },
  AssignmentExpression(walker, node) {
    walker.target(node.left);
    walker.walk(node.right);
  },
  UpdateExpression(walker, node) {
    if (node.argument.type === 'Identifier') walker.refer(node.argument, 'value', true);
    else walker.walk(node.argument);
  },
  LabeledStatement(walker, node) {
    walker.walk(node.body);
  },
  BreakStatement() {},
  ContinueStatement() {},
  VariableDeclaration(walker, node) {
    if (node.kind === 'using' || node.kind === 'await using') walker.facts.usingDeclarations = true;
    for (const { id, init } of node.declarations) {
      walker.declaration(id);
      walker.walk(init);
    }
  },
  FunctionDeclaration: visitFunction,
  FunctionExpression: visitFunction,
  ArrowFunctionExpression: visitFunction,
  ClassDeclaration: visitClass,
  ClassExpression: visitClass,
  MethodDefinition(walker, node) {
    if (node.computed) walker.walk(node.key);
    walker.walk(node.value);
  },
  PropertyDefinition(walker, node) {
    if (node.computed) walker.walk(node.key);
    walker.walk(node.value);
  },
  BlockStatement: visitBlock,
  StaticBlock: visitBlock,
  SwitchStatement(walker, node: SwitchStatement) {
    walker.walk(node.discriminant);
    const names = new Set<string>();
    for (const { consequent } of node.cases) declareLexical(consequent, names);
    walker.within(names, () => {
      for (const { test, consequent } of node.cases) {
        walker.walk(test);
        walker.walkAll(consequent);
      }
    });
  },
  ForStatement: visitFor,
  ForInStatement: visitForEach,
  ForOfStatement: visitForEach,
  CatchClause(walker, node: CatchClause) {
    const names = new Set<string>();
    if (node.param) declarePattern(node.param, names);
    walker.within(names, () => {
      if (node.param) walker.declaration(node.param);
      walker.walk(node.body);
    });
  },
};

function visitFunction(walker: Walker, node: Function): void {
  const names = new Set<string>();
  if (node.type === 'FunctionExpression' && node.id) names.add(node.id.name);
  if (node.type !== 'ArrowFunctionExpression') names.add('arguments');
  for (const parameter of node.params) declarePattern(parameter, names);
  if (node.body.type === 'BlockStatement') {
    declareVars(node.body.body, names);
    declareLexical(node.body.body, names);
  }
  walker.within(names, () => {
    for (const parameter of node.params) walker.declaration(parameter);
    if (node.body.type === 'BlockStatement') walker.walkAll(node.body.body);
    else walker.walk(node.body);
  });
}

function visitClass(walker: Walker, node: Class): void {
  walker.facts.classes.push(node);
  walker.within(new Set(node.id ? [node.id.name] : []), () => {
    walker.walk(node.superClass);
    walker.walk(node.body);
  });
}

function visitBlock(walker: Walker, node: BlockStatement | StaticBlock): void {
  const names = new Set<string>();
  if (node.type === 'StaticBlock') declareVars(node.body, names);
  declareLexical(node.body, names);
  walker.within(names, () => walker.walkAll(node.body));
}

function visitFor(walker: Walker, node: ForStatement): void {
  const names = new Set<string>();
  if (node.init?.type === 'VariableDeclaration') declareLexical([node.init], names);
  walker.within(names, () => {
    walker.walk(node.init);
    walker.walk(node.test);
    walker.walk(node.update);
    walker.walk(node.body);
  });
}

function visitForEach(walker: Walker, node: ForInStatement | ForOfStatement): void {
  const names = new Set<string>();
  if (node.left.type === 'VariableDeclaration') declareLexical([node.left], names);
  walker.within(names, () => {
    if (node.left.type === 'VariableDeclaration') walker.walk(node.left);
    else walker.target(node.left);
    walker.walk(node.right);
    walker.walk(node.body);
  });
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
