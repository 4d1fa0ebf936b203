import { execFileSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { bundle } from '../../test/recorder/bundle.ts';

let program: string;
beforeAll(async () => {
  program = await bundle('test/recorder/warnings-program.ts');
});

test('the experimental warning of node:sqlite stays silent, those of the program do not', () => {
  const output = execFileSync(process.execPath, [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const { warnings, patched } = JSON.parse(output) as { warnings: string[]; patched: boolean };
  expect(warnings).toEqual(['before', 'ExperimentalWarning: other', 'after']);
  expect(patched).toBe(false);
});
