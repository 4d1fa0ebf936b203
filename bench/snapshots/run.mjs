// node bench/snapshots/run.mjs [snapshots=1000]: that many snapshots in a row of a program under load. Prints how long
// the program stood still for each, how long a snapshot took, and how much its resident memory grew after the first 50.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const preload = pathToFileURL(join(here, '../../packages/tracer/dist/preload.mjs')).href;
const count = Number(process.argv[2] ?? 1000);
const WARM_UP = 50;
/** The program runs until it is told to stop; the recording keeps the newest part only. */
const LONG_SECONDS = 3600;

const folder = mkdtempSync(join(tmpdir(), 'bench-snapshots-'));
const recording = join(folder, 'load.db');
const program = spawn(process.execPath, ['--import', preload, join(here, 'load.mjs'), String(LONG_SECONDS)], {
  cwd: folder,
  env: { ...process.env, TRACER_OUT: recording, TRACER_QUIET: '1', TRACER_LEVEL: 'boundaries', TRACER_KEEP: '100MB' },
  stdio: 'inherit',
});
try {
  await delay(3000);
  const { pid = 0 } = program;
  /** @type {number[]} */
  const pausedMs = [];
  /** @type {number[]} */
  const tookMs = [];
  /** @type {number[]} */
  const variables = [];
  let beforeKb = 0;
  for (let n = 1; n <= count; n++) {
    if (n === WARM_UP) beforeKb = residentKb(pid);
    const startMs = performance.now();
    process.kill(pid, 'SIGUSR1');
    const snapshot = await taken(n);
    tookMs.push(performance.now() - startMs);
    const [thread] = snapshot.processes[0].threads;
    if (thread.state === 'running') {
      pausedMs.push(thread.pausedMs);
      variables.push(variableCount(thread));
    }
    if (n % 100 === 0) console.log(`${n}: ${residentKb(pid)} KiB resident`);
  }
  const grownKb = residentKb(pid) - beforeKb;
  console.log(
    `${count} snapshots, ${pausedMs.length} of a running thread, ${Math.max(...variables)} variables at most`,
  );
  console.log(`pause ms: ${percentiles(pausedMs)}`);
  console.log(`took ms:  ${percentiles(tookMs)}`);
  console.log(`resident memory grew by ${grownKb} KiB from snapshot ${WARM_UP} to ${count}`);
} finally {
  program.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

/** @param {number} n */
async function taken(n) {
  const file = `${recording}.snapshots/${n}.json`;
  for (let waited = 0; !existsSync(file); waited++) {
    if (waited > 10_000) throw new Error(`no snapshot ${n}`);
    await delay(2);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @param {number} of */
function residentKb(of) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${of}/status`, 'utf8'))?.[1]);
}

/** @param {{ frames: { scopes: { variables: object }[] }[] }} thread */
function variableCount({ frames }) {
  const scopes = frames.flatMap((frame) => frame.scopes);
  return scopes.reduce((sum, { variables }) => sum + Object.keys(variables).length, 0);
}

/** @param {number[]} values */
function percentiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  /** @param {number} share */
  const at = (share) => (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, max ${at(1)}`;
}
