/** Everything that can be wrong with a plan's content, with what to do about it. Codes are stable. */
export const PLAN_ERRORS = {
  PLAN_NOT_AN_OBJECT:
    'A plan is a JSON object such as { "level": "boundaries", "rules": [] }; a module exports it as default.',
  PLAN_UNKNOWN_KEY: 'Correct the spelling or take the key out.',
  PLAN_WRONG_TYPE: 'Give a value of the expected type.',
  PLAN_WRONG_VALUE: 'Give one of the expected values.',
  PLAN_BAD_GLOB: 'Write globs with "/", relative to the plan file: "src/**", "**/*.ts"; "**" alone means everything.',
  PLAN_BAD_FUNCTION_PATTERN: 'Write names with "*" and "|": "apply*|Cart.total".',
  PLAN_BAD_CALL_PATTERN: 'Write the text of a call with "*" for what may vary: "rate(*)".',
  PLAN_BAD_EXPRESSION:
    'Write a JavaScript expression, for text with values a template literal in back quotes: "`rate ${rate}`".',
  PLAN_BAD_PATTERN: 'Write a JavaScript regular expression as a string without slashes: "^sk_live_".',
  PLAN_INCOMPLETE_RULE: 'Add what is missing, or take the rule out.',
} as const satisfies Record<string, string>;

export type PlanErrorCode = keyof typeof PLAN_ERRORS;

/** One thing wrong with a plan. */
export interface PlanProblem {
  code: PlanErrorCode;
  /** Where: `rules[1].inject[0].line`; empty for the plan as a whole. */
  path: string;
  /** What is wrong, what was expected, and the likely correction. */
  message: string;
}

/** A plan that cannot be used; names every problem at once. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly code: PlanErrorCode;
  readonly problems: readonly PlanProblem[];
  /** What to do about the first problem. */
  readonly remedy: string;

  constructor(problems: readonly [PlanProblem, ...PlanProblem[]]) {
    const [first] = problems;
    super(problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n'));
    this.code = first.code;
    this.problems = problems;
    this.remedy = PLAN_ERRORS[first.code];
  }
}
