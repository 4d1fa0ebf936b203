import {
  FORMAT_VERSION,
  type FunctionEntry,
  type ModuleSites,
  type ScopeEntry,
  type SiteRank,
  type VariableEntry,
} from '@execution-cinema/format';
import type { Positions } from './positions.ts';
import type { Scope, Variable } from './scopes/scope.ts';

/** Characters of source text kept as the name of an expression. */
const TEXT_MAX = 120;

const ON_AT_START = 4;
const SECRET = 8;
const LEVEL_DIGIT_0 = 48;

export type SecretNames = Record<number, string | Record<number, string>>;

interface NewSite {
  kind: number;
  rank: SiteRank;
  func: number;
  /** In force at start in the function. */
  level: number;
  /** Offset in the text. */
  at: number;
  a?: number;
  b?: number;
  /** Name of the value; it is redacted when this is a secret one. */
  secretName?: string | undefined;
}

/** Builds the site table, and the level digits that go with it, one per site. */
export class SiteTable {
  readonly #positions: Positions;
  readonly #names = new Map<string, number>();
  readonly #sites: ModuleSites['sites'] = [];
  readonly #sources: number[] = [];
  readonly #scopes: ScopeEntry[] = [];
  readonly #variables: VariableEntry[] = [];
  readonly #skipped: ModuleSites['skipped'] = [];
  readonly #isSecretName: (name: string) => boolean;
  readonly #secretNames = new Map<string, boolean>();
  /** Names behind redacted sites, by site; of functions by the position of the value. */
  readonly secrets: SecretNames = {};
  readonly functions: FunctionEntry[] = [];
  #levels = '';

  constructor(positions: Positions, isSecretName: (name: string) => boolean) {
    this.#positions = positions;
    this.#isSecretName = isSecretName;
  }

  /** Adds a site and returns its index. */
  add(site: NewSite): number {
    const { source, line, column } = this.#positions.at(site.at);
    this.#sources.push(source);
    const on = site.rank <= site.level ? ON_AT_START : 0;
    const secret = site.secretName !== undefined && this.isSecret(site.secretName);
    this.#levels += String.fromCharCode(LEVEL_DIGIT_0 + site.rank + on + (secret ? SECRET : 0));
    const index = this.#sites.push([site.kind, site.rank, site.func, line, column, site.a ?? 0, site.b ?? 0]) - 1;
    if (secret) this.secrets[index] = site.secretName!;
    return index;
  }

  /** Index of a text among the names. */
  name(text: string): number {
    let index = this.#names.get(text);
    if (index === undefined) {
      index = this.#names.size;
      this.#names.set(text, index);
    }
    return index;
  }

  /** As `name`, for source text: cut to a length that can be shown. */
  text(text: string): number {
    return this.name(text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text);
  }

  isSecret(name: string): boolean {
    let isSecret = this.#secretNames.get(name);
    if (isSecret === undefined) {
      isSecret = this.#isSecretName(name);
      this.#secretNames.set(name, isSecret);
    }
    return isSecret;
  }

  /** Registers a scope and its variables; later calls return the same index. */
  scope(scope: Scope, func: number, shared: boolean): number {
    if (scope.index >= 0) return scope.index;
    let parent = scope.parent;
    while (parent !== null && parent.index < 0) parent = parent.parent;
    const start = this.#positions.at(scope.node.start);
    const end = this.#positions.at(scope.node.end);
    scope.index =
      this.#scopes.push({
        kind: scope.kind === 'pseudo' ? 'block' : scope.kind,
        function: func,
        parent: parent === null ? -1 : parent.index,
        shared,
        line: start.line,
        column: start.column,
        endLine: end.line,
        endColumn: end.column,
      }) - 1;
    for (const variable of scope.variables.values()) this.#addVariable(variable);
    return scope.index;
  }

  /** Index of a variable whose scope is registered. */
  variable(variable: Variable): number {
    if (variable.index < 0) this.#addVariable(variable);
    return variable.index;
  }

  #addVariable(variable: Variable): void {
    const { name, kind, scope } = variable;
    const entry: VariableEntry = { name, kind, scope: scope.index };
    if (this.isSecret(name)) entry.secret = true;
    variable.index = this.#variables.push(entry) - 1;
  }

  /** Place of a function for its entry in the table. */
  place(start: number, end: number): Pick<FunctionEntry, 'source' | 'line' | 'column' | 'endLine' | 'endColumn'> {
    const { source, line, column } = this.#positions.at(start);
    const { line: endLine, column: endColumn } = this.#positions.at(end);
    return { source, line, column, endLine, endColumn };
  }

  skip(name: string, at: number, reason: string): void {
    this.#skipped.push({ name, line: this.#positions.at(at).line, reason });
  }

  /** Level digits of all sites, for the head of the code. */
  get levels(): string {
    return this.#levels;
  }

  #elsewhere(): Record<number, number> {
    const elsewhere: Record<number, number> = {};
    this.#sites.forEach(([, , func], site) => {
      const source = this.#sources[site]!;
      if (source !== this.functions[func]!.source) elsewhere[site] = source;
    });
    return elsewhere;
  }

  finish(sources: readonly string[]): ModuleSites {
    return {
      version: FORMAT_VERSION,
      sources: [...sources],
      names: [...this.#names.keys()],
      sites: this.#sites,
      ...(sources.length > 1 && { elsewhere: this.#elsewhere() }),
      functions: this.functions,
      variables: this.#variables,
      scopes: this.#scopes,
      skipped: this.#skipped,
    };
  }
}
