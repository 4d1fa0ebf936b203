import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * A parent with eight children (two each by fork, spawn, exec and cluster), each with two worker threads. All make calls,
 * and send messages up and down.
 */

const PROGRAM = fileURLToPath(new URL('fixtures', import.meta.url));
const PRELOAD = new URL('../../packages/tracer/dist/preload.mjs', import.meta.url).href;
const { openRecording } = await import(new URL('../../packages/tracer/dist/read.mjs', import.meta.url).href);

/** Of Linux, for what it tells programs. */
const CLOCK_TICKS_PER_SECOND = 100;

const CHILDREN = ['fork1', 'fork2', 'spawn1', 'spawn2', 'exec1', 'exec2', 'cluster1', 'cluster2'];
const MEMBERS = ['parent', ...CHILDREN.flatMap((child) => [child, `${child}/1`, `${child}/2`])];

/**
 * `recordings`: the children record themselves, all into one file or each into one of its own; the parent does not.
 * @param {{ folder: string, calls: number, messages: number, isRecorded?: boolean, recordings?: 'one' | 'separate' }} options
 * @returns {Promise<{ exitCode: number | null, seconds: number, cpuSeconds: number, recording: string }>}
 */
export async function runTree({ folder, calls, messages, isRecorded = true, recordings }) {
  mkdirSync(folder, { recursive: true });
  cpSync(PROGRAM, join(folder, 'program'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  const recording = join(folder, 'recording.db');
  const cpuBefore = cpuOfChildren();
  const startMs = performance.now();
  const child = spawn(process.execPath, [...(isRecorded ? ['--import', PRELOAD] : []), 'program/parent.cjs'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      TREE: JSON.stringify({ folder, calls, messages, recordings, preload: PRELOAD }),
      TRACER_OUT: recording,
      TRACER_QUIET: '1',
    },
  });
  const [exitCode] = await once(child, 'exit');
  const seconds = (performance.now() - startMs) / 1000;
  return { exitCode, seconds, cpuSeconds: cpuOfChildren() - cpuBefore, recording };
}

/** Processor time of all processes below this one that have ended and been waited for; 0 where the system does not tell. */
function cpuOfChildren() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) / CLOCK_TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/**
 * What is wrong with the recording of a tree.
 * @param {{ folder: string, recording: string, calls: number }} tree
 */
export function checkTree({ folder, recording, calls }) {
  /** @type {string[]} */
  const problems = [];
  const opened = openRecording(recording);
  try {
    const { events, threads, state } = opened.info();
    if (state !== 'complete') problems.push(`the recording is ${state}`);
    if (threads.length !== MEMBERS.length) problems.push(`${threads.length} threads, expected ${MEMBERS.length}`);
    if (events.produced !== events.stored + events.dropped + events.pruned || events.dropped > 0) {
      problems.push(`events: ${JSON.stringify(events)}`);
    }
    for (const { text } of opened.verify({ deep: true }).problems) problems.push(text);
    const counted = MEMBERS.map((member) => {
      const file = join(folder, `${member.replaceAll('/', '.')}.json`);
      /** @type {{ calls: number, taken: number, sent: number }} */
      const counts = JSON.parse(readFileSync(file, 'utf8'));
      if (counts.calls !== calls) problems.push(`${member} made ${counts.calls} calls`);
      return counts;
    });
    const perThread = opened.sql("SELECT thread_id, count(*) AS n FROM calls WHERE function = 'step' GROUP BY 1").rows;
    for (const { thread_id: thread, n } of perThread) {
      if (n !== calls) problems.push(`thread ${thread}: ${n} calls of step, expected ${calls}`);
    }
    if (perThread.length !== MEMBERS.length) problems.push(`${perThread.length} threads have calls of step`);
    problems.push(...messageProblems(opened, counted));
  } finally {
    opened.close();
  }
  return problems;
}

/**
 * Each message leads from the call of `send` to the listener, below which `take` has the same id.
 * @param {any} opened
 * @param {{ taken: number, sent: number }[]} counted
 */
function messageProblems(opened, counted) {
  const problems = [];
  const taken = counted.reduce((sum, counts) => sum + counts.taken, 0);
  const sent = counted.reduce((sum, counts) => sum + counts.sent, 0);
  if (taken !== sent) problems.push(`${sent} messages sent, ${taken} taken`);
  const [edges] = opened.sql(
    `SELECT count(*) AS n, count(from_call) AS sent, count(to_call) AS taken FROM edges WHERE kind = 'message'`,
  ).rows;
  if (edges.n !== taken || edges.sent !== taken || edges.taken !== taken) {
    problems.push(`${taken} messages, edges ${JSON.stringify(edges)}`);
  }
  const [ids] = opened.sql(
    `SELECT count(*) AS n FROM edges e JOIN arguments s ON s.call_id = e.from_call AND s.name = 'id'
     JOIN calls l ON l.id = e.to_call JOIN calls h ON h.parent_id = l.id AND h.function = 'Member.hear'
     JOIN calls t ON t.parent_id = h.id AND t.function = 'take' JOIN arguments a ON a.call_id = t.id AND a.name = 'id'
     WHERE e.kind = 'message' AND a.value = s.value`,
  ).rows;
  if (ids.n !== taken) problems.push(`${ids.n} of ${taken} messages lead to the call that took them`);
  const starts = opened.sql(
    "SELECT kind, count(*) AS n FROM edges WHERE kind IN ('worker', 'process') GROUP BY 1",
  ).rows;
  const expected = [
    { kind: 'process', n: CHILDREN.length },
    { kind: 'worker', n: CHILDREN.length * 2 },
  ];
  if (JSON.stringify(starts) !== JSON.stringify(expected)) problems.push(`starts: ${JSON.stringify(starts)}`);
  return problems;
}
