import type { AnyNode } from 'acorn';
import type { ScopeKind, VariableKind } from '@execution-cinema/format';

export interface Variable {
  readonly name: string;
  readonly kind: VariableKind;
  readonly scope: Scope;
  /** Index in the site table, once its scope is registered there. */
  index: number;
}

/** `pseudo` scopes hold names that nobody can assign (a function expression's own name) or mark a boundary. */
export type AnyScopeKind = ScopeKind | 'pseudo';

/** A lexical scope with declarations, and what its code does to it. */
export class Scope {
  readonly kind: AnyScopeKind;
  readonly node: AnyNode;
  readonly parent: Scope | null;
  readonly func: FunctionInfo;
  readonly variables = new Map<string, Variable>();
  /** Names used in this scope and not yet resolved -> whether a function boundary lies between. Emptied at its end. */
  references = new Map<string, boolean>();
  /** Inner functions use its variables. */
  shared = false;
  /** Index in the site table, -1 while unregistered. */
  index = -1;
  /** Name of the injected variable with its instance, while code being visited can see it; else ''. */
  instance = '';

  constructor(kind: AnyScopeKind, node: AnyNode, parent: Scope | null, func: FunctionInfo) {
    this.kind = kind;
    this.node = node;
    this.parent = parent;
    this.func = func;
  }

  declare(name: string, kind: VariableKind): Variable {
    let variable = this.variables.get(name);
    if (variable === undefined) {
      variable = { name, kind, scope: this, index: -1 };
      this.variables.set(name, variable);
    }
    return variable;
  }

  /** The variable a name means here; undefined for globals. */
  resolve(name: string): Variable | undefined {
    let variable = this.variables.get(name);
    for (let scope = this.parent; variable === undefined && scope !== null; scope = scope.parent) {
      variable = scope.variables.get(name);
    }
    return variable;
  }
}

/** What the analysis finds out about a function, the module's code included. */
export class FunctionInfo {
  readonly node: AnyNode;
  readonly parent: FunctionInfo | null;
  readonly isArrow: boolean;
  strict: boolean;
  scope!: Scope;
  usesThis = false;
  usesArguments = false;
  /** `arguments` escapes or is written to: sloppy parameters may change unseen. */
  aliasesArguments = false;
  hasEval = false;
  hasWith = false;
  /** A `return` stands inside `with`, where nothing may be inserted. */
  returnsInWith = false;
  insideWith = false;
  /** Function declarations of the body that could not be moved into a block: no try block round the body. */
  needsBareBody = false;
  /** Suspends without a visible `await`: `for await`, `await using`. */
  suspendsUnseen = false;
  /** The module's code contains top-level await. */
  awaits = false;
  /** Names of outer scopes that it or its inner functions use. */
  freeNames: readonly string[] = [];

  constructor(node: AnyNode, parent: FunctionInfo | null, isArrow: boolean, strict: boolean) {
    this.node = node;
    this.parent = parent;
    this.isArrow = isArrow;
    this.strict = strict;
  }
}

export interface Analysis {
  readonly module: FunctionInfo;
  readonly functions: ReadonlyMap<AnyNode, FunctionInfo>;
  /** Scopes by the node that opens them. */
  readonly scopes: ReadonlyMap<AnyNode, Scope>;
}
