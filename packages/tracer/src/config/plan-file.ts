import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PLAN_ERRORS, PlanError, parsePlan, type Plan, type PlanProblem } from '@execution-cinema/instrument/plan';
import { CONFIG_ERRORS, ConfigError } from './config-error.ts';
import { findJsonFault } from './json-syntax.ts';
import { entryAt, pathBelow, withSlashes } from './paths.ts';
import { ancestors } from './root.ts';

/*
 * Plan files. JSON is read here. A module (`.mjs`, `.ts`) is evaluated by a process of its own: its imports, its output
 * and what it does to globals stay away from the program that is about to start, it can be waited for synchronously on
 * every Node, and an edited module is evaluated afresh. It costs the start of one Node, and only those who use it.
 */

/** In the order in which they are looked for in a folder. */
const PLAN_FILE_NAMES = ['tracer.config.json', 'tracer.config.mjs', 'tracer.config.ts'] as const;

/** A module that takes longer to evaluate is given up. */
const EVALUATION_MS_MAX = 10_000;
const PLAN_BYTES_MAX = 8 * 1024 * 1024;

/** The plan file that holds for a folder: the nearest one, up to the root. */
export function findPlanFile(cwd: string, root: string): { file: string | null; shadowed: string[] } {
  for (const folder of ancestors(cwd)) {
    const [file, ...shadowed] = PLAN_FILE_NAMES.map((name) => join(folder, name)).filter(
      (path) => entryAt(path) === 'file',
    );
    if (file !== undefined) return { file, shadowed };
    if (folder === root || pathBelow(root, folder) === null) break;
  }
  return { file: null, shadowed: [] };
}

/** Reads and checks a plan file, waiting for it. Throws a ConfigError. */
export function loadPlan(file: string, root: string): Plan {
  if (extname(file) === '.json') return checked(file, readJson(file), root);
  const { error, stderr, output } = spawnSync(process.execPath, [evaluatorFile(), file], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: evaluatorEnvironment(),
    timeout: EVALUATION_MS_MAX,
    maxBuffer: PLAN_BYTES_MAX,
    windowsHide: true,
  });
  const answer = output?.[3]?.toString('utf8') ?? '';
  return fromAnswer(file, root, { answer, said: stderr?.toString('utf8') ?? '', failure: error });
}

/** As `loadPlan` without stopping the thread: for plans that change while a program runs. Rejects with a ConfigError. */
export async function reloadPlan(file: string, root: string): Promise<Plan> {
  if (extname(file) === '.json') return checked(file, readJson(file), root);
  const child = spawn(process.execPath, [evaluatorFile(), file], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: evaluatorEnvironment(),
    timeout: EVALUATION_MS_MAX,
    windowsHide: true,
  });
  const texts = ['', ''];
  ([child.stderr, child.stdio[3]] as Readable[]).forEach((stream, index) => {
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => {
      if (texts[index]!.length < PLAN_BYTES_MAX) texts[index] += part;
    });
  });
  const failure = await new Promise<Error | undefined>((done) => {
    child.once('error', done);
    child.once('close', () => done(undefined));
  });
  return fromAnswer(file, root, { answer: texts[1]!, said: texts[0]!, failure });
}

/** What `plan-evaluator.ts` writes to its descriptor 3. */
export type EvaluatorAnswer = { plan: unknown } | { problems: PlanProblem[] } | { thrown: string };

function fromAnswer(
  file: string,
  root: string,
  { answer, said, failure }: { answer: string; said: string; failure: Error | undefined },
): Plan {
  const fail = (why: string): never => {
    throw new ConfigError('PLAN_LOAD_FAILED', `${file} could not be evaluated: ${why}`);
  };
  if (answer === '') {
    const isLate = (failure as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT';
    if (isLate) return fail(`it took longer than ${EVALUATION_MS_MAX / 1000} s`);
    return fail(failure?.message ?? lastLines(said) ?? 'it ended without exporting a plan');
  }
  const result = JSON.parse(answer) as EvaluatorAnswer;
  if ('thrown' in result) return fail(result.thrown);
  if ('problems' in result) throw invalidPlan(file, result.problems);
  return checked(file, result.plan, root);
}

function checked(file: string, value: unknown, root: string): Plan {
  try {
    return parsePlan(value, { base: withSlashes(dirname(file)), root: withSlashes(root) });
  } catch (error) {
    throw error instanceof PlanError ? invalidPlan(file, error.problems) : error;
  }
}

function invalidPlan(file: string, problems: readonly PlanProblem[]): ConfigError {
  const lines = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const message =
    lines.length === 1 ? `${file}: ${lines[0]!}` : `${file}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  const codes = new Set(problems.map(({ code }) => code));
  const remedy = codes.size === 1 ? PLAN_ERRORS[problems[0]!.code] : CONFIG_ERRORS.PLAN_INVALID;
  return new ConfigError('PLAN_INVALID', message, { remedy, problems });
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new ConfigError('PLAN_NOT_FOUND', `the plan ${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const fault = findJsonFault(text);
    const place = fault === null ? file : `${file}:${fault.line}:${fault.column}`;
    throw new ConfigError('PLAN_SYNTAX', `${place}: ${fault?.problem ?? (error as Error).message}`);
  }
}

/** Beside the bundle, or in dist/ when the sources run themselves. */
function evaluatorFile(): string {
  const beside = fileURLToPath(new URL('./plan-evaluator.mjs', import.meta.url));
  return entryAt(beside) === 'file' ? beside : fileURLToPath(new URL('../../dist/plan-evaluator.mjs', import.meta.url));
}

/** The evaluator must not be recorded, nor run the program's own preloads. */
function evaluatorEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('TRACER_'));
  return Object.fromEntries(kept);
}

function lastLines(text: string): string | undefined {
  const lines = text.trim().split('\n').slice(-6).join('\n');
  return lines === '' ? undefined : lines;
}
