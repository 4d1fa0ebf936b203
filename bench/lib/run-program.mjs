import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const BENCH = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(dirname(BENCH), 'packages/tracer/dist');
export const PRELOAD = pathToFileURL(join(DIST, 'preload.mjs')).href;
export const CLI = join(DIST, 'cli.mjs');
const RUN_MS_MAX = 30 * 60_000;
const TICKS_PER_SECOND = 100;
/** Fields of /proc/self/stat, counted from the one after the command: user and system time of ended children. */
const CHILDREN_USER = 13;
const CHILDREN_SYSTEM = 14;

/**
 * One way to run a program. Without `tracer` it runs plain; `tracer` holds TRACER_* variables without their prefix.
 * @typedef {{ name: string, tracer?: Record<string, string>, node?: string, command?: string[], env?: NodeJS.ProcessEnv, cwd?: string }} Variant
 */

/**
 * What one run took: from the beginning of the work, or of the process, to the end of the process (final drain included),
 * processor time of all threads of the process (null where the system does not tell), peak memory, size of the recording.
 * @typedef {{ workMs: number, wholeMs: number, cpuMs: number | null, peakBytes: number, recordingBytes: number, roundsMs: number[], extra: any }} Run
 */

export function scratchFolder() {
  return mkdtempSync(join(tmpdir(), 'tracer-bench-'));
}

/**
 * Path of a measured program.
 * @param {string} name
 */
export function programPath(name) {
  return join(BENCH, 'programs', name);
}

/**
 * Environment and flags of a variant.
 * @param {Variant} variant
 * @param {string} recording
 * @returns {{ env: NodeJS.ProcessEnv, flags: string[] }}
 */
export function setUp({ tracer, env }, recording) {
  const own = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TRACER_|NODE_OPTIONS$)/.test(name)),
  );
  if (tracer === undefined) return { env: { ...own, ...env }, flags: [] };
  const variables = Object.entries(tracer).map(([name, value]) => [`TRACER_${name}`, value]);
  const recorded = { TRACER_QUIET: '1', TRACER_OUT: recording, ...Object.fromEntries(variables) };
  return { env: { ...own, ...recorded, ...env }, flags: ['--import', PRELOAD] };
}

/**
 * Runs a program once. Programs tell about themselves through programs/harness.cjs.
 * @param {Variant} variant
 * @param {string} program
 * @param {string[]} args
 * @param {(recording: string) => unknown} [look] what to ask of the recording before it is deleted; becomes `extra`
 * @returns {Promise<Run>}
 */
export async function runOnce(variant, program, args = [], look = undefined) {
  const scratch = scratchFolder();
  try {
    const recording = join(scratch, 'recording.db');
    const result = join(scratch, 'result.json');
    const { env, flags } = setUp(variant, recording);
    const [command, ...before] = variant.command ?? [variant.node ?? process.execPath];
    const cpuBefore = childrenCpuMs();
    const startMs = monotonicMs();
    const output = await finish(
      spawn(/** @type {string} */ (command), [...before, ...flags, program, ...args], {
        env: { ...env, BENCH_RESULT: result },
        cwd: variant.cwd ?? BENCH,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const endMs = monotonicMs();
    const cpuAfter = childrenCpuMs();
    const told = tell(result, `${program} as ${variant.name}: ${output}`);
    return {
      workMs: endMs - told.beginMs,
      wholeMs: endMs - startMs,
      cpuMs: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
      peakBytes: told.peakBytes,
      recordingBytes: sizeOf(scratch, 'recording.db'),
      roundsMs: told.roundsMs,
      extra: { ...told.extra, ...(look === undefined ? {} : { looked: look(recording) }) },
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Runs every variant `repeats` times, turn by turn, after one turn that is not counted (it fills the cache of transformed
 * sources). Returns the runs by the variant's name.
 * @param {{ variants: Variant[], program: string, args?: string[], repeats: number, look?: (recording: string) => unknown, onRun?: (text: string) => void }} options
 * @returns {Promise<Record<string, Run[]>>}
 */
export async function interleave({ variants, program, args = [], repeats, look, onRun }) {
  /** @type {Record<string, Run[]>} */
  const runs = {};
  for (let turn = 0; turn <= repeats; turn++) {
    for (const variant of variants) {
      onRun?.(`${variant.name}, run ${turn} of ${repeats}`);
      const run = await runOnce(variant, program, args, look);
      if (turn > 0) (runs[variant.name] ??= []).push(run);
    }
  }
  return runs;
}

/** Takes away what budgets have learned in earlier runs of the measured programs. */
export function forgetBudgets() {
  const cache = join(dirname(BENCH), '.tracer/cache');
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    if (name.startsWith('budget-')) rmSync(join(cache, name), { force: true });
  }
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
function finish(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), RUN_MS_MAX);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else reject(new Error(`a measured program ended with ${signal ?? code}:\n${output}`));
    });
  });
}

/** @param {string} file @param {string} what */
function tell(file, what) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(`no result of ${what}`);
  }
}

/** @param {string} folder @param {string} prefix */
function sizeOf(folder, prefix) {
  const files = readdirSync(folder).filter((name) => name.startsWith(prefix) && !name.includes('.snapshots'));
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** The clock that all processes of a machine share. */
function monotonicMs() {
  return Number(process.hrtime.bigint()) / 1e6;
}

function childrenCpuMs() {
  try {
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? [];
    return ((Number(fields[CHILDREN_USER]) + Number(fields[CHILDREN_SYSTEM])) * 1000) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
