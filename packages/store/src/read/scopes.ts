import { SITE_WRITE, type ModuleSites, type ScopeEntry } from '@execution-cinema/format';

/** True when the scope's range holds the position (original lines, 0-based columns; the end is exclusive). */
function scopeHolds(scope: ScopeEntry, line: number, column: number): boolean {
  if (line < scope.line || (line === scope.line && column < scope.column)) return false;
  return line < scope.endLine || (line === scope.endLine && column < scope.endColumn);
}

/**
 * Scope indexes in reach from a position inside function `functionIndex`, innermost first, up to the module scope.
 */
export function scopesAt(table: ModuleSites, functionIndex: number, line: number, column: number): number[] {
  let innermost = table.functions[functionIndex]?.scope ?? 0;
  for (let i = 0; i < table.scopes.length; i++) {
    const scope = table.scopes[i]!;
    // Scopes are listed parents first, so the last one that holds the position within reach is the innermost.
    if (scope.function === functionIndex && scopeHolds(scope, line, column) && isWithin(table, i, innermost)) {
      innermost = i;
    }
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

function isWithin(table: ModuleSites, scope: number, ancestor: number): boolean {
  return scopeChain(table, scope).includes(ancestor);
}

/** Operators of the write with which a declaration gives its variable the first value. */
const DECLARING: ReadonlySet<string> = new Set(['let', 'const', 'class', 'using', 'await using']);

type Positions = ReadonlyMap<number, { line: number; column: number }>;
const declarations = new WeakMap<ModuleSites, Positions>();

function declarationsOf(table: ModuleSites): Positions {
  let known = declarations.get(table);
  if (!known) {
    const found = new Map<number, { line: number; column: number }>();
    for (const [kind, , , line, column, a, b] of table.sites) {
      if (kind === SITE_WRITE && DECLARING.has(table.names[b] ?? '') && !found.has(a)) found.set(a, { line, column });
    }
    declarations.set(table, (known = found));
  }
  return known;
}

/**
 * True at a position before the declaration of a `let`, `const` or class: whatever the variable held the last time its
 * block ran, it has no value now.
 */
export function isBeforeDeclaration(table: ModuleSites, variable: number, line: number, column: number): boolean {
  const declared = declarationsOf(table).get(variable);
  return declared !== undefined && (line < declared.line || (line === declared.line && column < declared.column));
}
