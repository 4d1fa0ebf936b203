import { SITE_WRITE, type ModuleSites, type ScopeEntry } from '@execution-cinema/format';

/** True when the scope's range holds the position (original lines, 0-based columns; the end is exclusive). */
function scopeHolds(scope: ScopeEntry, line: number, column: number): boolean {
  if (line < scope.line || (line === scope.line && column < scope.column)) return false;
  return line < scope.endLine || (line === scope.endLine && column < scope.endColumn);
}

/** Lists that a large table is asked for again and again. */
interface TableLists {
  scopesOfFunction: ReadonlyMap<number, readonly number[]>;
  variablesOfScope: ReadonlyMap<number, readonly number[]>;
  /** Where the write stands that gives a variable its first value, for `let`, `const` and classes. */
  declarations: ReadonlyMap<number, { line: number; column: number }>;
  /** Names that two scopes both declare, by both. */
  shadowed: Map<string, readonly string[]>;
}

const lists = new WeakMap<ModuleSites, TableLists>();

function listsOf(table: ModuleSites): TableLists {
  let known = lists.get(table);
  if (!known) {
    const scopesOfFunction = indexesBy(table.scopes, (scope) => scope.function);
    const variablesOfScope = indexesBy(table.variables, (variable) => variable.scope);
    known = { scopesOfFunction, variablesOfScope, declarations: findDeclarations(table), shadowed: new Map() };
    lists.set(table, known);
  }
  return known;
}

function indexesBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, number[]> {
  const result = new Map<number, number[]>();
  items.forEach((item, i) => {
    const key = keyOf(item);
    const indexes = result.get(key);
    if (indexes) indexes.push(i);
    else result.set(key, [i]);
  });
  return result;
}

/** Indexes of the variables that a scope declares. */
export function variablesOf(table: ModuleSites, scope: number): readonly number[] {
  return listsOf(table).variablesOfScope.get(scope) ?? [];
}

/** Names of a scope that one further in declares too, and so hides. */
export function shadowedNames(table: ModuleSites, scope: number, inner: number): readonly string[] {
  const { shadowed } = listsOf(table);
  const key = `${scope} ${inner}`;
  let names = shadowed.get(key);
  if (!names) {
    const hiding = new Set(variablesOf(table, inner).map((i) => table.variables[i]!.name));
    names = variablesOf(table, scope)
      .map((i) => table.variables[i]!.name)
      .filter((name) => hiding.has(name));
    shadowed.set(key, names);
  }
  return names;
}

/**
 * Scope indexes in reach from a position inside function `functionIndex`, innermost first, up to the module scope.
 */
export function scopesAt(table: ModuleSites, functionIndex: number, line: number, column: number): number[] {
  let innermost = table.functions[functionIndex]?.scope ?? 0;
  // Scopes are listed parents first, so the last one that holds the position within reach is the innermost.
  for (const i of listsOf(table).scopesOfFunction.get(functionIndex) ?? []) {
    if (scopeHolds(table.scopes[i]!, line, column) && scopeChain(table, i).includes(innermost)) innermost = i;
  }
  return scopeChain(table, innermost);
}

/** The scope and those around it, innermost first. */
function scopeChain(table: ModuleSites, innermost: number): number[] {
  const chain: number[] = [];
  for (let i = innermost; i >= 0 && chain.length <= table.scopes.length; i = table.scopes[i]?.parent ?? -1) {
    chain.push(i);
  }
  return chain;
}

/** Operators of the write with which a declaration gives its variable the first value. */
const DECLARING: ReadonlySet<string> = new Set(['let', 'const', 'class', 'using', 'await using']);

function findDeclarations(table: ModuleSites): TableLists['declarations'] {
  const found = new Map<number, { line: number; column: number }>();
  for (const [kind, , , line, column, a, b] of table.sites) {
    if (kind === SITE_WRITE && DECLARING.has(table.names[b] ?? '') && !found.has(a)) found.set(a, { line, column });
  }
  return found;
}

/**
 * True at a position before the declaration of a `let`, `const` or class: whatever the variable held the last time its
 * block ran, it has no value now.
 */
export function isBeforeDeclaration(table: ModuleSites, variable: number, line: number, column: number): boolean {
  const declared = listsOf(table).declarations.get(variable);
  return declared !== undefined && (line < declared.line || (line === declared.line && column < declared.column));
}
