import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { programPath, scratchFolder, setUp } from '../lib/run-program.mjs';
import { median } from '../lib/statistics.mjs';

/** @typedef {import('../run.mjs').Context} Context */
/** @typedef {import('../lib/rows.mjs').Row} Row */
/** @typedef {{ throughput: number, p99Ms: number, cpuMs: number, rssBytes: number }} Load */

const CONNECTIONS = 50;
/** Enough for V8 to have compiled what is hot, however busy the machine is. */
const WARM_REQUESTS = 20_000;
const TARGETS = [
  { name: 'boundaries', tracer: { LEVEL: 'boundaries' }, least: 0.9 },
  { name: 'boundaries, **', tracer: { LEVEL: 'boundaries', INCLUDE: '**' }, least: 0.7 },
  { name: 'locals', tracer: { LEVEL: 'locals' }, least: 0.8 },
  { name: 'locals, **', tracer: { LEVEL: 'locals', INCLUDE: '**' }, least: 0.5 },
];

/** @param {Context} context @returns {Promise<Row[]>} */
export async function fastify({ repeats, seconds, progress }) {
  /** @type {Record<string, Load[]>} */
  const loads = {};
  for (let turn = 0; turn <= repeats; turn++) {
    for (const variant of [{ name: 'plain' }, ...TARGETS]) {
      progress(`${variant.name}, run ${turn} of ${repeats}`);
      const load = await measureServer(variant, turn === 0 ? 1 : seconds);
      if (turn > 0) (loads[variant.name] ??= []).push(load);
    }
  }
  const plain = loads['plain'] ?? [];
  return TARGETS.map(({ name, least }) => {
    const recorded = loads[name] ?? [];
    /** @param {(load: Load) => number} of */
    const medians = (of) => [median(plain.map(of)), median(recorded.map(of))];
    const [plainRate = 0, rate = 0] = medians(({ throughput }) => throughput);
    const [plainP99 = 0, p99 = 0] = medians(({ p99Ms }) => p99Ms);
    const [plainRss = 0, rss = 0] = medians(({ rssBytes }) => rssBytes);
    const perRequest = medians(({ cpuMs, throughput }) => cpuMs / throughput);
    return {
      part: 'fastify',
      line: `${name}: throughput`,
      unit: 'of plain',
      median: rate / plainRate,
      best:
        Math.max(...recorded.map(({ throughput }) => throughput)) /
        Math.max(...plain.map(({ throughput }) => throughput)),
      target: { least },
      cpu: (perRequest[1] ?? 0) / (perRequest[0] ?? 1),
      memoryMb: (rss - plainRss) / 2 ** 20,
      note: `p99 ${p99.toFixed(1)} ms, plain ${plainP99.toFixed(1)} ms; ${rate.toFixed(0)} of ${plainRate.toFixed(0)} requests/s`,
    };
  });
}

/**
 * Starts the server, warms it, puts it under load, ends it.
 * @param {import('../lib/run-program.mjs').Variant} variant
 * @param {number} seconds
 * @returns {Promise<Load>}
 */
export async function measureServer(variant, seconds) {
  const scratch = scratchFolder();
  const { env, flags } = setUp(variant, join(scratch, 'recording.db'));
  const server = spawn(process.execPath, [...flags, programPath('server.cjs')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  try {
    const port = await Promise.race([
      once(server.stdout, 'data').then(([text]) => Number(String(text).trim())),
      ended.then(() => Promise.reject(new Error(`the server (${variant.name}) ended before it listened`))),
    ]);
    const url = `http://127.0.0.1:${port}/items/7`;
    await autocannon({ url, connections: CONNECTIONS, amount: WARM_REQUESTS });
    const before = usage(server.pid);
    const { requests, latency } = await autocannon({ url, connections: CONNECTIONS, duration: seconds });
    const after = usage(server.pid);
    return {
      throughput: requests.average,
      p99Ms: latency.p99,
      cpuMs: (after.cpuMs - before.cpuMs) / seconds,
      rssBytes: after.rssBytes,
    };
  } finally {
    server.kill('SIGTERM');
    await ended;
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Processor time and resident memory of a process; NaN where the system does not tell. @param {number | undefined} pid */
function usage(pid) {
  try {
    const fields = readStat(pid).split(') ')[1]?.split(' ') ?? [];
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, rssBytes: Number(fields[21]) * 4096 };
  } catch {
    return { cpuMs: Number.NaN, rssBytes: Number.NaN };
  }
}

/** @param {number | undefined} pid */
function readStat(pid) {
  return readFileSync(`/proc/${pid}/stat`, 'latin1');
}
