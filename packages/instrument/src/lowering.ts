import type { FunctionPlan } from './function-plan.ts';

/** Functions that get fewer probes than the plan allows, for a reason that the plan does not know. Plain data. */
export interface Lowering {
  /** Told of each function that gets no probes. */
  readonly reason: string;
  /** Highest level compiled in, by `placeOf` the function: 0 nothing, 1 entry and exit. */
  readonly ceilings: Readonly<Record<string, 0 | 1>>;
}

/** What a lowering leaves of the plan of a function at a place. Whoever names a function in the plan gets it. */
export function lowered(plan: FunctionPlan, lowering: Lowering | undefined, place: string): FunctionPlan {
  if (lowering === undefined || plan.isNamed) return plan;
  const ceiling = lowering.ceilings[place];
  if (ceiling === undefined || ceiling >= plan.ceiling) return plan;
  return { ...plan, ceiling, level: Math.min(plan.level, ceiling) };
}
