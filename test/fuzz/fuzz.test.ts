import { expect, test } from 'vitest';
import { firstDifference, fuzz } from './fuzz.mjs';

const SEED = 100_000;
/** As many as a machine with nothing else to do runs in about ten seconds; a busy one stops after some of them. */
const PROGRAMS = 150;
const TIMEOUT_MS = 120_000;

/* The short form, with a fixed seed. For as long as you like: node test/fuzz/run.mjs --minutes 10 --seed N */
test(
  'random programs behave the same at every level, and their recordings are sound',
  async () => {
    const outcome = await fuzz({
      seed: SEED,
      deadlineMs: Date.now() + 15_000,
      programsMax: PROGRAMS,
      batchPrograms: 50,
    });
    const differences = outcome.differences.map(({ seed, way, plain, recorded }) => ({
      again: `node test/fuzz/run.mjs --seed ${seed} --programs 1`,
      way,
      at: firstDifference(plain, recorded),
    }));
    expect(differences).toEqual([]);
    expect(outcome.complaints).toEqual([]);
    expect(outcome.programs).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
