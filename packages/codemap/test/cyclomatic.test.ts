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
    for (const source of sourcesOf(name, readable)) {
      const map = analyzeSource(source.text, source.file);
      expect(map.error, source.file).toBeNull();
      const actual = measureByMap(map, source.text, 'cyclomatic');
      count += actual.length;
      expect(placed(actual), source.file).toEqual(placed(measureByRule(source, rule)));
    }
    expect(count).toBeGreaterThan(functionsMin);
  },
);
