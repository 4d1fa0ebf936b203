import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/*
 * A tree of processes and threads, one member of which ends in some way at some time: a parent, four children (fork,
 * spawn, exec, cluster), two worker threads in each child. Members write down beside the recording what they have done.
 */

const PROGRAM = fileURLToPath(new URL('fixtures', import.meta.url));
const PRELOAD = new URL('../../packages/tracer/dist/preload.mjs', import.meta.url).href;

const CHILDREN = ['fork', 'spawn', 'exec', 'cluster'];
const WORKERS = CHILDREN.flatMap((child) => [`${child}/1`, `${child}/2`]);
export const MEMBERS = ['parent', ...CHILDREN, ...WORKERS];

/** Ends after which nothing may be missing; after the others, what had happened within the loss window may be. */
export const ORDERLY = new Set(['exit', 'exit-late', 'throw', 'reject', 'none']);
const WAYS_OF_PROCESSES = ['SIGKILL', 'SIGTERM', 'exit', 'exit-late', 'abort', 'throw', 'reject', 'memory'];
const WAYS_OF_WORKERS = ['terminate', 'exit', 'throw', 'reject', 'memory'];
const LEVELS = ['boundaries', 'locals', 'expressions'];
/** A tree that has not ended after so long is killed, and the run has failed. */
const TREE_MS_MAX = 60_000;

/**
 * @typedef {{ seed: number, victim: string, how: string, afterMs: number, level: string, runMs: number }} Run
 * @typedef {{ run: Run, folder: string, recording: string, hung: string[], exitCode: number | null, signal: NodeJS.Signals | null }} Outcome
 */

/** A run whose every choice follows from the seed. @param {number} seed @returns {Run} */
export function runOf(seed) {
  const random = numbersFrom(seed);
  /** @template T @param {readonly T[]} list @returns {T} */
  const choose = (list) => /** @type {T} */ (list[Math.floor(random() * list.length)]);
  const victim = choose(MEMBERS);
  const how = choose(victim.includes('/') ? WAYS_OF_WORKERS : WAYS_OF_PROCESSES);
  // The parent has no flag for a small heap.
  const possible = victim === 'parent' && how === 'memory' ? 'SIGKILL' : how;
  return { seed, victim, how: possible, afterMs: Math.floor(random() * 1_200), level: choose(LEVELS), runMs: 1_500 };
}

/** @param {number} seed @returns {() => number} mulberry32 */
function numbersFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs the tree in `folder` until nothing of it is left. @param {Run} run @param {string} folder @returns {Promise<Outcome>} */
export async function runTree(run, folder) {
  mkdirSync(folder, { recursive: true });
  cpSync(PROGRAM, join(folder, 'program'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  const recording = join(folder, 'recording.db');
  const child = spawn(process.execPath, ['--import', PRELOAD, 'program/parent.cjs'], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      ENDINGS: JSON.stringify({ ...run, folder }),
      TRACER_OUT: recording,
      TRACER_QUIET: '1',
      TRACER_LEVEL: run.level,
    },
  });
  /** @type {Promise<[number | null, NodeJS.Signals | null]>} */
  const ended = new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve([code, signal]));
  });
  if (run.how.startsWith('SIG')) await endFromOutside(run, folder);
  const [exitCode, signal] = await Promise.race([
    ended,
    sleep(TREE_MS_MAX, /** @type {any} */ ([null, null]), { ref: false }),
  ]);
  const hung = await untilGone(folder);
  return { run, folder, recording, hung, exitCode, signal };
}

/** @param {Run} run @param {string} folder */
async function endFromOutside({ victim, how, afterMs }, folder) {
  for (let waitedMs = 0; waitedMs < TREE_MS_MAX; waitedMs += 20) {
    const pid = pidsIn(folder).get(victim);
    if (pid === undefined) {
      await sleep(20);
      continue;
    }
    await sleep(afterMs);
    if (isAlive(pid)) process.kill(pid, how);
    return;
  }
}

/** Waits for the processes of the tree; what does not end is killed, and named. @param {string} folder */
async function untilGone(folder) {
  const hung = new Set();
  for (let waitedMs = 0; ; waitedMs += 25) {
    const alive = [...pidsIn(folder)].filter(([, pid]) => isAlive(pid));
    if (alive.length === 0) return /** @type {string[]} */ ([...hung]);
    if (waitedMs > TREE_MS_MAX) {
      for (const [member, pid] of alive) {
        hung.add(member);
        process.kill(pid, 'SIGKILL');
      }
    }
    await sleep(25);
  }
}

/** @param {string} folder @returns {Map<string, number>} */
function pidsIn(folder) {
  const pids = new Map();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.pid')) continue;
    const pid = Number(readFileSync(join(folder, name), 'utf8'));
    if (pid > 0) pids.set(name.slice(0, -4), pid);
  }
  return pids;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
