import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { CLI, PRELOAD, run, type Outcome } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/*
 * What Node prints when a program fails, and what a program sees of its own stacks, source text and order of events: the
 * same with and without us, to the column. Version-sensitive, since most of it is Node's own text.
 */

const FIXTURES = join(dirname(dirname(fileURLToPath(import.meta.url))), 'fixtures/errors');
const PROGRAMS = readdirSync(FIXTURES).filter((name) => /\.m?js$/.test(name));

const dir = scratchFolder();
beforeAll(() => {
  cpSync(FIXTURES, dir, { recursive: true });
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(join(dir, 'packages/dep'), join(dir, 'node_modules/dep'));
});

/** Numbers of processes differ from run to run. */
function comparable({ stdout, stderr, exitCode, signal }: Outcome): Outcome {
  return { stdout, stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node:PID)'), exitCode, signal };
}

function record(flag: '--import' | '--require', program: string): Promise<Outcome> {
  const preload = flag === '--import' ? PRELOAD : fileURLToPath(PRELOAD).replace(/mjs$/, 'cjs');
  const out = join(dir, 'recordings', `${program}${flag}.db`);
  return run(process.execPath, [flag, preload, program], { cwd: dir, env: { TRACER_QUIET: '1', TRACER_OUT: out } });
}

test.each(PROGRAMS)('%s', async (program) => {
  const plain = comparable(await run(process.execPath, [program], { cwd: dir }));
  // The second run finds the transformed files in the cache.
  expect(comparable(await record('--import', program))).toEqual(plain);
  expect(comparable(await record('--require', program))).toEqual(plain);
});

test('the programs were recorded', async () => {
  await record('--import', 'throw-in-function.js');
  const recording = join(dir, 'recordings/throw-in-function.js--import.db');
  const { stdout } = await run(process.execPath, [CLI, 'calls', recording, '--json'], { cwd: dir });
  const calls = JSON.parse(stdout) as { function: string; outcome: string }[];
  expect(calls.map((call) => `${call.function} ${call.outcome}`)).toContain('inner threw');
});
