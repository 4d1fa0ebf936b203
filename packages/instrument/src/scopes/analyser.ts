import type { AnyNode } from 'acorn';
import { forEachChild, patternIdentifiers } from '../ast.ts';
import { type AnyScopeKind, FunctionInfo, Scope } from './scope.ts';

export type AnalysisVisitor = (analyser: Analyser, node: AnyNode) => void;

const RESOLVED: Map<string, boolean> = new Map();

/** The state of one analysis: where the walk is, and what it has found. */
export class Analyser {
  readonly functions = new Map<AnyNode, FunctionInfo>();
  readonly scopes = new Map<AnyNode, Scope>();
  func: FunctionInfo;
  scope: Scope;
  /** Enclosing `with` statements within the current function. */
  withDepth = 0;
  readonly #visitors: Readonly<Record<string, AnalysisVisitor>>;

  constructor(program: AnyNode, strict: boolean, visitors: Readonly<Record<string, AnalysisVisitor>>) {
    this.#visitors = visitors;
    this.func = new FunctionInfo(program, null, false, strict);
    this.scope = new Scope('module', program, null, this.func);
    this.func.scope = this.scope;
    this.functions.set(program, this.func);
    this.scopes.set(program, this.scope);
  }

  readonly visit = (node: AnyNode): void => {
    const visitor = this.#visitors[node.type];
    if (visitor === undefined) forEachChild(node, this.visit);
    else visitor(this, node);
  };

  visitAll(nodes: readonly (AnyNode | null)[]): void {
    for (const node of nodes) if (node !== null) this.visit(node);
  }

  reference(name: string): void {
    if (!this.scope.references.has(name)) this.scope.references.set(name, false);
  }

  /** Runs `inside` in a new scope, which is found again by its node unless it is a pseudo scope. */
  inScope(kind: AnyScopeKind, node: AnyNode, inside: (scope: Scope) => void): void {
    const outer = this.scope;
    const scope = new Scope(kind, node, outer, this.func);
    if (kind !== 'pseudo') this.scopes.set(node, scope);
    if (kind === 'function') this.func.scope = scope;
    this.scope = scope;
    inside(scope);
    this.resolveReferences();
    this.scope = outer;
  }

  /** Runs `inside` in a new function with its scope. */
  inFunction(node: AnyNode, isArrow: boolean, strict: boolean, inside: (func: FunctionInfo) => void): void {
    const outer = this.func;
    const outerWithDepth = this.withDepth;
    const func = new FunctionInfo(node, outer, isArrow, strict);
    func.insideWith = outer.insideWith || outerWithDepth > 0;
    this.functions.set(node, func);
    this.func = func;
    this.withDepth = 0;
    this.inScope('function', node, () => inside(func));
    this.func = outer;
    this.withDepth = outerWithDepth;
  }

  /** The function whose `this` and `arguments` are meant here. */
  thisFunction(): FunctionInfo {
    let func = this.func;
    while (func.isArrow && func.parent !== null) func = func.parent;
    return func;
  }

  /** Binds the names of a pattern in the scope they belong to, and visits what the pattern evaluates. */
  declarePattern(pattern: AnyNode, kind: 'var' | 'let' | 'const' | 'using' | 'catch' | 'param'): void {
    const scope = kind === 'var' ? this.func.scope : this.scope;
    for (const { name } of patternIdentifiers(pattern)) {
      // A body's function that shares its name with a `var` cannot be moved into a block.
      if (kind === 'var' && scope.variables.get(name)?.kind === 'function') this.func.needsBareBody = true;
      scope.declare(name, kind);
    }
    this.#visitPattern(pattern);
  }

  #visitPattern(pattern: AnyNode): void {
    switch (pattern.type) {
      case 'Identifier':
        break;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') this.#visitPattern(property.argument);
          else {
            if (property.computed) this.visit(property.key);
            this.#visitPattern(property.value);
          }
        }
        break;
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element !== null) this.#visitPattern(element);
        break;
      case 'RestElement':
        this.#visitPattern(pattern.argument);
        break;
      case 'AssignmentPattern':
        this.#visitPattern(pattern.left);
        this.visit(pattern.right);
        break;
      default:
        this.visit(pattern);
    }
  }

  /** Ends the current scope: names it declares are resolved, the others are handed to the scope around it. */
  resolveReferences(): void {
    const scope = this.scope;
    const isBoundary = scope.func.scope === scope;
    const outer = scope.parent?.references;
    const free: string[] = [];
    for (const [name, crossed] of scope.references) {
      if (scope.variables.has(name)) {
        if (crossed) scope.shared = true;
      } else if (outer !== undefined) {
        const crossing = crossed || isBoundary;
        if (crossing || !outer.has(name)) outer.set(name, crossing);
        if (isBoundary) free.push(name);
      }
    }
    if (isBoundary) scope.func.freeNames = free;
    scope.references = RESOLVED;
  }
}
