import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleave, programPath, runOnce, scratchFolder } from '../lib/run-program.mjs';
import { least, median } from '../lib/statistics.mjs';
import { extraMemoryMb } from '../lib/rows.mjs';

const FIB_N = 30;
const CALLS = 2_692_537;
const ROUNDS = 5;
const APPMAP = fileURLToPath(new URL('../node_modules/appmap-node/bin/appmap-node.js', import.meta.url));
const APPMAP_N = 20;
const APPMAP_CALLS = 21_891;

/** @typedef {import('../run.mjs').Context} Context */
/** @typedef {import('../lib/rows.mjs').Row} Row */

/** @param {Context} context @returns {Promise<Row[]>} */
export async function fib({ repeats, progress }) {
  const levels = ['boundaries', 'locals'];
  const variants = levels.map((level) => ({ name: level, tracer: { LEVEL: level, INCLUDE: '**' } }));
  const runs = await interleave({
    variants: [{ name: 'plain' }, ...variants],
    program: programPath('fib.cjs'),
    args: [String(FIB_N), String(ROUNDS)],
    repeats,
    onRun: progress,
  });
  const plain = runs['plain'] ?? [];
  const clockNs = median(plain.map(({ extra }) => extra.clockNs));
  /** @type {Row[]} */
  const rows = [];
  for (const level of levels) {
    const recorded = runs[level] ?? [];
    /** @param {(values: number[]) => number} pick */
    const costNs = (pick) => costPerCallNs(pick, plain, recorded);
    const cpuNs = median(recorded.map(({ cpuMs }) => cpuMs ?? 0)) - median(plain.map(({ cpuMs }) => cpuMs ?? 0));
    rows.push({
      part: 'fib',
      line: `${level}: cost per call, in clock reads`,
      unit: 'reads',
      median: costNs(median) / clockNs,
      best: costNs(least) / clockNs,
      target: { most: 1.2 },
      memoryMb: extraMemoryMb(plain, recorded),
      note: `${costNs(median).toFixed(1)} ns, all threads ${((cpuNs * 1e6) / CALLS / ROUNDS).toFixed(1)} ns of processor time; a read takes ${clockNs.toFixed(1)} ns`,
    });
    const bytes = recorded.map(({ recordingBytes }) => recordingBytes / CALLS / ROUNDS);
    rows.push({
      part: 'fib',
      line: `${level}: recording per call`,
      unit: 'bytes',
      median: median(bytes),
      best: least(bytes),
      target: { most: 12 },
    });
  }
  return rows;
}

/** @param {(values: number[]) => number} pick @param {import('../lib/run-program.mjs').Run[]} plain @param {import('../lib/run-program.mjs').Run[]} recorded */
function costPerCallNs(pick, plain, recorded) {
  const extraMs = pick(recorded.map(({ workMs }) => workMs)) - pick(plain.map(({ workMs }) => workMs));
  return (extraMs * 1e6) / CALLS / ROUNDS;
}

/** The same function under appmap-node. @param {Context} context @returns {Promise<Row[]>} */
export async function appmap({ repeats, progress }) {
  const folder = scratchFolder();
  try {
    mkdirSync(join(folder, 'app'));
    for (const name of ['fib.cjs', 'harness.cjs']) copyFileSync(programPath(name), join(folder, 'app', name));
    const cwd = join(folder, 'app');
    const program = join(cwd, 'fib.cjs');
    const command = [process.execPath, APPMAP, process.execPath];
    /** @type {Record<'plain' | 'tracer' | 'appmap', number[]>} */
    const perCall = { plain: [], tracer: [], appmap: [] };
    for (let turn = 0; turn < repeats; turn++) {
      progress(`run ${turn + 1} of ${repeats}`);
      const plain = await runOnce({ name: 'plain', cwd }, program, [String(FIB_N), '1']);
      const tracer = await runOnce({ name: 'tracer', cwd, tracer: { LEVEL: 'boundaries', INCLUDE: '**' } }, program, [
        String(FIB_N),
        '1',
      ]);
      const other = await runOnce({ name: 'appmap-node', cwd, command }, program, [String(APPMAP_N), '1']);
      perCall.plain.push((plain.workMs * 1e6) / CALLS);
      perCall.tracer.push((tracer.workMs * 1e6) / CALLS);
      perCall.appmap.push((other.workMs * 1e6) / APPMAP_CALLS);
    }
    /** @param {(values: number[]) => number} pick */
    const times = (pick) => (pick(perCall.appmap) - pick(perCall.plain)) / (pick(perCall.tracer) - pick(perCall.plain));
    return [
      {
        part: 'appmap',
        line: 'fib: cost per call of appmap-node over ours',
        unit: 'x',
        median: times(median),
        best: times(least),
        target: { least: 400 },
        note: `${median(perCall.appmap).toFixed(0)} ns against ${median(perCall.tracer).toFixed(0)} ns per call, ${APPMAP_CALLS} and ${CALLS} calls`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
