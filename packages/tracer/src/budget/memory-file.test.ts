import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { emptyPlan, type Plan } from '@execution-cinema/instrument/plan';
import type { CostReport } from '@execution-cinema/store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { budgetMemory } from './budget-memory.ts';
import { leftOutBy } from './left-out.ts';
import { memoryFile, readMemory, writeMemory } from './memory-file.ts';
import { emptyMemory } from './memory.ts';

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tracer-budget-'));
  file = memoryFile({ root, plan: emptyPlan() }, '/app/main.js');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function report(name: string, ms: number): CostReport {
  const functions = [{ place: name, name, boundaryNs: ms * 1e6, insideNs: 0 }];
  return { ownNs: 1e9, otherNs: 0, followedNs: 0, modules: [{ file: `${name}.js`, hash: name, functions }] };
}

describe('the file', () => {
  test('is another one for another script and another choice of what is recorded', () => {
    const plans: Plan[] = [
      emptyPlan(),
      { ...emptyPlan(), level: 'boundaries' },
      { ...emptyPlan(), include: ['**'] },
      { ...emptyPlan(), rules: [{ function: 'f', level: 'off' }] },
    ];
    const files = plans.flatMap((plan) => ['/a.js', '/b.js'].map((script) => memoryFile({ root, plan }, script)));
    expect(new Set(files).size).toBe(8);
  });

  test('is the same wherever the recording goes, and under every budget', () => {
    const plan = { ...emptyPlan(), settings: { out: 'x.db', budget: 30 } };
    expect(memoryFile({ root, plan }, '/app/main.js')).toBe(file);
  });

  test('lies among the transformed files, for its owner alone, without a draft', () => {
    writeMemory(file, emptyMemory());
    expect(dirname(file)).toBe(join(root, '.tracer/cache'));
    expect(readdirSync(dirname(file))).toHaveLength(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(join(root, '.tracer/.gitignore'))).toBe(true);
    expect(readMemory(file)).toEqual(emptyMemory());
  });

  test('that is missing, damaged or too long counts as missing', () => {
    expect(readMemory(file)).toBeUndefined();
    writeMemory(file, emptyMemory());
    writeFileSync(file, '{"version":1');
    expect(readMemory(file)).toBeUndefined();
    writeFileSync(file, ' '.repeat(5 * 1024 * 1024));
    expect(readMemory(file)).toBeUndefined();
  });
});

describe('the memory of a budget', () => {
  test('adds what several processes have seen', () => {
    const [one, other] = [budgetMemory(file, 0.2), budgetMemory(file, 0.2)];
    one.remember(report('a', 500), 'run');
    other.remember(report('b', 500), 'run');
    one.remember(report('c', 500), 'run');
    expect(Object.keys(readMemory(file)!.files)).toEqual(['a', 'b', 'c']);
    expect(readMemory(file)!.runs).toBe(1);
  });

  test('begins anew over what cannot be read', () => {
    writeMemory(file, emptyMemory());
    writeFileSync(file, 'nonsense');
    budgetMemory(file, 0.2).remember(report('a', 500), 'run');
    expect(Object.keys(readMemory(file)!.files)).toEqual(['a']);
  });

  test('says so where nothing can be kept', () => {
    writeFileSync(join(root, '.tracer'), 'in the way');
    expect(() => budgetMemory(file, 0.2).remember(report('a', 500), 'run')).toThrow('.tracer');
  });

  test('leaves no draft behind where the file cannot be replaced', () => {
    mkdirSync(file, { recursive: true });
    expect(() => budgetMemory(file, 0.2).remember(report('a', 500), 'run')).toThrow('rename');
    expect(readdirSync(dirname(file))).toEqual([basename(file)]);
  });

  test('tells the next run what following takes, where it is not to be begun with', () => {
    budgetMemory(file, 0.2).remember({ ...report('a', 1), followedNs: 300e6 }, 'run');
    expect(budgetMemory(file, 0.2).unfollowed).toBeCloseTo(0.3);
    expect(budgetMemory(file, 1).unfollowed).toBeUndefined();
  });
});

describe('what is left out', () => {
  test('follows the budget in force', () => {
    budgetMemory(file, 0.2).remember(report('a', 300), 'run');
    const memory = readMemory(file)!;
    expect(leftOutBy(memory, 20)).toEqual({
      a: { reason: 'left out: earlier runs showed that it exceeds the budget of 20%', ceilings: { a: 0 } },
    });
    expect(leftOutBy(memory, 100)).toEqual({});
    expect(leftOutBy(memory, 10)['a']!.reason).toMatch('10%');
    expect(readMemory(file)).toEqual(memory);
  });

  test('never is the code of a module as a whole', () => {
    const memory = emptyMemory();
    const [state, nothing] = [2 as const, { rest: 1, penalty: 1, trial: 0 }];
    memory.share = 0.2;
    memory.files['a'] = {
      file: 'a.js',
      functions: { module: { name: '(module)', boundaryNs: 1, insideNs: 9e9, state, ...nothing } },
    };
    expect(leftOutBy(memory, 20)['a']!.ceilings).toEqual({ module: 1 });
  });
});
