import { SITE_CATCH, SITE_WRITE, type ScopeEntry, type ScopeKind, type VariableKind } from '@execution-cinema/format';
import type { CallPlace } from '../places/call-places.ts';
import type { SiteTable } from './site-table.ts';

/** True when the scope's range holds the position (original lines, 0-based columns; the end is exclusive). */
function scopeHolds(scope: ScopeEntry, line: number, column: number): boolean {
  if (line < scope.line || (line === scope.line && column < scope.column)) return false;
  return line < scope.endLine || (line === scope.endLine && column < scope.endColumn);
}

/** Kinds of scopes that a function leaves before it ends. */
const INNER: ReadonlySet<ScopeKind> = new Set<ScopeKind>(['block', 'for', 'catch', 'switch']);

/** Whether a function that stands at a position is out of one of its scopes. */
export function hasLeft(scope: ScopeEntry, { line, column }: CallPlace): boolean {
  return INNER.has(scope.kind) && !scopeHolds(scope, line, column);
}

/** Whether the variable that a site writes is one of a scope that a function which stands at a position is out of. */
export function writesLeftScope(table: SiteTable, site: number, place: CallPlace): boolean {
  const [kind, , , , , a] = table.sites.at(site) ?? [];
  const scope = kind === SITE_WRITE || kind === SITE_CATCH ? table.variables[a!]?.scope : undefined;
  return scope !== undefined && hasLeft(table.scopes[scope]!, place);
}

/** Lists that a large table is asked for again and again. */
interface TableLists {
  scopesOfFunction: Groups;
  variablesOfScope: Groups;
  /**
   * By variable, the site (plus one) of the write that gives it the first value, for `let`, `const` and classes; 0 for
   * none.
   */
  declarations: Int32Array;
  /** Names that two scopes both declare, by both. */
  shadowed: Map<string, readonly string[]>;
}

const lists = new WeakMap<SiteTable, TableLists>();

function listsOf(table: SiteTable): TableLists {
  let known = lists.get(table);
  if (!known) {
    const { scopes, variables } = table;
    known = {
      scopesOfFunction: new Groups(scopes.length, (i) => scopes[i]!.function, table.functions.length),
      variablesOfScope: new Groups(variables.length, (i) => variables[i]!.scope, scopes.length),
      declarations: findDeclarations(table),
      shadowed: new Map(),
    };
    lists.set(table, known);
  }
  return known;
}

/** Numbers from 0 on by the group that each belongs to: few words for many groups, of which few are asked for. */
class Groups {
  private readonly starts: Int32Array;
  private readonly members: Int32Array;
  private readonly asked = new Map<number, readonly number[]>();

  /** `groupOf` tells the group of each of `count` numbers; one that is none of `groups` is left out. */
  constructor(count: number, groupOf: (number: number) => number, groups: number) {
    const starts = new Int32Array(groups + 1);
    const isMember = (group: number): boolean => group >= 0 && group < groups;
    for (let i = 0; i < count; i++) if (isMember(groupOf(i))) starts[groupOf(i) + 1]!++;
    for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!;
    const next = starts.slice();
    this.members = new Int32Array(starts[groups]!);
    for (let i = 0; i < count; i++) if (isMember(groupOf(i))) this.members[next[groupOf(i)]!++] = i;
    this.starts = starts;
  }

  /** Members of a group, ascending. */
  of(group: number): readonly number[] {
    let known = this.asked.get(group);
    if (!known) {
      known = Array.from(this.members.subarray(this.starts[group], this.starts[group + 1]));
      this.asked.set(group, known);
    }
    return known;
  }
}

/** Indexes of the variables that a scope declares. */
export function variablesOf(table: SiteTable, scope: number): readonly number[] {
  return listsOf(table).variablesOfScope.of(scope);
}

/** Names of a scope that one further in declares too, and so hides. */
export function shadowedNames(table: SiteTable, scope: number, inner: number): readonly string[] {
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
export function scopesAt(table: SiteTable, functionIndex: number, line: number, column: number): number[] {
  let innermost = table.functions[functionIndex]?.scope ?? 0;
  // Scopes are listed parents first, so the last one that holds the position within reach is the innermost.
  for (const i of listsOf(table).scopesOfFunction.of(functionIndex)) {
    if (scopeHolds(table.scopes[i]!, line, column) && scopeChain(table, i).includes(innermost)) innermost = i;
  }
  return scopeChain(table, innermost);
}

/** The scope and those around it, innermost first. */
function scopeChain(table: SiteTable, innermost: number): number[] {
  const chain: number[] = [];
  for (let i = innermost; i >= 0 && chain.length <= table.scopes.length; i = table.scopes[i]?.parent ?? -1) {
    chain.push(i);
  }
  return chain;
}

/** Operators of the write with which a declaration gives its variable the first value. */
const DECLARING: ReadonlySet<string> = new Set(['let', 'const', 'class', 'using', 'await using']);
/** Of these as well what the head of a loop assigns: every iteration has its own. */
const PER_ITERATION: ReadonlySet<VariableKind> = new Set<VariableKind>(['let', 'const', 'using']);

function findDeclarations(table: SiteTable): Int32Array {
  const found = new Int32Array(table.variables.length);
  const isDeclaring = table.names.map((name) => DECLARING.has(name));
  const isFor = table.names.indexOf('for');
  table.sites.forEach(([kind, , , , , a, b], site) => {
    if (kind !== SITE_WRITE || found[a] !== 0) return;
    const { kind: variable, scope } = table.variables[a] ?? {};
    const isOfHead = b === isFor && PER_ITERATION.has(variable!) && table.scopes[scope!]?.kind === 'for';
    if (isDeclaring[b] || isOfHead) found[a] = site + 1;
  });
  return found;
}

/**
 * True at a position before the declaration of a `let`, `const` or class: whatever the variable held the last time its
 * block ran, it has no value now.
 */
export function isBeforeDeclaration(table: SiteTable, variable: number, line: number, column: number): boolean {
  const site = listsOf(table).declarations[variable] ?? 0;
  if (site === 0) return false;
  const [, , , lineDeclared, columnDeclared] = table.sites.at(site - 1)!;
  return line < lineDeclared || (line === lineDeclared && column < columnDeclared);
}
