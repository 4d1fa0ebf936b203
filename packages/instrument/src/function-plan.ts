import { capturedLocals, ceilingOfFunction, type FilePlan, levelOfFunction } from './plan/file-plan.ts';
import { levelRank } from './plan/levels.ts';

/** What the plan says about one function, levels as ranks. */
export interface FunctionPlan {
  readonly level: number;
  readonly ceiling: number;
  readonly captured: ReadonlySet<string>;
}

/** Looks up functions by qualified name. A plan without rules for functions is asked once: most files have no such rule. */
export function functionPlans(plan: FilePlan): (qualifiedName: string) => FunctionPlan {
  const ask = (name: string): FunctionPlan => ({
    level: levelRank(levelOfFunction(plan, name)),
    ceiling: levelRank(ceilingOfFunction(plan, name)),
    captured: capturedLocals(plan, name),
  });
  const hasRules = plan.functionRules.length > 0 || plan.captureLocals.some((scoped) => scoped.function !== null);
  if (hasRules) return ask;
  const same = ask('');
  return () => same;
}
