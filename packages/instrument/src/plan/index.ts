export { comparePlans, type LoadedFile, type PlanChanges } from './compare.ts';
export { PLAN_ERRORS, PlanError, type PlanErrorCode, type PlanProblem } from './errors.ts';
export {
  capturedLocals,
  ceilingOfFunction,
  chosenByGlobs,
  isTracedCall,
  levelOfFunction,
  matchesPackage,
  planForFile,
  type FileFacts,
  type FilePlan,
  type FunctionRule,
  type ScopedNames,
} from './file-plan.ts';
export { globProblem, isInNodeModules, rootGlob } from './globs.ts';
export { planJsonSchema } from './json-schema.ts';
export { DEFAULT_LEVEL, LEVELS, isLevel, levelRank, type Level } from './levels.ts';
export { nearest } from './nearest.ts';
export { functionPatternProblem, matchesFunction } from './patterns.ts';
export {
  emptyPlan,
  type Injection,
  type Plan,
  type PlanRule,
  type PlanSettings,
  type RedactionPlan,
  type ValueLimits,
} from './plan.ts';
export { SETTING_RULES, type SettingName, type SettingRule } from './settings.ts';
export { formatBytes, parseChoice, parseList, parseText, type Parsed } from './units.ts';
export { parsePlan, planProblems, type PlanPlace } from './validate.ts';
