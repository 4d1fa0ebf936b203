import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, programPath, scratchFolder, setUp } from '../lib/run-program.mjs';
import { quantile } from '../lib/statistics.mjs';

/** @typedef {import('../run.mjs').Context} Context */
/** @typedef {import('../lib/rows.mjs').Row} Row */

const EVENTS_PER_ACORN_ROUND = 6_600_000;
const MOMENTS = 300;
/** States after which a process is warm: its code compiled, tables of sites read. Those before are told apart. */
const WARM_UP = 50;
const OUTPUT_BYTES_MAX = 64 * 2 ** 20;

/** Indexes and questions on a recording of that many events. @param {Context} context @returns {Promise<Row[]>} */
export async function reading({ millionEvents, progress }) {
  const folder = scratchFolder();
  try {
    progress(`recording ${millionEvents} million events`);
    const recording = join(folder, 'large.db');
    const rounds = Math.max(1, Math.round((millionEvents * 1e6) / EVENTS_PER_ACORN_ROUND));
    record(recording, folder, 'acorn.cjs', [String(rounds)]);
    progress('tier 1');
    const seek = ask(recording, 'index');
    progress(`${WARM_UP + MOMENTS} states, ${MOMENTS} moves`);
    const asked = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', stateProgram(recording)], {
        encoding: 'utf8',
        maxBuffer: OUTPUT_BYTES_MAX,
      }),
    );
    progress('tier 2');
    const small = join(folder, 'small.db');
    record(small, folder, 'acorn.cjs', ['1'], { LEVEL: 'boundaries' });
    const rows = ask(small, 'index', '--sql');
    const counts = /** @type {any[]} */ (
      ask(
        small,
        'sql',
        'SELECT (SELECT count(*) FROM calls) + (SELECT count(*) FROM arguments) + (SELECT count(*) FROM writes) AS n',
      )
    );
    const rowCount = Number(counts[0]?.n ?? 0);
    return [
      line(
        'tier 1: events indexed',
        'M/s',
        (seek.events / seek.durationNs) * 1000,
        { least: 3 },
        `${(seek.events / 1e6).toFixed(1)} M events`,
      ),
      line(
        'state --at, p99',
        'ms',
        quantile(asked.states, 0.99),
        { most: 50 },
        `median ${quantile(asked.states, 0.5).toFixed(1)} ms; the first ${WARM_UP} of the process: median ${quantile(asked.first, 0.5).toFixed(1)}, at most ${quantile(asked.first, 1).toFixed(1)} ms`,
      ),
      line(
        'move, p99',
        'ms',
        quantile(asked.moves, 0.99),
        { most: 50 },
        `median ${quantile(asked.moves, 0.5).toFixed(1)} ms`,
      ),
      line('memory of the reader', 'MB', asked.rssBytes / 2 ** 20, { most: 300 }),
      line(
        'tier 2: rows made',
        'M/s',
        (rowCount / rows.durationNs) * 1000,
        { least: 0.4 },
        `${rowCount} rows of one parse at boundaries`,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} name @param {string} unit @param {number} value @param {NonNullable<Row['target']>} target @param {string} [note] @returns {Row} */
function line(name, unit, value, target, note) {
  return {
    part: 'reading',
    line: name,
    unit,
    median: value,
    best: value,
    target,
    ...(note === undefined ? {} : { note }),
  };
}

/** @param {string} recording @param {string} folder @param {string} program @param {string[]} args @param {Record<string, string>} [tracer] */
function record(recording, folder, program, args, tracer = {}) {
  const { env, flags } = setUp({ name: 'recorded', tracer: { INCLUDE: '**', KEEP: '100GB', ...tracer } }, recording);
  execFileSync(process.execPath, [...flags, programPath(program), ...args], {
    env: { ...env, BENCH_RESULT: join(folder, 'result.json') },
  });
}

/**
 * What a command of the command line answers about a recording.
 * @param {string} recording
 * @param {string} command
 * @param {...string} rest
 */
function ask(recording, command, ...rest) {
  const text = execFileSync(process.execPath, [CLI, command, recording, ...rest, '--json'], {
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(text);
}

/** A process of its own, whose memory is that of the reader. @param {string} recording */
function stateProgram(recording) {
  const library = new URL('../../packages/tracer/dist/read.mjs', import.meta.url).href;
  return `
    import { openRecording } from ${JSON.stringify(library)};
    const recording = openRecording(${JSON.stringify(recording)});
    const { stored } = recording.info().threads[0];
    let seed = 1;
    const anywhere = () => {
      seed = (seed * 48271) % 2147483647;
      return '1@' + Math.floor((seed / 2147483647) * stored);
    };
    const timed = (count, ask) =>
      Array.from({ length: count }, (_, i) => {
        const moment = anywhere();
        const start = performance.now();
        ask(moment, i);
        return performance.now() - start;
      });
    const first = timed(${WARM_UP}, (moment) => recording.stateAt(moment));
    const states = timed(${MOMENTS}, (moment) => recording.stateAt(moment));
    const kinds = ['over', 'into', 'out', 'line', 'write'].flatMap((kind) => [
      { kind, direction: 'forward' },
      { kind, direction: 'back' },
    ]);
    const move = (moment, i) => recording.move(moment, kinds[i % kinds.length]);
    timed(${WARM_UP}, move);
    const moves = timed(${MOMENTS}, move);
    recording.close();
    console.log(JSON.stringify({ first, states, moves, rssBytes: process.resourceUsage().maxRSS * 1024 }));`;
}
