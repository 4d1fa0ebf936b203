import { builtinRules } from 'eslint/use-at-your-own-risk';
import { expect, test } from 'vitest';
import { analyzeSource } from '../src/index.ts';
import { measureByMap, measureByRule, type Measured } from './lint.ts';
import { readable, sourcesOf } from './packages.ts';

const placed = (all: Measured[]) => all.map(({ end, value }) => `${end} ${value}`);

test.each([
  ['express', 100],
  ['prettier', 1000],
])(
  'cyclomatic complexity equals the rule of eslint on every function of %s',
  { timeout: 120_000 },
  (name, functionsMin) => {
    const rule = builtinRules.get('complexity')!;
    let count = 0;
    let expectedCount = 0;
    const different: string[] = [];
    for (const source of sourcesOf(name, readable)) {
      const map = analyzeSource(source.text, source.file);
      const actual = measureByMap(map, source.text, 'cyclomatic');
      count += actual.length;
      const theirs = measureByRule(source, rule);
      const expected = new Set(placed(theirs));
      expectedCount += theirs.length;
      different.push(
        ...placed(actual)
          .filter((one) => !expected.has(one))
          .map((one) => `${source.file}:${one}`),
      );
    }
    expect(different).toEqual([]);
    expect(count).toBe(expectedCount);
    expect(count).toBeGreaterThan(functionsMin);
  },
);
