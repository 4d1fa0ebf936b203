import { expect, test } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';
import { checkTree, runTree } from './tree.mjs';

/* Small numbers; `node scripts/tree.mjs` makes 200,000 calls in each of 25 threads. */

const folder = scratchFolder();

test('25 threads in 9 processes write one recording: every call, every message', async () => {
  const { exitCode, recording } = await runTree({ folder, calls: 1_000, messages: 10 });
  expect(exitCode).toBe(0);
  expect(checkTree({ folder, recording, calls: 1_000 })).toEqual([]);
}, 120_000);
