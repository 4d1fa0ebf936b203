import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { instrument, type InstrumentResult, type SourceType } from '../src/index.ts';
import type { FilePlan } from '../src/plan/file-plan.ts';
import { installReferenceRuntime, type ReferenceRuntime } from './reference-runtime.ts';

/** What a program did, as far as anyone outside can see. */
export interface ProgramRun {
  output: string[];
  /** One line per event; empty for a plain run. */
  trace: string[];
  problems: string[];
  openFrames: string[];
  results: Map<string, InstrumentResult>;
}

const SOURCE_TYPES: Readonly<Record<string, SourceType>> = { '.cjs': 'commonjs', '.mjs': 'module', '.js': 'script' };

/** Turns of the event loop that a program gets after its code has run. */
const TURNS = 5;

let runs = 0;

/**
 * Runs `input.cjs`, `input.mjs` or `input.js` (a script) of a folder; plain without a plan. Programs write with
 * `print(...)`; an exported promise is awaited. `scratch` must contain `/node_modules/`, so that the test runner leaves
 * the ES modules in it alone.
 */
export async function runProgram(
  folder: string,
  scratch: string,
  plan?: FilePlan,
  isSecretName?: (name: string) => boolean,
): Promise<ProgramRun> {
  const runtime = installReferenceRuntime();
  const results = new Map<string, InstrumentResult>();
  const target = join(scratch, String(++runs));
  mkdirSync(target, { recursive: true });
  let input = '';
  for (const file of readdirSync(folder)) {
    const sourceType = SOURCE_TYPES[extname(file)];
    if (sourceType === undefined) continue;
    if (file.startsWith('input.')) input = file;
    const source = readFileSync(join(folder, file), 'utf8');
    if (plan === undefined) writeFileSync(join(target, file), source);
    else {
      const result = instrument({
        source,
        fileName: file,
        sourceType,
        moduleKey: file,
        plan,
        ...(isSecretName && { isSecretName }),
      });
      runtime.tables.set(file, result.sites);
      results.set(file, result);
      writeFileSync(join(target, file), result.code);
    }
  }
  const output: string[] = [];
  const global = globalThis as { print?: (...values: unknown[]) => void };
  global.print = (...values) =>
    void output.push(
      values.map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))).join(' '),
    );
  try {
    await evaluate(join(target, input), output);
  } catch (error) {
    output.push(`threw ${String(error)}`);
    // As the loader does for a module that throws.
    runtime.reset();
  }
  for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate);
  delete global.print;
  return finished(runtime, output, results);
}

function finished(runtime: ReferenceRuntime, output: string[], results: Map<string, InstrumentResult>): ProgramRun {
  const { trace, problems } = runtime;
  return { output, trace, problems, openFrames: runtime.openFrames(), results };
}

async function evaluate(file: string, output: string[]): Promise<void> {
  switch (extname(file)) {
    case '.mjs':
      await import(/* @vite-ignore */ pathToFileURL(file).href);
      break;
    case '.js': {
      const value: unknown = vm.runInThisContext(readFileSync(file, 'utf8'), { filename: file });
      output.push(`completion value ${typeof value === 'function' ? `from a wrapper: ${value({})}` : String(value)}`);
      break;
    }
    default: {
      const text = readFileSync(file, 'utf8').replace(/^#!.*/, '');
      const wrapper = vm.runInThisContext(`(function (exports, require, module, __filename, __dirname) {${text}\n})`, {
        filename: file,
      });
      const module = { exports: {} as unknown };
      wrapper.call(module.exports, module.exports, createRequire(file), module, file, dirname(file));
      await module.exports;
    }
  }
}
