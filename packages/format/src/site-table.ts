/*
 * The site table of one instrumented module: what the numbers in the event stream mean. It is made by the
 * instrumenter, cached with the code, stored once as JSON in `modules.sites`, and never pruned.
 *
 * Site ids in events are thread-wide: base of the module in that thread (table `loads`) + index into `sites` here.
 * Lines are 1-based, columns 0-based, both of the ORIGINAL text (through the input source map).
 */

export const SITE_FUNCTION = 0;
export const SITE_WRITE = 1;
export const SITE_PROPERTY = 2;
export const SITE_SCOPE = 3;
export const SITE_SUSPEND = 4;
export const SITE_EXPRESSION = 5;
export const SITE_THROW = 6;
export const SITE_CATCH = 7;
export const SITE_THIS = 8;
export const SITE_INJECT = 9;
export const SITE_DELETE = 10;
export const SITE_MUTATION = 11;

/** Level from which a site records: 1 boundaries, 2 locals, 3 expressions. */
export type SiteRank = 1 | 2 | 3;

/**
 * One site: [kind, rank, functionIndex, line, column, a, b].
 *
 * | kind | a | b |
 * |---|---|---|
 * | FUNCTION | function index | 0 |
 * | WRITE | variable index | operator (index into names: `=`, `+=`, `++`, `let`, `for`, `catch`, `param` ...) |
 * | PROPERTY | property name (names index, -1 computed) | text of the owner expression (names index) |
 * | SCOPE | scope index | 0 |
 * | SUSPEND | SUSPEND_KINDS index | 0 |
 * | EXPRESSION | text (names index, cut at 120 characters) | kind of expression (names index: call, new, condition ...) |
 * | THROW CATCH | variable index or -1 | 0 |
 * | THIS | 0 | 0 |
 * | INJECT | text of the plan's expression (names index) | 0 |
 * | DELETE | property name (names index, -1 computed) | text of the owner expression |
 * | MUTATION | name of the method (names index) | text of the owner expression |
 */
export type SiteTuple = [number, SiteRank, number, number, number, number, number];
export const SITE_TUPLE_LENGTH = 7;

export const SUSPEND_KINDS = ['await', 'yield', 'delegating', 'for await', 'await using', 'return'] as const;

export type FunctionKind =
  | 'module'
  | 'function'
  | 'arrow'
  | 'method'
  | 'getter'
  | 'setter'
  | 'constructor'
  | 'static block'
  | 'generator'
  | 'async'
  | 'async arrow'
  | 'async method'
  | 'async generator'
  | 'generator method'
  | 'async generator method';

export interface FunctionEntry {
  /** Index into `sites` of this function's FUNCTION site. */
  site: number;
  /** Qualified for people and plans: `Cart.total`, `outer.inner` for nested ones; `(module)`, `(anonymous)`. */
  name: string;
  kind: FunctionKind;
  /** Index of the enclosing function (0 is the module), -1 for the module itself. */
  parent: number;
  /** Index into ModuleSites.sources. */
  source: number;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** Names of the values that ENTER carries, in order. `this` first where captured; `...rest`; for patterns the bound names. */
  parameters: string[];
  /** Variable index per entry of `parameters` (-1 for `this`). */
  parameterVariables: number[];
  /** Level in force at start: 0 off, 1 boundaries, 2 locals, 3 expressions. */
  level: number;
  /** Highest level whose sites exist in the code. */
  ceiling: number;
  /** The outermost scope index of this function's body. */
  scope: number;
  /** What may change variables unseen. */
  unseen?: ('eval' | 'with' | 'arguments')[];
  /** Range in the text that was instrumented (UTF-16 offsets): gives `toString()` its original back. */
  start: number;
  end: number;
}

export type VariableKind = 'param' | 'var' | 'let' | 'const' | 'function' | 'class' | 'catch' | 'import' | 'using';

export interface VariableEntry {
  name: string;
  kind: VariableKind;
  /** Scope that declares it. */
  scope: number;
  /** Redacted by name. */
  secret?: true;
}

export type ScopeKind = 'module' | 'function' | 'block' | 'for' | 'catch' | 'class' | 'switch';

export interface ScopeEntry {
  kind: ScopeKind;
  function: number;
  /** Enclosing scope index, -1 for the module scope. */
  parent: number;
  /**
   * Inner functions use variables of this scope: its writes carry a scope instance. The module scope always is shared;
   * its instance is opened by the runtime when the module registers (see ModuleSites.sites).
   */
  shared: boolean;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export interface ModuleSites {
  version: number;
  /** Original files, relative to the root with `/` (absolute when outside). The first is the main one. */
  sources: string[];
  names: string[];
  /** By convention sites[0] is the module's FUNCTION site and sites[1] the SCOPE site of the module scope. */
  sites: SiteTuple[];
  /** Sources of sites that lie in another file than their function, by site: top-level code of a bundle. */
  elsewhere?: Record<number, number>;
  functions: FunctionEntry[];
  variables: VariableEntry[];
  scopes: ScopeEntry[];
  /** Functions found but not instrumented, with the reason. */
  skipped: { name: string; line: number; reason: string }[];
}

/**
 * Reasons in `ModuleSites.skipped` of functions that are no candidates for probes: the module's exports are read from
 * the text of the first by Node's lexer (named imports of CommonJS), the second were switched off by the user.
 */
export const SKIPPED_DECLARES_EXPORTS = 'its text declares exports';
export const SKIPPED_OFF = 'off in the plan';
/** Not a function of the text: a place where the program compiles more, by `eval` or `Function`. */
export const SKIPPED_TEXT = 'compiled from text at run time';
export const INELIGIBLE_REASONS: ReadonlySet<string> = new Set([SKIPPED_DECLARES_EXPORTS, SKIPPED_OFF, SKIPPED_TEXT]);
