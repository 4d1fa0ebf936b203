import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { openSidecar, readRecording, readState, valueHistory } from '../../packages/store/src/index.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { describe, expect, test } from 'vitest';
import { compareState, type OracleFrame } from './compare-state.ts';
import { generateProgram } from './generate-program.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const TRACER = pathToFileURL(join(HERE, '../../packages/tracer/dist/preload.mjs')).href;
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
const TIMEOUT_MS = 20_000;
const run = promisify(execFile);

/** Runs `program` under V8's debugger: frames and variables at each of its `debugger` statements. */
async function pausesOf(program: string): Promise<OracleFrame[][]> {
  const output = `${program}.pauses.json`;
  // Optimised code forgets variables that are not needed any more.
  await run(process.execPath, ['--no-opt', join(HERE, 'record-pauses.mjs'), program, output], { timeout: TIMEOUT_MS });
  return JSON.parse(readFileSync(output, 'utf8')) as OracleFrame[][];
}

async function record(program: string): Promise<string> {
  const file = `${program}.db`;
  await run(process.execPath, ['--import', TRACER, program], {
    cwd: dirname(program),
    env: { ...process.env, TRACER_OUT: file, TRACER_LEVEL: 'locals', TRACER_QUIET: '1', TRACER_CHUNK: '96KB' },
    timeout: TIMEOUT_MS,
  });
  return file;
}

describe('state at a moment equals what the debugger of V8 shows', () => {
  test.each(SEEDS)('program %i', async (seed) => {
    const folder = scratchFolder();
    const commonjs = seed % 3 === 0;
    const program = join(folder, commonjs ? 'program.cjs' : 'program.mjs');
    const noisy = seed % 4 === 0;
    const text = generateProgram(seed, { commonjs, noisy });
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(program, text);
    const [pauses, file] = await Promise.all([pausesOf(program), record(program)]);
    expect(pauses.length).toBeGreaterThan(20);

    const recording = readRecording(file);
    const sidecar = openSidecar(recording);
    // Every pause is preceded by `hit++` on its line: the n-th value of `hit` is the moment of the n-th pause.
    const moments = [...valueHistory(recording, '(module)', 'hit')].filter(({ operator }) => operator === '++');
    expect(moments).toHaveLength(pauses.length);
    const differences: string[] = [];
    let compared = 0;
    pauses.forEach((frames, i) => {
      const { thread, event } = moments[i]!;
      const comparison = compareState(text, frames, readState(recording, sidecar.db, { thread, event }));
      compared += comparison.compared;
      differences.push(...comparison.differences.map((line) => `pause ${i + 1}: ${line}`));
    });
    sidecar.close();
    recording.close();
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(200);
  });
});
