import { LEVELS } from './levels.ts';
import { callPatternProblem, functionPatternProblem } from './patterns.ts';
import type { PlanErrorCode } from './errors.ts';
import { globProblem } from './globs.ts';
import { expressionProblem, regularExpressionProblem } from './syntax.ts';
import { SETTING_RULES } from './settings.ts';
import type { Parsed } from './units.ts';

/*
 * What a plan may hold, as one table: the validator walks it, the JSON Schema is made from it. A key that is added here
 * is accepted, described and checked in both.
 */

export type Shape =
  | { kind: 'text'; code: PlanErrorCode; problem: (text: string) => string | null; examples: string[] }
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'integer'; min: number; max: number }
  | { kind: 'list'; items: Shape }
  | { kind: 'object'; keys: Readonly<Record<string, Key>>; required?: readonly string[] }
  | { kind: 'setting'; parse: (raw: unknown) => Parsed<unknown>; json: Readonly<Record<string, unknown>> };

interface Key {
  readonly shape: Shape;
  readonly description: string;
}

function notEmpty(text: string): string | null {
  return text.trim() === '' ? 'the text is empty' : null;
}

const TEXT: Shape = { kind: 'text', code: 'PLAN_WRONG_VALUE', problem: notEmpty, examples: [] };
const GLOB: Shape = { kind: 'text', code: 'PLAN_BAD_GLOB', problem: globProblem, examples: ['src/**'] };
const PACKAGE: Shape = { kind: 'text', code: 'PLAN_BAD_GLOB', problem: globProblem, examples: ['express', '@scope/*'] };
const FUNCTION: Shape = {
  kind: 'text',
  code: 'PLAN_BAD_FUNCTION_PATTERN',
  problem: functionPatternProblem,
  examples: ['apply*|Cart.total'],
};
const CALL: Shape = { kind: 'text', code: 'PLAN_BAD_CALL_PATTERN', problem: callPatternProblem, examples: ['rate(*)'] };
const EXPRESSION: Shape = {
  kind: 'text',
  code: 'PLAN_BAD_EXPRESSION',
  problem: expressionProblem,
  examples: ['`rate ${rate}`'],
};
const PATTERN: Shape = {
  kind: 'text',
  code: 'PLAN_BAD_PATTERN',
  problem: regularExpressionProblem,
  examples: ['^sk_live_'],
};
const LEVEL: Shape = { kind: 'choice', choices: LEVELS };

function listOf(items: Shape): Shape {
  return { kind: 'list', items };
}

const INJECTION: Shape = {
  kind: 'object',
  required: ['line', 'log'],
  keys: {
    line: { shape: { kind: 'integer', min: 1, max: 10_000_000 }, description: 'Line of the original file, from 1.' },
    position: {
      shape: { kind: 'choice', choices: ['before', 'after'] },
      description: 'Before or after the statement on that line; after when left out.',
    },
    log: {
      shape: EXPRESSION,
      description: 'JavaScript expression whose value is logged, evaluated in the scope there.',
    },
  },
};

const RULE: Shape = {
  kind: 'object',
  keys: {
    file: { shape: GLOB, description: 'Files that the rule is for; all when left out.' },
    package: { shape: PACKAGE, description: 'Package of node_modules that the rule is for.' },
    function: { shape: FUNCTION, description: 'Functions that the rule is for; all when left out.' },
    level: { shape: LEVEL, description: 'Level of these functions.' },
    captureLocals: {
      shape: listOf(TEXT),
      description: 'Variables whose writes are recorded at every level but "off".',
    },
    traceExpressions: {
      shape: listOf(CALL),
      description: 'Calls whose results are recorded at every level but "off".',
    },
    inject: { shape: listOf(INJECTION), description: 'Log lines put into the program; the rule names the file.' },
  },
};

/** Limits follow the format: counts have 15 bits, lengths of strings 16. */
const VALUES: Shape = {
  kind: 'object',
  keys: {
    depth: { shape: { kind: 'integer', min: 0, max: 16 }, description: 'Levels of nested objects.' },
    properties: { shape: { kind: 'integer', min: 0, max: 32_767 }, description: 'Properties of one object.' },
    items: { shape: { kind: 'integer', min: 0, max: 32_767 }, description: 'Items of one array, map or set.' },
    string: { shape: { kind: 'integer', min: 16, max: 65_535 }, description: 'Characters of one string.' },
  },
};

const REDACT: Shape = {
  kind: 'object',
  keys: {
    names: {
      shape: listOf(TEXT),
      description: 'Names whose values are secrets as well, matched at the end of a name.',
    },
    patterns: { shape: listOf(PATTERN), description: 'Regular expressions that secret texts match.' },
    allow: { shape: listOf(TEXT), description: 'Names that are not secret after all.' },
  },
};

const settingKeys: Record<string, Key> = {};
for (const [name, { parse, json, description }] of Object.entries(SETTING_RULES)) {
  settingKeys[name] = { shape: { kind: 'setting', parse, json }, description };
}

/** A plan as a whole. */
export const PLAN_SHAPE: Shape & { kind: 'object' } = {
  kind: 'object',
  keys: {
    $schema: { shape: TEXT, description: 'Where this schema is, for editors.' },
    level: { shape: LEVEL, description: 'Level where no rule says otherwise; "locals" when left out.' },
    ceiling: {
      shape: LEVEL,
      description: 'Highest level compiled in where no rule names a higher one; "locals" when left out.',
    },
    include: {
      shape: listOf(GLOB),
      description: 'Files to record; all under the root but node_modules when left out.',
    },
    exclude: { shape: listOf(GLOB), description: 'Files not to record; wins over "include".' },
    packages: { shape: listOf(PACKAGE), description: 'Packages of node_modules to record as well.' },
    rules: { shape: listOf(RULE), description: 'What holds for some files and functions; later rules win.' },
    values: { shape: VALUES, description: 'Budgets of one captured value.' },
    redact: { shape: REDACT, description: 'What is secret here beside the built-in rules.' },
    ...settingKeys,
  },
};
