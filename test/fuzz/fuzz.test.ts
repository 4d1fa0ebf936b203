import { expect, test } from 'vitest';
import { firstDifference, fuzz } from './fuzz.mjs';

const SEED = 100_000;
const PROGRAMS = 200;

/* The short form, with a fixed seed. For as long as you like: node test/fuzz/run.mjs --minutes 10 --seed N */
test('random programs behave the same at every level, and their recordings are sound', async () => {
  const outcome = await fuzz({ seed: SEED, deadlineMs: Date.now() + 50_000, programsMax: PROGRAMS });
  const differences = outcome.differences.map(({ seed, way, plain, recorded }) => ({
    again: `node test/fuzz/run.mjs --seed ${seed} --programs 1`,
    way,
    at: firstDifference(plain, recorded),
  }));
  expect(differences).toEqual([]);
  expect(outcome.complaints).toEqual([]);
  expect(outcome.programs).toBeGreaterThan(0);
});
