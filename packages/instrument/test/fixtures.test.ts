import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { FilePlan } from '../src/plan/file-plan.ts';
import type { Level } from '../src/plan/levels.ts';
import { planOfLevel } from './plan-of-level.ts';
import { runProgram } from './run-program.ts';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const LEVELS: readonly Level[] = ['boundaries', 'locals', 'expressions'];

/** `options.json` of a fixture. */
interface Options {
  /** Level of the golden trace. */
  level?: Level;
  plan?: Partial<FilePlan>;
  secretNames?: string[];
}

const scratch = mkdtempSync(join(tmpdir(), 'fixtures-'));
const modules = join(scratch, 'node_modules');
afterAll(() => rmSync(scratch, { recursive: true }));

/** One folder per shape of code: it must behave as without probes, at every level, and leave the trace it should. */
describe.each(readdirSync(FIXTURES))('%s', (shape) => {
  const folder = join(FIXTURES, shape);
  const optionsFile = join(folder, 'options.json');
  const options = (existsSync(optionsFile) ? JSON.parse(readFileSync(optionsFile, 'utf8')) : {}) as Options;
  const isSecretName = (name: string): boolean => options.secretNames?.includes(name) ?? false;
  const golden = options.level ?? 'locals';

  test.each(LEVELS)('behaves the same at %s', async (level) => {
    const plain = await runProgram(folder, modules);
    const traced = await runProgram(folder, modules, planOfLevel(level, options.plan), isSecretName);
    expect(traced.output).toEqual(plain.output);
    expect(plain.output.length).toBeGreaterThan(0);
    expect(traced.problems).toEqual([]);
    expect(traced.openFrames).toEqual([]);
  });

  test(`leaves its trace at ${golden}`, async () => {
    const { trace, results } = await runProgram(folder, modules, planOfLevel(golden, options.plan), isSecretName);
    const notInjected = [...results.values()].flatMap((result) => result.notInjected);
    const failures = notInjected.map(({ line, reason }) => `not injected at line ${line}: ${reason}`);
    await expect([...trace, ...failures, ''].join('\n')).toMatchFileSnapshot(join(folder, 'trace.txt'));
  });
});

test('plain programs leave no trace', async () => {
  expect((await runProgram(join(FIXTURES, 'function-kinds'), modules)).trace).toEqual([]);
});
