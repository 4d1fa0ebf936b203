import type { AnyNode } from 'acorn';
import { SITE_SCOPE, SITE_WRITE, type SiteRank } from '@execution-cinema/format';
import { forEachChild } from './ast.ts';
import type { Edits } from './edits.ts';
import type { Frame } from './frame.ts';
import type { FunctionPlan } from './function-plan.ts';
import type { Injections } from './inject.ts';
import type { Lowering } from './lowering.ts';
import type { FilePlan } from './plan/file-plan.ts';
import type { Analysis, Scope, Variable } from './scopes/scope.ts';
import type { SiteTable } from './sites.ts';
import type { Templates } from './templates.ts';
import type { SourceType } from './types.ts';

/** Name of the module's own code in the site table and in plans. */
export const MODULE = '(module)';

export type Visitor = (walk: Walk, node: AnyNode) => void;

export interface WalkOptions {
  source: string;
  sourceType: SourceType;
  plan: FilePlan;
  analysis: Analysis;
  sites: SiteTable;
  edits: Edits;
  templates: Templates;
  injections: Injections;
  frame: Frame;
  planOf: (qualifiedName: string) => FunctionPlan;
  lowering: Lowering | undefined;
  /** The function whose body is the module, where a script is nothing else. */
  wrapper: AnyNode | undefined;
  visitors: Readonly<Record<string, Visitor>>;
}

/** A statement that stands where only one may stand, such as the body of an `if`. */
interface Unbraced {
  node: AnyNode;
  slot: number;
  braced: boolean;
}

/** The state of one walk over a module: where it is, and what every visitor needs. */
export class Walk {
  readonly source: string;
  readonly sourceType: SourceType;
  readonly plan: FilePlan;
  readonly analysis: Analysis;
  readonly sites: SiteTable;
  readonly edits: Edits;
  readonly templates: Templates;
  readonly injections: Injections;
  readonly planOf: (qualifiedName: string) => FunctionPlan;
  readonly lowering: Lowering | undefined;
  readonly wrapper: AnyNode | undefined;
  readonly #visitors: Readonly<Record<string, Visitor>>;
  readonly #globals = new Map<string, Variable>();
  #headSlot = -1;
  #headSeparator = '';

  frame: Frame;
  scope: Scope;
  /** Qualified name of the class, object or function around, '' at top level. */
  path = '';
  /** Name that the next function, class or object gets from where it stands. */
  hint = '';
  /** This node's value needs no expression site: something else records it, or it cannot be wrapped. */
  bare: AnyNode | null = null;
  unbraced: Unbraced | null = null;
  /** Inside parameters and field initializers, which cannot see the variables of the body. */
  withoutTemporaries = 0;
  /** Enclosing bodies of `with` statements, in which nothing is inserted. */
  insideWith = 0;
  /** Inside parameters of a function that may run before the module's code. */
  guarding = false;
  /** Functions whose text declares exports of a CommonJS module. */
  readonly keptIntact = new Set<AnyNode>();
  /** Functions met and functions instrumented. */
  readonly counts = { functions: 0, instrumented: 0 };

  constructor(options: WalkOptions) {
    this.source = options.source;
    this.sourceType = options.sourceType;
    this.plan = options.plan;
    this.analysis = options.analysis;
    this.sites = options.sites;
    this.edits = options.edits;
    this.templates = options.templates;
    this.injections = options.injections;
    this.planOf = options.planOf;
    this.lowering = options.lowering;
    this.wrapper = options.wrapper;
    this.frame = options.frame;
    this.scope = options.analysis.module.scope;
    this.#visitors = options.visitors;
  }

  /** Keeps the place for the head; `body` are the statements before which, or in the middle of which, it stands. */
  reserveHead(position: number, body: readonly AnyNode[]): void {
    this.#headSlot = this.edits.reserve(position);
    this.#headSeparator = body.length > 0 && body[0]!.start < position ? ';' : '';
  }

  fillHead(text: string): void {
    this.edits.fill(this.#headSlot, this.#headSeparator + text);
  }

  readonly visit = (node: AnyNode): void => {
    const visitor = this.#visitors[node.type];
    if (visitor === undefined) forEachChild(node, this.visit);
    else visitor(this, node);
  };

  visitAll(nodes: readonly (AnyNode | null)[]): void {
    for (const node of nodes) if (node !== null) this.visit(node);
  }

  /** Visits an expression whose own value needs no site. */
  visitBare(node: AnyNode): void {
    this.bare = node;
    this.visit(node);
  }

  /** Whether sites of this rank are put into the current function. */
  records(rank: number): boolean {
    return this.frame.ceiling >= rank;
  }

  text(node: AnyNode): string {
    return this.source.slice(node.start, node.end);
  }

  /** Adds a site of the current function and returns its index. */
  site(kind: number, rank: SiteRank, at: AnyNode, a = 0, b = 0, secretName?: string): number {
    const { index, level } = this.frame;
    return this.sites.add({ kind, rank, func: index, level, at: at.start, a, b, secretName });
  }

  /** Wraps an expression in text; `node` itself is visited by `inside`. A sequence gets its own parentheses. */
  wrap(node: AnyNode, before: string, after: string, inside: () => void): void {
    const sequence = node.type === 'SequenceExpression';
    this.edits.insert(node.start, sequence ? `${before}(` : before);
    inside();
    this.edits.insert(node.end, sequence ? `)${after}` : after);
  }

  /**
   * Visits the one statement of an `if`, a loop or a label; it gets braces when something must stand beside it.
   * `outside`: what is to be added must not see the names that a block declares.
   */
  visitBody(node: AnyNode, first = '', last = '', outside = false): void {
    if (node.type === 'BlockStatement' && !outside) {
      if (first !== '') this.edits.insert(node.start + 1, first);
      this.visit(node);
      if (last !== '') this.edits.insert(node.end - 1, last);
      return;
    }
    const outer = this.unbraced;
    const unbraced = { node, slot: this.edits.reserve(node.start), braced: first !== '' || last !== '' };
    this.unbraced = unbraced;
    this.visit(node);
    this.unbraced = outer;
    if (!unbraced.braced) return;
    this.edits.fill(unbraced.slot, `{${first}`);
    this.edits.insert(node.end, `${last}}`);
  }

  /** Puts an expression before a statement, as a statement of its own. */
  before(statement: AnyNode, expression: string): void {
    if (this.unbraced?.node === statement) this.unbraced.braced = true;
    this.edits.insert(statement.start, this.statement(expression));
  }

  /** Puts an expression after a statement, as a statement of its own. */
  after(statement: AnyNode, expression: string): void {
    if (this.unbraced?.node === statement) this.unbraced.braced = true;
    const separator = this.source.charCodeAt(statement.end - 1) === 59 ? '' : ';';
    this.edits.insert(statement.end, separator + this.statement(expression));
  }

  /** An expression as a statement that leaves the completion value of a script alone. */
  statement(expression: string): string {
    return this.sourceType === 'script' && this.frame.isModule
      ? this.templates.silentStatement(expression)
      : `${expression};`;
  }

  /**
   * Opens the probe that records a write of the variable called `name` at `at`: `$ec_w($ec_b+7,`. Returns '' where
   * such a write is not recorded. `operator` names the form of the write.
   */
  openWrite(name: string, at: AnyNode, operator: string, declares = false, postfix = false): string {
    const rank = this.frame.captured.has(name) ? 1 : 2;
    if (!this.records(rank)) return '';
    const variable = this.scope.resolve(name) ?? this.#global(name);
    const { kind, scope } = variable;
    if (scope.kind === 'pseudo' || kind === 'import' || ((kind === 'const' || kind === 'using') && !declares))
      return '';
    this.register(scope);
    const site = this.site(SITE_WRITE, rank, at, this.sites.variable(variable), this.sites.name(operator), name);
    if (scope.instance === '') return this.templates.open(postfix ? 'wp' : 'w', site);
    return `${this.templates.open(postfix ? 'kp' : 'k', site)}${scope.instance},`;
  }

  /** The probe call that records the present value of a variable, or '' where it is not recorded. */
  write(name: string, at: AnyNode, operator: string, declares = false): string {
    const open = this.openWrite(name, at, operator, declares);
    return open === '' ? '' : `${open}${name})`;
  }

  /** Probe calls for all names that a pattern binds or assigns, separated by commas. */
  writes(identifiers: readonly { name: string }[], operator: string, declares: boolean): string {
    const calls: string[] = [];
    for (const identifier of identifiers) {
      const { name } = identifier;
      // Reading a global back could run a getter.
      if (this.scope.resolve(name) === undefined) continue;
      const call = this.write(name, identifier as AnyNode, operator, declares);
      if (call !== '') calls.push(call);
    }
    return calls.join(',');
  }

  /** Enters the scope that a node opens, if it declares anything. Returns what `leaveScope` needs. */
  enterScope(node: AnyNode): Scope | undefined {
    const scope = this.analysis.scopes.get(node);
    if (scope !== undefined) {
      this.scope = scope;
      if (this.frame.ceiling > 0) this.register(scope, this.hasInstances(scope));
    }
    return scope;
  }

  leaveScope(scope: Scope | undefined): void {
    if (scope === undefined) return;
    scope.instance = '';
    this.scope = scope.parent!;
  }

  /** Whether a scope gets instances: closures share it and its function records variables. */
  hasInstances(scope: Scope | undefined): scope is Scope {
    return scope !== undefined && scope.shared && this.records(2);
  }

  /** The call that opens an instance of the current scope, and makes the instance known to the code inside. */
  openInstance(scope: Scope): { name: string; call: string; site: number; parent: string } {
    const site = this.site(SITE_SCOPE, 2, scope.node, scope.index);
    const parent = this.instanceAround(scope.parent);
    const name = this.templates.instance(scope.index);
    scope.instance = name;
    return { name, call: this.templates.openScope(site, parent), site, parent };
  }

  /** Name of the innermost instance that code in this scope sees. */
  instanceAround(scope: Scope | null): string {
    for (let around = scope; around !== null; around = around.parent)
      if (around.instance !== '') return around.instance;
    return this.templates.instance(0);
  }

  /** Puts a scope and those around it into the site table. */
  register(scope: Scope, shared = false): void {
    if (scope.index >= 0 || scope.kind === 'pseudo') return;
    if (scope.parent !== null) this.register(scope.parent);
    this.sites.scope(scope, this.frame.index, shared);
  }

  #global(name: string): Variable {
    let variable = this.#globals.get(name);
    if (variable === undefined) {
      variable = { name, kind: 'var', scope: this.analysis.module.scope, index: -1 };
      this.#globals.set(name, variable);
    }
    return variable;
  }
}
