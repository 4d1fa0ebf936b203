import {
  comparePlans,
  levelOfFunction,
  levelRank,
  planForFile,
  type FileFacts,
  type Plan,
} from '@execution-cinema/instrument/plan';
import type { LivePlan, PlanSource } from '@execution-cinema/store';
import { reloadPlan, withOverrides, type TracerConfig } from '../config/index.ts';
import { packageNameOf } from '../config/root.ts';

interface LoadedPlan extends LivePlan {
  readonly plan: Plan;
}

/** How the recorder thread follows the plan file while the program runs; flags and variables stay in force over it. */
export function planSource({
  plan,
  planFile,
  root,
  overrides,
}: Pick<TracerConfig, 'plan' | 'planFile' | 'root' | 'overrides'>): PlanSource {
  return {
    current: live(plan),
    reload: async () => live(withOverrides(await reloadPlan(planFile!, root), overrides)),
    needsReload: (before, after, files) => {
      const loaded = files.map((file) => ({ file, ...factsOf(file) }));
      return comparePlans((before as LoadedPlan).plan, (after as LoadedPlan).plan, loaded).needsReload;
    },
  };
}

function live(plan: Plan): LoadedPlan {
  return {
    plan,
    json: JSON.stringify(plan),
    levelsIn: (file) => {
      const filePlan = planForFile(plan, file, factsOf(file));
      return (functionName) => levelRank(levelOfFunction(filePlan, functionName));
    },
  };
}

function factsOf(file: string): FileFacts {
  const packageName = packageNameOf(file);
  return packageName === null ? {} : { packageName };
}
