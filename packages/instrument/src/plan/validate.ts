import { PlanError, type PlanErrorCode, type PlanProblem } from './errors.ts';
import { rootGlob } from './globs.ts';
import { nearest } from './nearest.ts';
import { DEFAULT_VALUE_LIMITS, emptyPlan, type Injection, type Plan, type PlanRule } from './plan.ts';
import { SETTING_RULES } from './settings.ts';
import { PLAN_SHAPE, type Shape } from './shape.ts';

/** More problems than this are not listed. */
const PROBLEMS_MAX = 20;

/** Where a plan was written; globs are relative to `base`. Both folders are absolute, with `/`. */
export interface PlanPlace {
  readonly base: string;
  readonly root: string;
}

/**
 * Checks what a plan file holds and makes a plan of it. Without a place globs stay as they are. Throws a PlanError that
 * names every problem.
 */
export function parsePlan(value: unknown, place?: PlanPlace): Plan {
  const [first, ...others] = planProblems(value);
  if (first !== undefined) throw new PlanError([first, ...others]);
  return normalised(value as WrittenPlan, place);
}

/** Everything wrong with a plan, in the order of the file; empty when it can be used. */
export function planProblems(value: unknown): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const report = (code: PlanErrorCode, path: string, message: string): void => {
    if (problems.length < PROBLEMS_MAX) problems.push({ code, path, message });
  };
  if (!isRecord(value)) {
    report('PLAN_NOT_AN_OBJECT', '', `expected an object, got ${described(value)}`);
    return problems;
  }
  check(value, PLAN_SHAPE, '', report);
  if (Array.isArray(value['rules'])) {
    value['rules'].forEach((rule: unknown, index) => checkRule(rule, `rules[${index}]`, report));
  }
  return problems;
}

type Report = (code: PlanErrorCode, path: string, message: string) => void;

function check(value: unknown, shape: Shape, path: string, report: Report): void {
  switch (shape.kind) {
    case 'text': {
      if (typeof value !== 'string') {
        const hint = value instanceof RegExp ? `; write it as the string ${JSON.stringify(value.source)}` : '';
        return report('PLAN_WRONG_TYPE', path, `expected a string, got ${described(value)}${hint}`);
      }
      const problem = shape.problem(value);
      return problem === null ? undefined : report(shape.code, path, `${JSON.stringify(value)}: ${problem}`);
    }
    case 'choice': {
      if (typeof value === 'string' && shape.choices.includes(value)) return;
      const near = typeof value === 'string' ? nearest(value, shape.choices) : null;
      const hint = near === null ? '' : `; did you mean "${near}"?`;
      const choices = shape.choices.map((choice) => `"${choice}"`).join(', ');
      return report('PLAN_WRONG_VALUE', path, `expected one of ${choices}, got ${described(value)}${hint}`);
    }
    case 'integer': {
      if (typeof value === 'number' && Number.isInteger(value) && value >= shape.min && value <= shape.max) return;
      const code = typeof value === 'number' ? 'PLAN_WRONG_VALUE' : 'PLAN_WRONG_TYPE';
      return report(code, path, `expected a whole number from ${shape.min} to ${shape.max}, got ${described(value)}`);
    }
    case 'setting': {
      const result = shape.parse(value);
      return result.ok
        ? undefined
        : report('PLAN_WRONG_VALUE', path, `expected ${result.expected}, got ${described(value)}`);
    }
    case 'list':
      if (!Array.isArray(value)) {
        const hint = typeof value === 'string' ? `; write [${JSON.stringify(value)}]` : '';
        return report('PLAN_WRONG_TYPE', path, `expected an array, got ${described(value)}${hint}`);
      }
      return value.forEach((item, index) => check(item, shape.items, `${path}[${index}]`, report));
    case 'object': {
      if (!isRecord(value)) return report('PLAN_WRONG_TYPE', path, `expected an object, got ${described(value)}`);
      const known = Object.keys(shape.keys);
      for (const [key, item] of Object.entries(value)) {
        const at = path === '' ? key : `${path}.${key}`;
        const entry = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
        if (entry === undefined) {
          const near = nearest(key, known);
          const hint = near === null ? `; known keys: ${known.join(', ')}` : `; did you mean "${near}"?`;
          report('PLAN_UNKNOWN_KEY', at, `unknown key${hint}`);
        } else if (item !== undefined) check(item, entry.shape, at, report);
      }
      for (const key of shape.required ?? []) {
        if (value[key] === undefined) report('PLAN_INCOMPLETE_RULE', path, `"${key}" is missing`);
      }
    }
  }
}

function checkRule(rule: unknown, path: string, report: Report): void {
  if (!isRecord(rule)) return;
  if (rule['inject'] !== undefined && rule['file'] === undefined) {
    report('PLAN_INCOMPLETE_RULE', path, '"inject" names a line, so the rule needs "file"');
  }
  if (EFFECTS.every((key) => rule[key] === undefined)) {
    report('PLAN_INCOMPLETE_RULE', path, `the rule says nothing; it needs one of ${EFFECTS.join(', ')}`);
  }
}

const EFFECTS = ['level', 'captureLocals', 'traceExpressions', 'inject'] as const;

/** A plan as a file holds it, after the check. */
interface WrittenPlan extends Omit<Partial<Plan>, 'rules' | 'values' | 'redact' | 'settings'> {
  rules?: WrittenRule[];
  values?: Partial<Plan['values']>;
  redact?: Partial<Plan['redact']>;
}

type WrittenRule = Omit<PlanRule, 'inject'> & {
  inject?: (Omit<Injection, 'position'> & Partial<Pick<Injection, 'position'>>)[];
};

function normalised(written: WrittenPlan, place: PlanPlace | undefined): Plan {
  const atRoot = (glob: string): string => (place === undefined ? glob : rootGlob(glob, place));
  const plan = emptyPlan();
  if (written.level !== undefined) plan.level = written.level;
  if (written.ceiling !== undefined) plan.ceiling = written.ceiling;
  if (written.include !== undefined) plan.include = written.include.map(atRoot);
  if (written.exclude !== undefined) plan.exclude = written.exclude.map(atRoot);
  if (written.packages !== undefined) plan.packages = [...written.packages];
  plan.rules = (written.rules ?? []).map((rule) => normalisedRule(rule, atRoot));
  plan.values = { ...DEFAULT_VALUE_LIMITS, ...defined(written.values ?? {}) };
  plan.redact = { ...plan.redact, ...defined(written.redact ?? {}) };
  for (const [name, { parse }] of Object.entries(SETTING_RULES)) {
    const raw = (written as Record<string, unknown>)[name];
    const result = raw === undefined ? undefined : parse(raw);
    if (result?.ok === true) Object.assign(plan.settings, { [name]: result.value });
  }
  return plan;
}

function normalisedRule(written: WrittenRule, atRoot: (glob: string) => string): PlanRule {
  const { file, inject, ...others } = defined(written);
  const rule: PlanRule = { ...others };
  if (file !== undefined) rule.file = atRoot(file);
  if (inject !== undefined) rule.inject = inject.map((entry) => ({ position: 'after', ...defined(entry) }));
  return rule;
}

/** A module may export keys that are undefined; in JSON they would not exist. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function described(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof RegExp) return 'a regular expression';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
