import { interleave, programPath } from '../lib/run-program.mjs';
import { ratioRow } from '../lib/rows.mjs';
import { least, median } from '../lib/statistics.mjs';

/** @typedef {import('../run.mjs').Context} Context */
/** @typedef {import('../lib/rows.mjs').Row} Row */

const ACORN = { boundaries: 5, locals: 12, expressions: 30 };
const TOOL = { boundaries: 2.5, locals: 4 };
const VALUE_US_MAX = 2;

/**
 * A program under several levels, with everything it loads recorded.
 * @param {Context} context
 * @param {{ part: string, program: string, args?: string[], limits: Record<string, number> }} facts
 * @returns {Promise<Row[]>}
 */
async function levels({ repeats, progress }, { part, program, args = [], limits }) {
  const names = Object.keys(limits);
  const runs = await interleave({
    variants: [{ name: 'plain' }, ...names.map((level) => ({ name: level, tracer: { LEVEL: level, INCLUDE: '**' } }))],
    program: programPath(program),
    args,
    repeats,
    onRun: progress,
  });
  return names.map((level) => {
    const recorded = runs[level] ?? [];
    const mb = median(recorded.map(({ recordingBytes }) => recordingBytes)) / 2 ** 20;
    return ratioRow({
      part,
      line: level,
      plain: runs['plain'] ?? [],
      recorded,
      most: limits[level] ?? Number.POSITIVE_INFINITY,
      note: `recording ${mb.toFixed(0)} MB`,
    });
  });
}

/** @param {Context} context */
export const acorn = (context) => levels(context, { part: 'acorn', program: 'acorn.cjs', limits: ACORN });
/** @param {Context} context */
export const prettier = (context) => levels(context, { part: 'prettier', program: 'prettier.cjs', limits: TOOL });
/** @param {Context} context */
export const typescript = (context) => levels(context, { part: 'typescript', program: 'typescript.cjs', limits: TOOL });
/** @param {Context} context */
export const marked = (context) => levels(context, { part: 'marked', program: 'marked.cjs', limits: TOOL });
/** @param {Context} context */
export const awaits = (context) => levels(context, { part: 'awaits', program: 'awaits.cjs', limits: { locals: 3 } });

/** @param {Context} context @returns {Promise<Row[]>} */
export async function values({ repeats, progress }) {
  const runs = await interleave({
    variants: [{ name: 'plain' }, { name: 'boundaries', tracer: { LEVEL: 'boundaries', INCLUDE: '**' } }],
    program: programPath('values.cjs'),
    repeats,
    onRun: progress,
  });
  const plain = runs['plain'] ?? [];
  const recorded = runs['boundaries'] ?? [];
  const count = plain[0]?.extra.values ?? Number.NaN;
  /** @param {(values: number[]) => number} pick */
  const microseconds = (pick) =>
    ((pick(recorded.map(({ workMs }) => workMs)) - pick(plain.map(({ workMs }) => workMs))) * 1000) / count;
  return [
    {
      part: 'values',
      line: 'deep objects, big arrays, long strings, maps: per captured value',
      unit: 'µs',
      median: microseconds(median),
      best: microseconds(least),
      target: { most: VALUE_US_MAX },
    },
  ];
}
