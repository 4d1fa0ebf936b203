import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import {
  buildSeekIndex,
  openSidecar,
  origin,
  readRecording,
  seekLookup,
  valueHistory,
  type Origin,
} from '../../packages/store/src/index.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { describe, expect, test } from 'vitest';
import { provenanceProgram, type Traced } from './provenance.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const TRACER = pathToFileURL(join(HERE, '../../packages/tracer/dist/preload.mjs')).href;
const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);
const TIMEOUT_MS = 20_000;
const QUESTIONS_PER_PROGRAM = 40;
const run = promisify(execFile);

async function record(folder: string, text: string): Promise<string> {
  const program = join(folder, 'program.mjs');
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(program, text);
  const file = join(folder, 'recording.db');
  await run(process.execPath, ['--import', TRACER, program], {
    cwd: folder,
    env: { ...process.env, TRACER_OUT: file, TRACER_LEVEL: 'locals', TRACER_QUIET: '1', TRACER_CHUNK: '96KB' },
    timeout: TIMEOUT_MS,
  });
  return file;
}

/** The way as lines of text; `full` tells what lies beside it as well, as far as it is not told elsewhere. */
function wayOf({ steps, end }: Pick<Origin, 'steps' | 'end'>): string[] {
  return [
    ...steps.map(({ kind, line, value, copies }) => `${kind} line ${line} = ${String(value)} copies ${copies}`),
    end,
  ];
}

function expectedWay({ steps, end }: Traced): string[] {
  return [...steps.map(({ kind, line, value, copies }) => `${kind} line ${line} = ${value} copies ${copies}`), end];
}

/** What lies beside the way: each part is told as far as it goes, or until it meets what was told. */
function compareParts(found: Origin, expected: Traced, where: string, differences: string[]): void {
  const inputs = found.steps.flatMap((step) => step.inputs);
  for (const [name, part] of expected.parts) {
    const input = inputs.find((candidate) => candidate.name === name);
    if (!input) continue;
    const way = wayOf(input);
    // Of a way that is cut the last step may be a copy, which counts at the step after it.
    const isCut = input.end === 'repeated' || input.end === 'limit';
    const length = isCut ? Math.max(0, way.length - 2) : way.length;
    const wanted = expectedWay(part).slice(0, length);
    const told = way.slice(0, length);
    if (told.join('\n') !== wanted.join('\n')) {
      differences.push(`${where}, part ${name}\n  found ${told.join('; ')}\n  wanted ${wanted.join('; ')}`);
    }
  }
}

describe('origin equals what values knew of their way in a slow interpreter', () => {
  test.each(SEEDS)('program %i', async (seed) => {
    const folder = scratchFolder();
    const { text, marks } = provenanceProgram(seed);
    const file = await record(folder, text);
    const recording = readRecording(file);
    const sidecar = openSidecar(recording);
    buildSeekIndex(recording, sidecar.db);
    const index = seekLookup(sidecar.db);
    // The n-th `hit++` is the moment of the n-th mark.
    const moments = [...valueHistory(recording, '(module)', 'hit')].filter(({ operator }) => operator === '++');
    expect(moments).toHaveLength(marks.length);
    const questions = marks.flatMap(({ variables }, i) => [...variables].map(([name, way]) => ({ i, name, way })));
    const every = Math.max(1, Math.floor(questions.length / QUESTIONS_PER_PROGRAM));
    const differences: string[] = [];
    let asked = 0;
    for (const { i, name, way } of questions.filter((_, at) => at % every === seed % every)) {
      const { thread, event } = moments[i]!;
      const found = origin(recording, asked % 2 === 0 ? index : undefined, { thread, event }, name);
      const where = `${name} at ${thread}@${event}`;
      const [told, wanted] = [wayOf(found).join('; '), expectedWay(way).join('; ')];
      if (told !== wanted) differences.push(`${where}\n  found  ${told}\n  wanted ${wanted}`);
      else compareParts(found, way, where, differences);
      asked++;
    }
    sidecar.close();
    recording.close();
    expect(differences).toEqual([]);
    expect(asked).toBeGreaterThan(10);
  });
});

const CAUGHT_AND_AWAITED = `function deep(n) { if (n > 2) { const bad = n * 10; throw bad; } return n; }
function mid(n) { try { deep(n); } catch (inner) { throw inner; } }
function parse(text) { return JSON.parse(text); }
async function load(k) { await null; return k + 100; }
async function wrap(k) { await null; return load(k); }
async function fail(k) { await null; throw { code: k }; }
async function main() {
  let caught, syntax, code;
  try { mid(5); } catch (error) { caught = error; }
  try { parse('{'); } catch (error) { syntax = error; }
  try { await fail(4); } catch ({ code: c }) { code = c; }
  const nested = await wrap(9);
  const [a, b] = await Promise.all([load(1), wrap(2)]);
  const [x, { y }] = [a, { y: b }];
}
await main();
`;

describe('exceptions and awaits', () => {
  test('lead to where a value was thrown, or what was awaited', async () => {
    const folder = scratchFolder();
    const recording = readRecording(await record(folder, CAUGHT_AND_AWAITED));
    // The main function is the second call, after the module.
    const ways = ['caught', 'syntax', 'code', 'nested', 'a', 'b', 'x', 'y'].map((name) => {
      const { steps, end } = origin(recording, undefined, { thread: 1, call: 2 }, name);
      return [name, ...steps.map(({ kind, line, function: fn }) => `${kind} ${fn}:${line}`), end].join(' | ');
    });
    recording.close();
    expect(ways).toEqual([
      'caught | variable main:9 | thrown mid:2 | variable mid:2 | thrown deep:1 | computed deep:1 | parameter mid:2 | parameter main:9 | literal',
      'syntax | variable main:10 | thrown parse:3 | created',
      'code | variable main:11 | thrown fail:6 | parameter main:11 | literal',
      'nested | variable main:12 | awaited wrap:5 | awaited load:4 | parameter wrap:5 | parameter main:12 | literal',
      'a | variable main:13 | awaited load:4 | parameter main:13 | literal',
      'b | variable main:13 | awaited wrap:5 | awaited load:4 | parameter wrap:5 | parameter main:13 | literal',
      'x | variable main:14 | variable main:13 | awaited load:4 | parameter main:13 | literal',
      'y | variable main:14 | variable main:13 | awaited wrap:5 | awaited load:4 | parameter wrap:5 | parameter main:13 | literal',
    ]);
  });
});
