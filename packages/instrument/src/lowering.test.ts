import { placeOf, SKIPPED_BUDGET } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { planOfLevel } from '../test/plan-of-level.ts';
import { instrument, type InstrumentResult, type Lowering } from './index.ts';
import type { FilePlan } from './plan/file-plan.ts';

const SOURCE = `function hot(a) {
  const b = a; return b; }
function outer(a) {
  const inner = (c) => { let d = c; return d; };
  return inner(a) + hot(a);
}
for (let i = 0; i < 3; i++) outer(i);`;
const REASON = `${SKIPPED_BUDGET} 20%`;

function run(ceilings: Lowering['ceilings'], more: Partial<FilePlan> = {}): InstrumentResult {
  return instrument({
    source: SOURCE,
    fileName: 'a.js',
    sourceType: 'commonjs',
    moduleKey: 'k',
    plan: planOfLevel('locals', more),
    lowering: { reason: REASON, ceilings },
  });
}

const PLAIN = run({}).sites;
const placeNamed = (name: string): string => placeOf(PLAIN.functions.find((entry) => entry.name === name)!);
const namesOf = ({ sites }: InstrumentResult): string[] => sites.functions.map(({ name }) => name);
/** Kinds of a function's sites, FUNCTION being 0. */
const ranksOf = ({ sites }: InstrumentResult, name: string): number[] => {
  const index = sites.functions.findIndex((entry) => entry.name === name);
  return sites.sites.filter(([, , func]) => func === index).map(([, rank]) => rank);
};

describe('a function that is left out', () => {
  test('has no probe and is listed with the reason', () => {
    const result = run({ [placeNamed('hot')]: 0 });
    expect(namesOf(result)).toEqual(['(module)', 'outer', 'outer.inner']);
    expect(result.sites.skipped).toEqual([{ name: 'hot', line: 1, reason: REASON }]);
    expect(result.code).toContain('function hot(a) {\n  const b = a; return b; }\n');
    expect(result.counts).toEqual({ functions: 3, instrumented: 2 });
  });

  test('leaves those inside it as they are', () => {
    const result = run({ [placeNamed('outer')]: 0 });
    expect(namesOf(result)).toEqual(['(module)', 'hot', 'outer.inner']);
    expect(ranksOf(result, 'outer.inner')).toEqual(ranksOf(run({}), 'outer.inner'));
  });
});

test('a function of which calls alone are left has no other sites, and says so', () => {
  const result = run({ [placeNamed('hot')]: 1 });
  expect(ranksOf(result, 'hot')).toEqual([1]);
  expect(result.sites.functions.find(({ name }) => name === 'hot')).toMatchObject({
    level: 1,
    ceiling: 1,
    lowered: true,
  });
  expect(result.sites.functions.find(({ name }) => name === 'outer')).not.toHaveProperty('lowered');
});

test('the module itself is told from a function with which its text begins', () => {
  const { sites } = run({ module: 1 });
  expect(sites.functions.map(({ name, ceiling }) => `${name} ${ceiling}`)).toEqual([
    '(module) 1',
    'hot 2',
    'outer 2',
    'outer.inner 2',
  ]);
  expect(sites.functions[0]).toHaveProperty('lowered', true);
});

describe('who is named in the plan is recorded', () => {
  const ceilings = { [placeNamed('hot')]: 0 as const, [placeNamed('outer.inner')]: 0 as const };
  test.each<[string, Partial<FilePlan>, string[]]>([
    ['by a rule for its level', { functionRules: [{ function: 'hot', level: 'boundaries' }] }, ['hot']],
    ['by a pattern', { functionRules: [{ function: 'outer.*', level: 'locals' }] }, ['outer.inner']],
    ['by its variables', { captureLocals: [{ function: 'hot', names: ['b'] }] }, ['hot']],
    ['by its calls', { traceExpressions: [{ function: 'inner', names: ['x(*)'] }] }, ['outer.inner']],
    ['not by a pattern for everything', { functionRules: [{ function: '*', level: 'locals' }] }, []],
    ['not by being off', { functionRules: [{ function: 'hot', level: 'off' }] }, []],
    ['by a log line inside', { inject: [{ line: 2, position: 'before', log: '`${a}`' }] }, ['hot']],
  ])('%s', (_, plan, kept) => {
    expect(namesOf(run(ceilings, plan)).filter((name) => name === 'hot' || name === 'outer.inner')).toEqual(kept);
  });
});

test('what is lowered below the plan never is raised above it', () => {
  const result = run({ [placeNamed('hot')]: 1 }, { level: 'off', ceiling: 'off' });
  expect(namesOf(result)).toEqual(['(module)']);
  expect(result.sites.skipped.map(({ reason }) => reason)).toEqual(Array(3).fill('off in the plan'));
});
