import { interleave, programPath, runOnce } from '../lib/run-program.mjs';
import { least, median } from '../lib/statistics.mjs';
import { measureServer } from './server.mjs';

/** @typedef {import('../run.mjs').Context} Context */
/** @typedef {import('../lib/rows.mjs').Row} Row */

const MEMORY_MB_MAX = 120;
const GROWTH_MB_MAX = 10;
const KEEP = '256MB';
const BUDGET = '20%';
const BUDGET_SHARE_MAX = 0.25;
/** Parses of the budget's program, of which the last ones count: the budget has settled by then. */
const BUDGET_ROUNDS = 120;
const BUDGET_COUNTED = 40;

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

/** What is left of the overhead under a budget. @param {Context} context @returns {Promise<Row[]>} */
export async function budget({ repeats, seconds, progress }) {
  const tracer = { LEVEL: 'locals', INCLUDE: '**', BUDGET };
  const runs = await interleave({
    variants: [{ name: 'plain' }, { name: 'budget', tracer }],
    program: programPath('acorn.cjs'),
    args: [String(BUDGET_ROUNDS)],
    repeats,
    onRun: progress,
  });
  /** @param {string} name @param {(values: number[]) => number} pick */
  const settledMs = (name, pick) =>
    pick((runs[name] ?? []).map(({ roundsMs }) => median(roundsMs.slice(-BUDGET_COUNTED))));
  /** @type {number[][]} */
  const rates = [];
  for (let turn = 0; turn < repeats; turn++) {
    progress(`fastify, run ${turn + 1} of ${repeats}`);
    const plain = await measureServer({ name: 'plain' }, seconds);
    const limited = await measureServer({ name: 'budget', tracer }, seconds);
    rates.push([plain.throughput, limited.throughput]);
  }
  const shares = rates.map(([plain = 0, limited = 0]) => plain / limited - 1);
  return [
    overhead(
      'acorn',
      settledMs('budget', median) / settledMs('plain', median) - 1,
      settledMs('budget', least) / settledMs('plain', least) - 1,
    ),
    overhead('fastify', median(shares), least(shares)),
  ];
}

/** @param {string} program @param {number} share @param {number} best @returns {Row} */
function overhead(program, share, best) {
  return {
    part: 'budget',
    line: `${program}, --budget ${BUDGET}: overhead once settled`,
    unit: 'of plain',
    median: share,
    best,
    target: { most: BUDGET_SHARE_MAX },
  };
}
