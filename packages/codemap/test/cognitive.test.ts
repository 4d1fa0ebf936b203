import type { Rule } from 'eslint';
import sonarjs from 'eslint-plugin-sonarjs';
import { expect, test } from 'vitest';
import { analyzeSource } from '../src/index.ts';
import { measureByMap, measureByRule } from './lint.ts';
import { readable, sourcesOf } from './packages.ts';

/** A function as a branch of `? :`: the plugin counts the code behind it one level too deep (see README.md). */
const FUNCTION_IN_BRANCH = /[?:]\s*(?:async\s*)?(?:function\b|\w+\s*=>|\([^()]*\)\s*=>)/;

test.each(['express', 'prettier'])(
  'cognitive complexity of %s differs from eslint-plugin-sonarjs for known reasons only',
  { timeout: 120_000 },
  (name) => {
    const rule = sonarjs.rules!['cognitive-complexity'] as Rule.RuleModule;
    let equal = 0;
    const unexplained: string[] = [];
    for (const source of sourcesOf(name, readable)) {
      const theirs = measureByRule(source, rule);
      const all = measureByMap(analyzeSource(source.text, source.file), source.text, 'cognitive');
      for (const ours of all) {
        // A method begins before its function; of arrows that end together, the start tells which one it is.
        const isAlone = all.filter(({ end }) => end === ours.end).length === 1;
        const same = theirs.find(({ end, start }) => end === ours.end && (isAlone || start === ours.start));
        const their = same?.value ?? 0;
        const text = source.text.slice(ours.start, ours.stop);
        const isExplained = ours.value > their ? text.includes('||') : FUNCTION_IN_BRANCH.test(text);
        if (ours.value === their) equal++;
        else if (!isExplained) unexplained.push(`${source.file}:${ours.end} ${ours.value}, not ${their}`);
      }
    }
    expect(unexplained).toEqual([]);
    expect(equal).toBeGreaterThan(50);
  },
);
