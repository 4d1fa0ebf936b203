import type { FilePlan } from '../src/plan/file-plan.ts';
import type { Level } from '../src/plan/levels.ts';
import { DEFAULT_VALUE_LIMITS } from '../src/plan/plan.ts';

/** A plan that says one level for everything, and what else is asked for. */
export function planOfLevel(level: Level, more: Partial<FilePlan> = {}): FilePlan {
  return {
    level,
    ceiling: level,
    functionRules: [],
    captureLocals: [],
    traceExpressions: [],
    inject: [],
    values: DEFAULT_VALUE_LIMITS,
    redact: { names: [], patterns: [], allow: [] },
    fingerprint: '',
    reloadFingerprint: '',
    ...more,
  };
}
