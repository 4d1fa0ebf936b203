import { Ground, LEVELS } from './compare.mjs';
import { makeProgram, programText } from './program.mjs';
import { shrink } from './shrink.mjs';

/** @import { Difference } from './compare.mjs' */

const BATCH_PROGRAMS = 100;
/** A recording is verified after every so many batches. */
const VERIFY_EVERY = 4;

/**
 * Runs programs from a seed on, until the time is over or `programsMax` have run. Lines and columns in stacks of errors that V8 throws are counted apart:
 * it gives such an error the place of a neighbouring part of its own syntax tree. Those of `here()` are exact.
 * @param {{ seed: number, deadlineMs: number, programsMax?: number, batchPrograms?: number, differencesMax?: number, report?: (text: string) => void, found?: (difference: Difference) => void }} options
 * @returns {Promise<{ programs: number, differences: Difference[], misplaced: number, complaints: string[] }>}
 */
export async function fuzz({
  seed,
  deadlineMs,
  programsMax = Infinity,
  batchPrograms = BATCH_PROGRAMS,
  differencesMax = 10,
  report = () => {},
  found = () => {},
}) {
  const ground = new Ground();
  /** @type {Difference[]} */
  const differences = [];
  /** @type {string[]} */
  const complaints = [];
  let programs = 0;
  const misplaced = new Set();
  try {
    for (
      let batch = 0;
      Date.now() < deadlineMs && programs < programsMax && differences.length < differencesMax;
      batch++
    ) {
      const count = Math.min(batchPrograms, programsMax - programs);
      const made = Array.from({ length: count }, (_, index) => {
        const own = seed + programs + index;
        return { seed: own, ...makeProgram(own) };
      });
      for (const difference of await ground.compare(made)) {
        if (difference.kind === 'places') misplaced.add(difference.seed);
        else {
          differences.push(difference);
          found(difference);
        }
      }
      const level = LEVELS[batch % LEVELS.length];
      if (batch % VERIFY_EVERY === 0 && level !== undefined) {
        const said = await ground.verify(level);
        if (said !== '') complaints.push(`seed ${seed + programs}, ${level}: ${said}`);
      }
      programs += count;
      report(`${programs} programs, ${differences.length} differences`);
    }
  } finally {
    ground.remove();
  }
  return { programs, differences, misplaced: misplaced.size, complaints };
}

/** The shrunk program of a difference, with what it printed. @param {Difference} difference @param {number} deadlineMs @returns {Promise<string>} */
export async function explain({ seed, way, kind }, deadlineMs) {
  const ground = new Ground();
  const level = /** @type {(typeof LEVELS)[number]} */ (way);
  try {
    const { mode, tree } = makeProgram(seed);
    const differs = async (/** @type {import('./tree.mjs').Node} */ candidate) =>
      (await ground.compare([{ seed, mode, tree: candidate }], [level]).catch(() => [])).some(
        (one) => one.kind === kind,
      );
    if (!(await differs(tree))) return `seed ${seed} at ${level}: no difference when run alone`;
    const small = await shrink(tree, differs, deadlineMs);
    const [left] = await ground.compare([{ seed, mode, tree: small }], [level]);
    const text = programText(mode, small, './harness.cjs').replace(/\n\s*\n+/g, '\n');
    return [
      `seed ${seed} at ${level} (${mode}); again: node test/fuzz/run.mjs --seed ${seed} --programs 1`,
      text,
      ...firstDifference(left?.plain ?? [], left?.recorded ?? []),
    ].join('\n');
  } finally {
    ground.remove();
  }
}

/** @param {string[]} plain @param {string[]} recorded */
export function firstDifference(plain, recorded) {
  const at = plain.findIndex((line, index) => line !== recorded[index]);
  const from = at < 0 ? plain.length : at;
  return [`line ${from + 1} plain:    ${plain[from]}`, `line ${from + 1} recorded: ${recorded[from]}`];
}
