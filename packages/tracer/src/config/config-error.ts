import type { PlanProblem } from '@execution-cinema/instrument/plan';

/** Everything that can be wrong before a program starts, with what to do about it. Codes are stable. */
export const CONFIG_ERRORS = {
  CONFIG_BAD_VALUE: 'Give one of the expected values, or leave it out for the default.',
  CONFIG_BAD_GLOB:
    'Write globs with "/", relative to the root and between commas: "src/**,lib/**"; "**" alone means everything.',
  CONFIG_SIZES: 'Make the buffer larger or the chunk smaller.',
  PLAN_NOT_FOUND: 'Correct the path, or say "none" to run without a plan.',
  PLAN_SYNTAX: 'Correct the JSON at that place.',
  PLAN_LOAD_FAILED: 'Run the file alone with node to see the error; it must export the plan as default.',
  PLAN_INVALID: 'Correct the plan; plan.schema.json describes it for editors.',
  OUT_IS_FOLDER: 'Name a file.',
  OUT_NOT_WRITABLE: 'Choose another file with TRACER_OUT or --out.',
} as const satisfies Record<string, string>;

export type ConfigErrorCode = keyof typeof CONFIG_ERRORS;

/** Wrong usage, or a place that cannot be written: one clear message, and what to do. Nothing has been changed yet. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;
  readonly remedy: string;
  /** What is wrong with the plan, where that is the matter. */
  readonly problems: readonly PlanProblem[];

  constructor(
    code: ConfigErrorCode,
    message: string,
    { remedy = CONFIG_ERRORS[code], problems = [] }: { remedy?: string; problems?: readonly PlanProblem[] } = {},
  ) {
    super(message);
    this.code = code;
    this.remedy = remedy;
    this.problems = problems;
  }
}
