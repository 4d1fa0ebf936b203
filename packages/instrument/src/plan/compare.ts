import { planForFile, type FilePlan } from './file-plan.ts';
import { levelRank } from './levels.ts';
import type { Plan, PlanRule, PlanSettings } from './plan.ts';

/** What a change of a plan means for a program that is running. */
export interface PlanChanges {
  /** Keys whose change takes effect at once: levels, up to what is compiled in. */
  readonly live: readonly string[];
  /** What takes effect only when a file is loaded again or the program starts again; one line each, for people. */
  readonly needsReload: readonly string[];
  /** The loaded files whose instrumented text would be another one. */
  readonly filesToReload: readonly string[];
}

/** A file that the program has loaded, as `planForFile` takes it. */
export interface LoadedFile {
  readonly file: string;
  readonly packageName?: string;
}

/** Compares two plans of one place; `loaded` are the files that the running program has instrumented. */
export function comparePlans(before: Plan, after: Plan, loaded: readonly LoadedFile[] = []): PlanChanges {
  const live: string[] = [];
  if (before.level !== after.level) live.push('level');
  if (differs(before.rules.flatMap(levelPart), after.rules.flatMap(levelPart))) live.push('rules');

  const reasons = loaded.flatMap(({ file, ...facts }) => {
    const reason = reloadReason(planForFile(before, file, facts), planForFile(after, file, facts));
    return reason === null ? [] : [{ file, line: `${file}: ${reason}` }];
  });
  const needsReload = reasons.map(({ line }) => line);
  for (const key of ['include', 'exclude', 'packages', 'ceiling'] as const) {
    if (differs(before[key], after[key])) needsReload.push(`${key}: holds for files that load from now on`);
  }
  const settings = Object.keys({ ...before.settings, ...after.settings }) as (keyof PlanSettings)[];
  const changed = [
    ...(['values', 'redact'] as const).filter((key) => differs(before[key], after[key])),
    ...settings.filter((key) => differs(before.settings[key], after.settings[key])),
  ];
  needsReload.push(...changed.map((key) => `${key}: read when the program starts`));
  return { live, needsReload, filesToReload: reasons.map(({ file }) => file) };
}

/** Why the text compiled under one plan does not do for the other, or null when it does. */
function reloadReason(before: FilePlan, after: FilePlan): string | null {
  if (levelRank(after.ceiling) > levelRank(before.ceiling)) return aboveCompiled(after.ceiling, before.ceiling);
  for (const rule of after.functionRules) {
    const compiledIn = before.functionRules.find((candidate) => candidate.function === rule.function)?.level;
    const reachable = Math.max(levelRank(before.ceiling), compiledIn === undefined ? 0 : levelRank(compiledIn));
    if (levelRank(rule.level) > reachable) return `${rule.function}: ${aboveCompiled(rule.level, before.ceiling)}`;
  }
  for (const key of ['captureLocals', 'traceExpressions', 'inject'] as const) {
    if (differs(before[key], after[key])) return `${key}: holds when the file loads again`;
  }
  return null;
}

function aboveCompiled(level: string, ceiling: string): string {
  return `level "${level}" is above "${ceiling}", which is compiled in`;
}

function levelPart({ file, package: packageName, function: pattern, level }: PlanRule): unknown[] {
  return level === undefined ? [] : [[file, packageName, pattern, level]];
}

function differs(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
