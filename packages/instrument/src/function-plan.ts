import { capturedLocals, ceilingOfFunction, type FilePlan, levelOfFunction } from './plan/file-plan.ts';
import { levelRank } from './plan/levels.ts';
import { matchesFunction } from './plan/patterns.ts';

/** What the plan says about one function, levels as ranks. */
export interface FunctionPlan {
  readonly level: number;
  readonly ceiling: number;
  readonly captured: ReadonlySet<string>;
  /** A rule asks for this function by its name, or by a pattern that is more than `*`. */
  readonly isNamed: boolean;
}

/** Looks up functions by qualified name. A plan without rules for functions is asked once: most files have no such rule. */
export function functionPlans(plan: FilePlan): (qualifiedName: string) => FunctionPlan {
  const asked = [
    ...plan.functionRules.filter(({ level }) => level !== 'off'),
    ...plan.captureLocals,
    ...plan.traceExpressions,
  ].flatMap(({ function: pattern }) => (pattern === null || pattern.trim() === '*' ? [] : [pattern]));
  const ask = (name: string): FunctionPlan => ({
    level: levelRank(levelOfFunction(plan, name)),
    ceiling: levelRank(ceilingOfFunction(plan, name)),
    captured: capturedLocals(plan, name),
    isNamed: asked.some((pattern) => matchesFunction(name, pattern)),
  });
  const scoped = [...plan.captureLocals, ...plan.traceExpressions];
  const hasRules = plan.functionRules.length > 0 || scoped.some((names) => names.function !== null);
  if (hasRules) return ask;
  const same = ask('');
  return () => same;
}
