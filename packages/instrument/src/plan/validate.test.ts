import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { PLAN_ERRORS, PlanError } from './errors.ts';
import { planJsonSchema } from './json-schema.ts';
import { parsePlan, planProblems } from './validate.ts';

/** The example of the documentation: every part of a plan. */
const EXAMPLE = {
  level: 'boundaries',
  include: ['src/**'],
  exclude: ['src/gen/**'],
  rules: [
    { file: 'src/cart/**', function: 'apply*|Cart.total', level: 'expressions' },
    { file: 'src/pay.ts', captureLocals: ['amount', 'currency'], traceExpressions: ['rate(*)'] },
    { file: 'src/pay.ts', inject: [{ line: 42, position: 'after', log: '`rate ${rate}`' }] },
    { function: 'hash', level: 'off' },
  ],
  values: { depth: 2, properties: 20, items: 20, string: 256 },
  redact: { names: ['ssn'], patterns: ['^sk_live_'], allow: ['passwordHint'] },
};

const schemaFile = new URL('./plan.schema.json', import.meta.url);
const matchesSchema = new Ajv({ allowUnionTypes: true }).compile(planJsonSchema());

describe('a valid plan', () => {
  it('is taken as it is, with defaults for what it leaves out', () => {
    expect(parsePlan(EXAMPLE)).toEqual({
      ...EXAMPLE,
      settings: {},
    });
    expect(parsePlan({ rules: [{ file: 'a.ts', inject: [{ line: 1, log: 'x' }] }] }).rules).toEqual([
      { file: 'a.ts', inject: [{ line: 1, position: 'after', log: 'x' }] },
    ]);
    expect(parsePlan({ values: { depth: 5 } }).values).toEqual({ depth: 5, properties: 20, items: 20, string: 256 });
  });

  it('has its settings parsed', () => {
    expect(
      parsePlan({ buffer: '32MB', budget: '20%', keep: 'none', flushMs: '1s', signal: 'SIGUSR2' }).settings,
    ).toEqual({
      buffer: 33_554_432,
      budget: 20,
      keep: null,
      flushMs: 1000,
      signal: 'USR2',
    });
  });

  it('has its globs made relative to the root', () => {
    const place = { base: '/home/app/packages/a', root: '/home/app' };
    const plan = parsePlan(
      { include: ['src/**', '**'], exclude: ['../b/**'], rules: [{ file: './x.ts', level: 'off' }] },
      place,
    );
    expect([plan.include, plan.exclude, plan.rules[0]?.file]).toEqual([
      ['packages/a/src/**', '**'],
      ['packages/b/**'],
      'packages/a/x.ts',
    ]);
  });

  it('may come from a module that leaves keys undefined', () => {
    expect(parsePlan({ level: undefined, rules: [{ function: 'a', file: undefined, level: 'off' }] }).rules).toEqual([
      { function: 'a', level: 'off' },
    ]);
  });
});

/** What is wrong, where, and whether the JSON Schema can see it too (it knows no globs and no syntax). */
const WRONG: [unknown, string, 'schema' | 'validator'][] = [
  [[], 'PLAN_NOT_AN_OBJECT : expected an object, got an array', 'schema'],
  [null, 'PLAN_NOT_AN_OBJECT : expected an object, got null', 'schema'],
  [{ levle: 'off' }, 'PLAN_UNKNOWN_KEY levle: unknown key; did you mean "level"?', 'schema'],
  [
    { rules: [{ functon: 'a', level: 'off' }] },
    'PLAN_UNKNOWN_KEY rules[0].functon: unknown key; did you mean "function"?',
    'schema',
  ],
  [
    { values: { zebra: 1 } },
    'PLAN_UNKNOWN_KEY values.zebra: unknown key; known keys: depth, properties, items, string',
    'schema',
  ],
  [
    { level: 'local' },
    'PLAN_WRONG_VALUE level: expected one of "off", "boundaries", "locals", "expressions", got "local"; did you mean "locals"?',
    'schema',
  ],
  [{ include: 'src/**' }, 'PLAN_WRONG_TYPE include: expected an array, got "src/**"; write ["src/**"]', 'schema'],
  [{ include: [1] }, 'PLAN_WRONG_TYPE include[0]: expected a string, got 1', 'schema'],
  [{ rules: [5] }, 'PLAN_WRONG_TYPE rules[0]: expected an object, got 5', 'schema'],
  [{ values: { depth: -1 } }, 'PLAN_WRONG_VALUE values.depth: expected a whole number from 0 to 16, got -1', 'schema'],
  [{ values: { depth: '2' } }, 'PLAN_WRONG_TYPE values.depth: expected a whole number from 0 to 16, got "2"', 'schema'],
  [
    { rules: [{ file: 'a.ts', inject: [{ line: 3 }] }] },
    'PLAN_INCOMPLETE_RULE rules[0].inject[0]: "log" is missing',
    'schema',
  ],
  [{ backpressure: 'wait' }, 'PLAN_WRONG_VALUE backpressure: expected one of "block", "drop", got "wait"', 'schema'],
  [{ quiet: 'sure' }, 'PLAN_WRONG_VALUE quiet: expected "1" or "0", got "sure"', 'schema'],
  [
    { redact: { patterns: [/a/] } },
    'PLAN_WRONG_TYPE redact.patterns[0]: expected a string, got a regular expression; write it as the string "a"',
    'schema',
  ],
  [{ exclude: [''] }, 'PLAN_BAD_GLOB exclude[0]: "": an empty glob matches nothing', 'schema'],
  [{ exclude: ['src/[a'] }, 'PLAN_BAD_GLOB exclude[0]: "src/[a": a bracket is not closed', 'validator'],
  [
    { exclude: ['!src/**'] },
    'PLAN_BAD_GLOB exclude[0]: "!src/**": a glob cannot begin with "!"; use "exclude"',
    'validator',
  ],
  [
    { include: ['src\\a'] },
    'PLAN_BAD_GLOB include[0]: "src\\\\a": a glob separates folders with "/", not with "\\"',
    'validator',
  ],
  [
    { rules: [{ function: 'a||b', level: 'off' }] },
    'PLAN_BAD_FUNCTION_PATTERN rules[0].function: "a||b": a name is missing beside "|"',
    'validator',
  ],
  [
    { rules: [{ traceExpressions: ['rate'] }] },
    'PLAN_BAD_CALL_PATTERN rules[0].traceExpressions[0]: "rate": a call has parentheses',
    'validator',
  ],
  [
    { rules: [{ file: 'a.ts', inject: [{ line: 1, log: 'rate is ${rate}' }] }] },
    `PLAN_BAD_EXPRESSION rules[0].inject[0].log: "rate is \${rate}": Unexpected identifier 'is'; is it meant as text? Then put it in back quotes`,
    'validator',
  ],
  [
    { rules: [{ file: 'a.ts', inject: [{ line: 1, log: 'a); b(' }] }] },
    'PLAN_BAD_EXPRESSION rules[0].inject[0].log: "a); b(": Unexpected token \')\'',
    'validator',
  ],
  [
    { redact: { patterns: ['('] } },
    'PLAN_BAD_PATTERN redact.patterns[0]: "(": Invalid regular expression: /(/: Unterminated group',
    'validator',
  ],
  [
    { redact: { patterns: ['a*'] } },
    'PLAN_BAD_PATTERN redact.patterns[0]: "a*": the pattern matches the empty text, so everything',
    'validator',
  ],
  [
    { rules: [{ function: 'f', inject: [{ line: 1, log: 'x' }] }] },
    'PLAN_INCOMPLETE_RULE rules[0]: "inject" names a line, so the rule needs "file"',
    'validator',
  ],
  [
    { rules: [{ file: 'a.ts' }] },
    'PLAN_INCOMPLETE_RULE rules[0]: the rule says nothing; it needs one of level, captureLocals, traceExpressions, inject',
    'validator',
  ],
  [
    { buffer: '3XB' },
    'PLAN_WRONG_VALUE buffer: expected a size from 256KB to 1GB, such as "16MB", got "3XB"',
    'validator',
  ],
];

describe('a wrong plan', () => {
  it.each(WRONG)('%j', (plan, expected) => {
    const [problem] = planProblems(plan);
    // Engines word their syntax errors differently.
    const actual = problem === undefined ? 'nothing' : `${problem.code} ${problem.path}: ${problem.message}`;
    const comparedChars = /BAD_EXPRESSION|BAD_PATTERN/.test(expected) ? 60 : Number.POSITIVE_INFINITY;
    expect(actual.slice(0, comparedChars)).toBe(expected.slice(0, comparedChars));
  });

  it('is one error that lists every problem and says what to do', () => {
    const run = () => parsePlan({ levle: 'off', include: 'src' });
    expect(run).toThrow(PlanError);
    expect(run).toThrow(
      'levle: unknown key; did you mean "level"?\ninclude: expected an array, got "src"; write ["src"]',
    );
    expect(run).toThrow(
      expect.objectContaining({ code: 'PLAN_UNKNOWN_KEY', remedy: PLAN_ERRORS.PLAN_UNKNOWN_KEY }) as Error,
    );
  });

  it('has codes that are all in use', () => {
    const used = new Set(WRONG.map(([, expected]) => expected.split(' ')[0]));
    expect([...used].sort()).toEqual(Object.keys(PLAN_ERRORS).sort());
  });

  it('cannot hide in keys of Object.prototype', () => {
    expect(planProblems(JSON.parse('{"constructor": 1, "__proto__": 2}')).map(({ path }) => path)).toEqual([
      'constructor',
      '__proto__',
    ]);
  });
});

describe('plan.schema.json', () => {
  it('is the schema that belongs to the validator', () => {
    expect(JSON.parse(readFileSync(schemaFile, 'utf8'))).toEqual(planJsonSchema());
  });

  it('accepts what the validator accepts', () => {
    const settings = { budget: '20%', buffer: 33_554_432, keep: null, flushMs: 25, quiet: true, propagate: ['a.test'] };
    for (const plan of [
      {},
      EXAMPLE,
      settings,
      { $schema: './plan.schema.json', ceiling: 'boundaries', packages: ['a'] },
    ]) {
      expect(planProblems(plan)).toEqual([]);
      expect(matchesSchema(plan)).toBe(true);
    }
  });

  it.each(WRONG)('refuses what is no matter of syntax: %j', (plan, _expected, seenBy) => {
    // What a module may hold and JSON cannot is seen by the validator alone.
    expect(matchesSchema(plan)).toBe(seenBy === 'validator');
  });
});
