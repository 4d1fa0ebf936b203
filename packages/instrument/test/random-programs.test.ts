import vm from 'node:vm';
import { expect, test } from 'vitest';
import { instrument } from '../src/index.ts';
import type { Level } from '../src/plan/levels.ts';
import { planOfLevel } from './plan-of-level.ts';
import { randomProgram } from './random-program.ts';
import { installReferenceRuntime, type ReferenceRuntime } from './reference-runtime.ts';

const PROGRAMS = 120;
/** Printed lines per program; calls in loops multiply. */
const LINES_MAX = 3000;

interface Run {
  lines: string[];
  /** Variables whose value was not what the events said. */
  wrong: string[];
  observed: number;
}

async function run(code: string, runtime: ReferenceRuntime | undefined): Promise<Run> {
  const result: Run = { lines: [], wrong: [], observed: 0 };
  const print = (value: unknown): void => {
    if (result.lines.length >= LINES_MAX) throw new Error('too many lines');
    result.lines.push(String(value));
  };
  const observe = (name: string, value: unknown): void => {
    print(`${name} ${typeof value === 'object' ? 'object' : String(value)}`);
    if (runtime === undefined) return;
    result.observed++;
    const known = runtime.valueOf(name);
    if (!Object.is(known, value) && result.wrong.length < 10)
      result.wrong.push(`${name} is ${String(value)}, not ${String(known)}`);
  };
  const num = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value % 1000 : 1);
  const module = { exports: {} as unknown };
  try {
    vm.runInThisContext(`(function (module, print, observe, num) {${code}\n})`)(module, print, observe, num);
    await module.exports;
  } catch (error) {
    result.lines.push(`threw ${String(error)}`);
    runtime?.reset();
  }
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  return result;
}

const seeds = Array.from({ length: PROGRAMS }, (_, index) => index + Number(process.env['RANDOM_SEED'] ?? 1));

test.each<Level>(['boundaries', 'locals', 'expressions'])(
  'random programs behave the same at %s, and their events tell every value',
  async (level) => {
    let observed = 0;
    for (const seed of seeds) {
      const source = randomProgram(seed);
      const plain = await run(source, undefined);
      const runtime = installReferenceRuntime({ render: false });
      const { code, sites } = instrument({
        source,
        fileName: `${seed}`,
        sourceType: 'commonjs',
        moduleKey: `${seed}`,
        plan: planOfLevel(level),
      });
      runtime.tables.set(`${seed}`, sites);
      const traced = await run(code, runtime);
      expect({ seed, lines: traced.lines }).toEqual({ seed, lines: plain.lines });
      expect({ seed, problems: runtime.problems, open: runtime.openFrames() }).toEqual({
        seed,
        problems: [],
        open: [],
      });
      const wrong = level === 'boundaries' ? [] : traced.wrong;
      expect({ seed, wrong }).toEqual({ seed, wrong: [] });
      observed += traced.observed;
    }
    expect(observed).toBeGreaterThan(PROGRAMS * 10);
  },
);
