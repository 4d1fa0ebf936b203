import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import {
  buildSeekIndex,
  openSidecar,
  origin,
  pathHistory,
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

/** As many questions as there is time for, others for each seed. */
function sampled<Question>(questions: readonly Question[], seed: number): Question[] {
  const every = Math.max(1, Math.floor(questions.length / QUESTIONS_PER_PROGRAM));
  return questions.filter((_, at) => at % every === seed % every);
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
  let histories = 0;

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
    const differences: string[] = [];
    let asked = 0;
    for (const { i, name, way } of sampled(questions, seed)) {
      if (way.isUnsure) continue;
      const { thread, event } = moments[i]!;
      const found = origin(recording, asked % 2 === 0 ? index : undefined, { thread, event }, name);
      const where = `${name} at ${thread}@${event}`;
      const [told, wanted] = [wayOf(found).join('; '), expectedWay(way).join('; ')];
      if (told !== wanted) differences.push(`${where}\n  found  ${told}\n  wanted ${wanted}`);
      else compareParts(found, way, where, differences);
      asked++;
    }
    const held = marks.flatMap(({ holders }, i) => [...holders].map(([name, known]) => ({ i, name, ...known })));
    let listed = 0;
    for (const { i, name, holder, fields } of sampled(held, seed)) {
      for (const key of fields.has('a') ? ['a', 'b'] : ['0', '1']) {
        const path = key === 'a' || key === 'b' ? `${name}.${key}` : `${name}[${key}]`;
        const { thread, event } = moments[i]!;
        const known = listed % 2 === 0 ? index : undefined;
        const way = fields.get(key)!;
        const element = wayOf(origin(recording, known, { thread, event }, path)).join('; ');
        if (!way.isUnsure && element !== expectedWay(way).join('; ')) {
          const wanted = expectedWay(way).join('; ');
          differences.push(`origin of ${path} at ${thread}@${event}\n  found  ${element}\n  wanted ${wanted}`);
        }
        listed++;
        if (holder.isUnsure) continue;
        const found = pathHistory(recording, known, { thread, event }, path);
        const told = found.map(({ line, value }) => `line ${line} = ${String(value)}`).join('; ');
        const wanted = holder.log
          .get(key)!
          .map(({ line, value }) => `line ${line} = ${value}`)
          .join('; ');
        if (told !== wanted) differences.push(`${path} at ${thread}@${event}\n  found  ${told}\n  wanted ${wanted}`);
      }
    }
    sidecar.close();
    recording.close();
    expect(differences).toEqual([]);
    expect(asked).toBeGreaterThan(10);
    histories += listed;
  });

  test('so do the histories of elements and properties', () => {
    expect(histories).toBeGreaterThan(100);
  });
});

const WAYS = `function deep(n) { if (n > 2) { const bad = n * 10; throw bad; } return n; }
function mid(n) { try { deep(n); } catch (inner) { throw inner; } }
function parse(text) { return JSON.parse(text); }
async function load(k) { await null; return k + 100; }
async function wrap(k) { await null; return load(k); }
async function fail(k) { await null; throw { code: k }; }
function queued(list) { list.push(11); list.unshift(12); const last = list.pop(); const first = list.shift(); return [first, last]; }
async function main() {
  let caught, syntax, code, n = 5;
  try { mid(5); } catch (error) { caught = error; }
  try { parse('{'); } catch (error) { syntax = error; }
  try { await fail(4); } catch ({ code: c }) { code = c; }
  const nested = await wrap(9);
  const [a, b] = await Promise.all([load(1), wrap(2)]);
  const [x, { y }] = [a, { y: b }];
  const [first, last] = queued([10]);
  const numbered = { n: ++n, old: n++ };
  const target = { a: 1 };
  Object.assign(target, numbered);
  const given = target.n;
  const before = numbered.old;
  const doubled = [1, 2].map((one) => one * 2);
  const query = { then(give) { give(70); } };
  const asked = await query;
  const kept = doubled.filter((one) => one > 2);
  const chosen = kept[0];
}
await main();
`;

describe('exceptions, awaits, lists and copies', () => {
  test('lead to where a value was thrown, what was awaited, and what put it there', async () => {
    const folder = scratchFolder();
    const recording = readRecording(await record(folder, WAYS));
    // The main function is the second call, after the module.
    const ways = [
      'caught',
      'syntax',
      'code',
      'nested',
      'a',
      'b',
      'x',
      'y',
      'first',
      'last',
      'given',
      'before',
      'asked',
      'chosen',
    ].map((name) => {
      const { steps, end } = origin(recording, undefined, { thread: 1, call: 2 }, name);
      return [name, ...steps.map(({ kind, line, function: fn }) => `${kind} ${fn}:${line}`), end].join(' | ');
    });
    recording.close();
    expect(ways).toEqual([
      'caught | variable main:10 | thrown mid:2 | variable mid:2 | thrown deep:1 | computed deep:1 | parameter mid:2 | parameter main:10 | literal',
      'syntax | variable main:11 | thrown parse:3 | created',
      'code | variable main:12 | thrown fail:6 | parameter main:12 | literal',
      'nested | variable main:13 | awaited wrap:5 | awaited load:4 | parameter wrap:5 | parameter main:13 | literal',
      'a | variable main:14 | awaited load:4 | parameter main:14 | literal',
      'b | variable main:14 | awaited wrap:5 | awaited load:4 | parameter wrap:5 | parameter main:14 | literal',
      'x | variable main:15 | variable main:14 | awaited load:4 | parameter main:14 | literal',
      'y | variable main:15 | variable main:14 | awaited wrap:5 | awaited load:4 | parameter wrap:5 | parameter main:14 | literal',
      'first | variable main:16 | property queued:7 | variable queued:7 | element queued:7 | literal',
      'last | variable main:16 | property queued:7 | variable queued:7 | moved queued:7 | element queued:7 | literal',
      'given | variable main:20 | property main:19 | property main:17 | computed main:17 | variable main:9 | literal',
      'before | variable main:21 | property main:17 | computed main:17 | variable main:9 | literal',
      'asked | variable main:24 | input',
      'chosen | variable main:26 | property main:25 | property main:22 | computed main.(anonymous):22 | parameter main:22 | created',
    ]);
  });
});
