import { describe, expect, it } from 'vitest';
import { capturedLocals, ceilingOfFunction, isTracedCall, levelOfFunction, planForFile } from './file-plan.ts';
import type { Plan } from './plan.ts';
import { parsePlan } from './validate.ts';

function levels(plan: Plan, file: string, ...functions: string[]): string {
  const filePlan = planForFile(plan, file);
  return functions.map((name) => levelOfFunction(filePlan, name)).join(' ');
}

describe('levels', () => {
  it('are locals where a plan says nothing', () => {
    const filePlan = planForFile(parsePlan({}), 'a.ts');
    expect([filePlan.level, filePlan.ceiling, levelOfFunction(filePlan, 'f')]).toEqual(['locals', 'locals', 'locals']);
  });

  it('follow the last rule that matches', () => {
    const plan = parsePlan({
      level: 'boundaries',
      rules: [
        { file: 'src/cart/**', function: 'apply*|Cart.total', level: 'expressions' },
        { function: 'hash', level: 'off' },
        { function: 'applyTax', level: 'locals' },
      ],
    });
    expect(
      levels(plan, 'src/cart/a.ts', 'applyDiscount', 'Cart.total', 'applyTax', 'other', 'hash', 'Store.hash'),
    ).toBe('expressions expressions locals boundaries off off');
    expect(levels(plan, 'src/pay.ts', 'applyDiscount', 'applyTax')).toBe('boundaries locals');
  });

  it('of functions give way to a later rule for the whole file', () => {
    const plan = parsePlan({
      rules: [
        { function: 'hash', level: 'off' },
        { file: 'src/**', level: 'boundaries' },
        { file: 'src/**', function: 'main', level: 'expressions' },
      ],
    });
    expect(levels(plan, 'src/a.ts', 'hash', 'main')).toBe('boundaries expressions');
    expect(levels(plan, 'lib/a.ts', 'hash', 'main')).toBe('off locals');
  });

  it('can be set for a package', () => {
    const plan = parsePlan({ rules: [{ package: '@b/*', level: 'boundaries' }] });
    expect(planForFile(plan, 'node_modules/@b/c/x.js', { packageName: '@b/c' }).level).toBe('boundaries');
    expect(planForFile(plan, 'src/x.js').level).toBe('locals');
  });
});

describe('the ceiling', () => {
  it('is locals at least, and what rules name for their functions', () => {
    const plan = parsePlan({ level: 'off', rules: [{ function: 'hot', level: 'expressions' }] });
    const filePlan = planForFile(plan, 'a.ts');
    expect([ceilingOfFunction(filePlan, 'cold'), ceilingOfFunction(filePlan, 'hot')]).toEqual([
      'locals',
      'expressions',
    ]);
  });

  it('stays where an overridden rule had it and a later one lowered the level', () => {
    const plan = parsePlan({
      rules: [
        { function: 'f', level: 'expressions' },
        { function: 'f', level: 'off' },
      ],
    });
    const filePlan = planForFile(plan, 'a.ts');
    expect([levelOfFunction(filePlan, 'f'), ceilingOfFunction(filePlan, 'f')]).toEqual(['off', 'expressions']);
  });

  it('can be lowered by the plan', () => {
    const filePlan = planForFile(parsePlan({ level: 'off', ceiling: 'boundaries' }), 'a.ts');
    expect(ceilingOfFunction(filePlan, 'f')).toBe('boundaries');
  });

  it('is never below the level', () => {
    const filePlan = planForFile(parsePlan({ level: 'expressions', ceiling: 'boundaries' }), 'a.ts');
    expect(filePlan.ceiling).toBe('expressions');
  });
});

describe('what rules add', () => {
  const plan = parsePlan({
    rules: [
      { file: 'pay.ts', captureLocals: ['amount'], traceExpressions: ['rate(*)'] },
      { function: 'charge', captureLocals: ['currency'], traceExpressions: ['*.send( "EUR", * )'] },
      { file: 'pay.ts', inject: [{ line: 4, log: 'a' }] },
      { file: 'pay.ts', inject: [{ line: 2, position: 'before', log: 'b' }] },
    ],
  });
  const filePlan = planForFile(plan, 'pay.ts');

  it('adds up', () => {
    expect([...capturedLocals(filePlan, 'refund')]).toEqual(['amount']);
    expect([...capturedLocals(filePlan, 'Bank.charge')]).toEqual(['amount', 'currency']);
    expect(filePlan.inject.map(({ line }) => line)).toEqual([4, 2]);
    expect(planForFile(plan, 'other.ts').inject).toEqual([]);
  });

  it.each([
    ['refund', 'rate(x)', true],
    ['refund', 'rate()', true],
    ['refund', 'rate( a,\n b )', true],
    ['refund', 'rates(x)', false],
    ['refund', 'x.rate(y)', false],
    ['refund', 'api.send("EUR", 1)', false],
    ['charge', 'api.send("EUR", 1)', true],
    ['charge', 'api.send("USD", 1)', false],
  ])('in %s traces %j: %s', (name, call, expected) => {
    expect(isTracedCall(filePlan, name, call)).toBe(expected);
  });
});

describe('function patterns', () => {
  it.each([
    ['total', 'Cart.total', true],
    ['Cart.total', 'Shop.Cart.total', true],
    ['Cart.total', 'MyCart.total', false],
    ['Cart.*', 'Cart.total', true],
    ['Cart.*', 'Cart.total.inner', false],
    ['*', '(anonymous)', true],
    ['*', 'a.b.c', true],
    ['get*|set*', 'Cart.setTotal', true],
    ['$x', '$x', true],
    ['(module)', '(module)', true],
    ['#secret', 'Cart.#secret', true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    const plan = parsePlan({ rules: [{ function: pattern, level: 'off' }] });
    expect(levels(plan, 'a.ts', name) === 'off').toBe(expected);
  });
});

describe('the fingerprint', () => {
  const fingerprint = (plan: unknown, file = 'src/a.ts') => planForFile(parsePlan(plan), file).fingerprint;
  const reload = (plan: unknown, file = 'src/a.ts') => planForFile(parsePlan(plan), file).reloadFingerprint;

  it('knows nothing of other files and of what the text does not depend on', () => {
    const rule = { file: 'lib/**', level: 'off', traceExpressions: ['a()'] };
    for (const plan of [{ rules: [rule] }, { values: { depth: 9 } }, { keep: '1GB' }]) {
      expect(fingerprint(plan)).toBe(fingerprint({}));
    }
  });

  it.each([
    { rules: [{ traceExpressions: ['a()'] }] },
    { rules: [{ captureLocals: ['a'] }] },
    { rules: [{ file: 'src/**', inject: [{ line: 1, log: 'a' }] }] },
    { rules: [{ function: 'f', level: 'expressions' }] },
    { level: 'expressions' },
    { level: 'boundaries', ceiling: 'boundaries' },
    { redact: { names: ['x'] } },
    { redact: { allow: ['x'] } },
    { redact: { patterns: ['x'] } },
  ])('changes, and asks for a reload, with %j', (plan) => {
    expect(fingerprint(plan)).not.toBe(fingerprint({}));
    expect(reload(plan)).not.toBe(reload({}));
  });

  it('changes without asking for a reload when only levels move', () => {
    for (const plan of [{ level: 'off' }, { rules: [{ function: 'f', level: 'boundaries' }] }]) {
      expect(fingerprint(plan)).not.toBe(fingerprint({}));
      expect(reload(plan)).toBe(reload({}));
    }
  });
});
