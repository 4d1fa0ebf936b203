import { forgetBudgets, programPath, runOnce } from '../lib/run-program.mjs';
import { least, median } from '../lib/statistics.mjs';
import { measureServer } from './server.mjs';

/** @typedef {import('../run.mjs').Context} Context */
/** @typedef {import('../lib/rows.mjs').Row} Row */
/** @typedef {import('../lib/run-program.mjs').Variant} Variant */

const MEMORY_MB_MAX = 120;
const GROWTH_MB_MAX = 10;
const KEEP = '256MB';
const BUDGET = '20%';
const BUDGET_SHARE_MAX = 0.25;
/** Parses of the budget's program, of which the last ones count: the budget has settled by then. */
const BUDGET_ROUNDS = 120;
const BUDGET_COUNTED = 40;
/** Runs before those that are measured. */
const BUDGET_LEARNING = 2;

/** Memory over a time of full load. @param {Context} context @returns {Promise<Row[]>} */
export async function memory({ minutes, progress }) {
  progress(`twice ${minutes} minutes`);
  const args = [String(Math.round(minutes * 60))];
  const plain = await runOnce({ name: 'plain' }, programPath('load.cjs'), args);
  const recorded = await runOnce({ name: 'locals', tracer: { LEVEL: 'locals', KEEP } }, programPath('load.cjs'), args);
  /** @param {number[]} samples */
  const halves = (samples) => {
    const settled = samples.slice(Math.floor(samples.length / 4));
    const middle = settled.length >> 1;
    return [median(settled.slice(0, middle)), median(settled.slice(middle))].map((bytes) => bytes / 2 ** 20);
  };
  const [, plainLate = 0] = halves(plain.extra.samples);
  const [early = 0, late = 0] = halves(recorded.extra.samples);
  const extra = late - plainLate;
  return [
    {
      part: 'memory',
      line: `beside the program, 16 MB ring, ${minutes} minutes of full load`,
      unit: 'MB',
      median: extra,
      best: extra,
      target: { most: MEMORY_MB_MAX },
      note: `${late.toFixed(0)} MB against ${plainLate.toFixed(0)} MB plain; peak ${(recorded.peakBytes / 2 ** 20).toFixed(0)} MB`,
    },
    {
      part: 'memory',
      line: 'growth between the halves of the settled time',
      unit: 'MB',
      median: late - early,
      best: late - early,
      target: { most: GROWTH_MB_MAX },
    },
  ];
}

/**
 * What is left of the overhead under a budget: in a first run, which knows nothing of the program, and in later ones.
 * @param {Context} context @returns {Promise<Row[]>}
 */
export async function budget({ repeats, seconds, progress }) {
  const tracer = { LEVEL: 'locals', INCLUDE: '**', BUDGET };
  const parse = programPath('acorn.cjs');
  const rounds = [String(BUDGET_ROUNDS)];
  /** @param {Variant} variant @returns {Promise<number>} milliseconds a parse takes once the budget has settled */
  const parseMs = async (variant) => median((await runOnce(variant, parse, rounds)).roundsMs.slice(-BUDGET_COUNTED));
  /** @param {Variant} variant @returns {Promise<number>} seconds a request takes */
  const requestS = async (variant) => 1 / (await measureServer(variant, seconds)).throughput;
  const programs = /** @type {const} */ ([
    ['acorn', parseMs],
    ['fastify', requestS],
  ]);
  /** @type {Row[]} */
  const rows = [];
  for (const [program, take] of programs) {
    forgetBudgets();
    /** @type {number[]} */
    const shares = [];
    for (let run = 1; run <= BUDGET_LEARNING + repeats; run++) {
      progress(`${program}, run ${run} of ${BUDGET_LEARNING + repeats}`);
      const plain = await take({ name: 'plain' });
      shares.push((await take({ name: 'budget', tracer })) / plain - 1);
    }
    const [first = Number.NaN] = shares;
    const later = shares.slice(BUDGET_LEARNING);
    const each = shares.map((share) => `${Math.round(share * 100)} %`).join(', ');
    rows.push(
      overhead(`${program}, --budget ${BUDGET}: first run, once settled`, { share: first, best: first }),
      overhead(`${program}, from run ${BUDGET_LEARNING + 1} on`, {
        share: median(later),
        best: least(later),
        most: BUDGET_SHARE_MAX,
        note: `run by run: ${each}`,
      }),
    );
  }
  return rows;
}

/**
 * @param {string} line
 * @param {{ share: number, best: number, most?: number, note?: string }} facts
 * @returns {Row}
 */
function overhead(line, { share, best, most, note }) {
  return {
    part: 'budget',
    line,
    unit: 'of plain',
    median: share,
    best,
    ...(most === undefined ? {} : { target: { most } }),
    ...(note === undefined ? {} : { note }),
  };
}
