import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';
import { checkOutcome, COMMANDS } from './check.mjs';
import { runOf, runTree } from './tree.mjs';

/* A few ends; `node scripts/endings.mjs --runs 300` makes many, at random. */

const folder = scratchFolder();

test.each([
  { victim: 'spawn', how: 'SIGKILL', afterMs: 300, level: 'locals', commands: COMMANDS },
  { victim: 'fork', how: 'throw', afterMs: 250, level: 'expressions', commands: [] },
  { victim: 'cluster/1', how: 'terminate', afterMs: 400, level: 'boundaries', commands: [] },
])(
  '$victim ends by $how: the recording is sound, nothing is missing but its last moments',
  async ({ commands, ...run }) => {
    const outcome = await runTree({ ...run, seed: 0, runMs: 800 }, join(folder, run.how));
    expect(checkOutcome(outcome, commands).problems).toEqual([]);
  },
  120_000,
);

test('a seed repeats its run', () => {
  expect(runOf(7)).toEqual(runOf(7));
  expect(new Set([1, 2, 3, 4, 5, 6].map((seed) => JSON.stringify(runOf(seed)))).size).toBe(6);
});
