import {
  SITE_CATCH,
  SITE_DELETE,
  SITE_EXPRESSION,
  SITE_FUNCTION,
  SITE_PROPERTY,
  SITE_SCOPE,
  SITE_SUSPEND,
  SITE_THIS,
  SITE_THROW,
  SITE_WRITE,
  type FunctionKind,
  type ModuleSites,
  type ScopeKind,
  type SiteRank,
  type VariableKind,
} from '@execution-cinema/format';
import { BASE } from './make-recording.ts';

/**
 * Builds the site table of an imaginary module. Every site and scope gets lines of its own, so that a position tells
 * the scope. Methods return thread-wide site ids (base `BASE`).
 */
export class SitesMaker {
  readonly table: ModuleSites = {
    version: 1,
    sources: ['app.js'],
    names: [],
    sites: [],
    functions: [],
    variables: [],
    scopes: [],
    skipped: [],
  };
  private line = 0;
  private functionIndex = 0;
  private scopeIndex = -1;

  constructor(body: (maker: SitesMaker) => void) {
    this.addFunction('(module)', { kind: 'module', shared: true }, () => {
      body(this);
    });
  }

  /** A function within the present scope. Returns its site; variables of parameters come first in its scope. */
  addFunction(
    name: string,
    options: { kind?: FunctionKind; parameters?: string[]; shared?: boolean; level?: number; ceiling?: number },
    body: (parameterVariables: number[]) => void,
  ): number {
    const { functions, scopes } = this.table;
    const outer = { function: this.functionIndex, scope: this.scopeIndex };
    const index = functions.length;
    const line = ++this.line;
    this.functionIndex = index;
    const entry = {
      site: 0,
      name,
      kind: options.kind ?? 'function',
      parent: index === 0 ? -1 : outer.function,
      source: 0,
      line,
      column: 0,
      endLine: line,
      endColumn: 0,
      parameters: options.parameters ?? [],
      parameterVariables: [] as number[],
      level: options.level ?? 2,
      ceiling: options.ceiling ?? 2,
      scope: scopes.length,
      start: 0,
      end: 0,
    };
    functions.push(entry);
    const site = this.site(SITE_FUNCTION, 1, index, 0);
    entry.site = site - BASE;
    this.addScope(index === 0 ? 'module' : 'function', options.shared ?? false, () => {
      entry.parameterVariables = entry.parameters.map((parameter) =>
        parameter === 'this' ? -1 : this.variable(parameter, 'param'),
      );
      body(entry.parameterVariables);
    });
    entry.endLine = ++this.line;
    this.functionIndex = outer.function;
    return site;
  }

  /** A scope within the present one. Its SCOPE site is `scopeSite(index)`. */
  addScope(kind: ScopeKind, shared: boolean, body: (scope: number) => void): number {
    const { scopes } = this.table;
    const outer = this.scopeIndex;
    const index = scopes.length;
    const entry = {
      kind,
      function: this.functionIndex,
      parent: outer,
      shared,
      line: ++this.line,
      column: 0,
      endLine: 0,
      endColumn: 0,
    };
    scopes.push(entry);
    this.scopeIndex = index;
    this.scopeSites.set(index, this.site(SITE_SCOPE, 2, index, 0));
    body(index);
    entry.endLine = ++this.line;
    this.scopeIndex = outer;
    return index;
  }

  private readonly scopeSites = new Map<number, number>();

  scopeSite(scope: number): number {
    return this.scopeSites.get(scope)!;
  }

  variable(name: string, kind: VariableKind = 'let'): number {
    this.table.variables.push({ name, kind, scope: this.scopeIndex });
    return this.table.variables.length - 1;
  }

  write(variable: number, operator = '='): number {
    return this.site(SITE_WRITE, 2, variable, this.name(operator));
  }

  property(name: string, owner: string): number {
    return this.site(SITE_PROPERTY, 2, this.name(name), this.name(owner));
  }

  computedProperty(owner: string): number {
    return this.site(SITE_PROPERTY, 2, -1, this.name(owner));
  }

  deletion(name: string, owner: string): number {
    return this.site(SITE_DELETE, 2, this.name(name), this.name(owner));
  }

  suspend(): number {
    return this.site(SITE_SUSPEND, 1, 0, 0);
  }

  expression(text: string, kind: string): number {
    return this.site(SITE_EXPRESSION, 3, this.name(text), this.name(kind));
  }

  throwing(): number {
    return this.site(SITE_THROW, 1, -1, 0);
  }

  catching(variable = -1): number {
    return this.site(SITE_CATCH, 1, variable, 0);
  }

  superCall(): number {
    return this.site(SITE_THIS, 1, 0, 0);
  }

  private site(kind: number, rank: SiteRank, a: number, b: number): number {
    this.table.sites.push([kind, rank, this.functionIndex, ++this.line, 0, a, b]);
    return BASE + this.table.sites.length - 1;
  }

  private name(text: string): number {
    const known = this.table.names.indexOf(text);
    return known >= 0 ? known : this.table.names.push(text) - 1;
  }
}
