import { choosingGlob, matchesGlobs } from './globs.ts';
import { DEFAULT_LEVEL, levelRank, maxLevel, type Level } from './levels.ts';
import { matchesCall, matchesFunction } from './patterns.ts';
import type { Injection, Plan, PlanRule, RedactionPlan, ValueLimits } from './plan.ts';

/** What a plan says about one file: plain data. */
export interface FilePlan {
  /** Level of module code and of functions that no rule names. */
  readonly level: Level;
  /** Highest level compiled in for them. */
  readonly ceiling: Level;
  /** In order, later wins. Rules that a later rule for the whole file overrides are left out. */
  readonly functionRules: readonly FunctionRule[];
  readonly captureLocals: readonly ScopedNames[];
  readonly traceExpressions: readonly ScopedNames[];
  readonly inject: readonly Injection[];
  readonly values: ValueLimits;
  readonly redact: RedactionPlan;
  /** Names everything that the instrumented text and its site table depend on, the levels at start included. */
  readonly fingerprint: string;
  /** As `fingerprint` without the levels, which move at run time: when it changes, the file must be loaded again. */
  readonly reloadFingerprint: string;
}

export interface FunctionRule {
  readonly function: string;
  readonly level: Level;
}

/** Names or patterns that hold in the functions of a pattern, or in the whole file. */
export interface ScopedNames {
  readonly function: string | null;
  readonly names: readonly string[];
}

export interface FileFacts {
  /** Name of the package in node_modules that the file belongs to. */
  readonly packageName?: string;
}

/** The effective plan of one file; `relativePath` is relative to the root with `/`, absolute when outside. */
export function planForFile(plan: Plan, relativePath: string, { packageName }: FileFacts = {}): FilePlan {
  const rules = plan.rules.filter((rule) => appliesTo(rule, relativePath, packageName));
  let level = plan.level ?? DEFAULT_LEVEL;
  let functionRules: FunctionRule[] = [];
  for (const rule of rules) {
    if (rule.level === undefined) continue;
    if (rule.function === undefined) {
      level = rule.level;
      functionRules = [];
    } else functionRules.push({ function: rule.function, level: rule.level });
  }
  const ceiling = maxLevel(plan.ceiling ?? DEFAULT_LEVEL, level);
  const captureLocals = scopedNames(rules, (rule) => rule.captureLocals);
  const traceExpressions = scopedNames(rules, (rule) => rule.traceExpressions);
  const inject = rules.flatMap((rule) => rule.inject ?? []);
  const raised = functionRules.filter((rule) => levelRank(rule.level) > levelRank(ceiling));
  const { redact } = plan;
  const reloadFingerprint = JSON.stringify([ceiling, raised, captureLocals, traceExpressions, inject, redact]);
  return {
    level,
    ceiling,
    functionRules,
    captureLocals,
    traceExpressions,
    inject,
    values: plan.values,
    redact,
    fingerprint: JSON.stringify([level, functionRules, reloadFingerprint]),
    reloadFingerprint,
  };
}

/** The level in force at start for a function, by its qualified name (`Cart.total`). */
export function levelOfFunction(filePlan: FilePlan, qualifiedName: string): Level {
  const rule = filePlan.functionRules.findLast((candidate) => matchesFunction(qualifiedName, candidate.function));
  return rule?.level ?? filePlan.level;
}

/** The highest level to compile into a function; its level moves below this at run time. */
export function ceilingOfFunction(filePlan: FilePlan, qualifiedName: string): Level {
  return filePlan.functionRules
    .filter((rule) => matchesFunction(qualifiedName, rule.function))
    .reduce((ceiling, rule) => maxLevel(ceiling, rule.level), filePlan.ceiling);
}

/** Variables whose writes a function records at every level but `off`. */
export function capturedLocals(filePlan: FilePlan, qualifiedName: string): ReadonlySet<string> {
  return new Set(namesWithin(filePlan.captureLocals, qualifiedName));
}

/** Whether a call in a function is traced at every level but `off`, by the call's text. */
export function isTracedCall(filePlan: FilePlan, qualifiedName: string, callText: string): boolean {
  if (filePlan.traceExpressions.length === 0) return false;
  return namesWithin(filePlan.traceExpressions, qualifiedName).some((pattern) => matchesCall(callText, pattern));
}

/** Whether a plan chooses a file at all, and which glob decided; `null` for neither. */
export function chosenByGlobs(
  plan: Pick<Plan, 'include' | 'exclude'>,
  relativePath: string,
): { chosen: boolean | null; glob: string | null } {
  const excluding = (plan.exclude ?? []).find((glob) => matchesGlobs(relativePath, [glob])) ?? null;
  if (excluding !== null) return { chosen: false, glob: excluding };
  const including = choosingGlob(relativePath, plan.include ?? []);
  if (including !== null) return { chosen: true, glob: including };
  return { chosen: plan.include === undefined ? null : false, glob: null };
}

/** Whether a package is among names such as `express` and `@scope/*`. */
export function matchesPackage(packageName: string, names: readonly string[]): boolean {
  return names.some((name) => matchesGlobs(packageName, [name]));
}

function appliesTo(rule: PlanRule, relativePath: string, packageName: string | undefined): boolean {
  if (rule.file !== undefined && !matchesGlobs(relativePath, [rule.file])) return false;
  return rule.package === undefined || (packageName !== undefined && matchesPackage(packageName, [rule.package]));
}

function scopedNames(
  rules: readonly PlanRule[],
  pick: (rule: PlanRule) => readonly string[] | undefined,
): ScopedNames[] {
  return rules.flatMap((rule) => {
    const names = pick(rule);
    return names === undefined || names.length === 0 ? [] : [{ function: rule.function ?? null, names }];
  });
}

function namesWithin(scoped: readonly ScopedNames[], qualifiedName: string): string[] {
  return scoped.flatMap((entry) =>
    entry.function === null || matchesFunction(qualifiedName, entry.function) ? entry.names : [],
  );
}
