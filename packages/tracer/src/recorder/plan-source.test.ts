import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePlan } from '@execution-cinema/instrument/plan';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { planSource } from './plan-source.ts';

function source(plan: object, overrides = {}) {
  const root = scratchFolder();
  const planFile = join(root, 'tracer.config.json');
  const write = (changed: object): void => writeFileSync(planFile, JSON.stringify(changed));
  write(plan);
  return { write, source: planSource({ plan: parsePlan(plan), planFile, root, overrides }) };
}

test('levels come from the rules of the plan that was read anew', async () => {
  const { source: plans, write } = source({ level: 'locals' });
  expect(plans.current.levelsIn('src/a.ts')('total')).toBe(2);
  write({ level: 'boundaries', rules: [{ file: 'src/a.ts', function: 'tot*', level: 'off' }] });
  const after = await plans.reload();
  expect(after.levelsIn('src/a.ts')('total')).toBe(0);
  expect(after.levelsIn('src/a.ts')('other')).toBe(1);
  expect(after.levelsIn('src/b.ts')('total')).toBe(1);
  expect(JSON.parse(after.json)).toMatchObject({ level: 'boundaries' });
});

test('rules for packages find the files of the package', async () => {
  const { source: plans, write } = source({});
  write({ rules: [{ package: 'left-pad', level: 'off' }] });
  const after = await plans.reload();
  expect(after.levelsIn('node_modules/left-pad/index.js')('pad')).toBe(0);
});

test('what flags and variables said stays in force', async () => {
  const { source: plans, write } = source({}, { level: 'expressions' });
  write({ level: 'off' });
  expect((await plans.reload()).levelsIn('a.js')('f')).toBe(3);
});

test('a wrong plan is refused with the reason, and what needs a reload is said', async () => {
  const { source: plans, write } = source({});
  write({ levle: 'off' });
  await expect(plans.reload()).rejects.toThrow(/levle/);
  write({ level: 'expressions', values: { depth: 3 } });
  const after = await plans.reload();
  expect(plans.needsReload(plans.current, after, ['a.js'])).toEqual([
    'a.js: level "expressions" is above "locals", which is compiled in',
    'values: read when the program starts',
  ]);
});
