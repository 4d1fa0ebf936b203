import { join, resolve } from 'node:path';
import {
  DEFAULT_LEVEL,
  emptyPlan,
  globProblem,
  nearest,
  rootGlob,
  type Plan,
  type PlanSettings,
} from '@execution-cinema/instrument/plan';
import { ConfigError } from './config-error.ts';
import { realPath, withSlashes } from './paths.ts';
import { findPlanFile, loadPlan } from './plan-file.ts';
import { recordingsPlace } from './recordings-folder.ts';
import { findRoot, scriptFolder } from './root.ts';
import type { PlanOverrides, SettingSource, TracerConfig } from './tracer-config.ts';
import { VARIABLES, type Variable, type VariableName } from './variables.ts';

const MB = 1024 ** 2;
const GB = 1024 ** 3;

/** A ring needs room for the chunk being written and one being committed. */
const CHUNKS_PER_BUFFER_MIN = 2;

export interface ConfigInput {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of flags by setting; what was not given is absent. */
  readonly flags?: Readonly<Partial<Record<VariableName, unknown>>>;
  /** The program's first file as in `process.argv[1]`; null for `-e` and the like. */
  readonly script?: string | null;
  readonly pid: number;
  readonly startTimeMs: number;
}

/**
 * Makes the configuration of a process tree from flags, environment, plan and defaults, in this order of precedence.
 * Reads package.json files and the plan, writes nothing. Throws a ConfigError for wrong usage.
 */
export function resolveConfig(input: ConfigInput): TracerConfig {
  const cwd = realPath(input.cwd);
  const root = findRoot(cwd);
  const extraRoot = scriptFolder(input.script, { cwd, root });
  const written = readWritten(input);
  const warnings = unknownVariables(input.env);

  const { plan: planFromFile, file: planFile, shadowed } = choosePlan(written, { cwd, root });
  warnings.push(...shadowed.map((file) => `${file} is not used: ${String(planFile)} beside it comes first`));
  const overrides = overridesOf(written, root);
  const plan = withOverrides(planFromFile, overrides);

  const sources: Record<string, SettingSource> = {};
  const inPlan: Readonly<Record<string, unknown>> = { ...planFromFile, ...planFromFile.settings };
  for (const name of Object.keys(VARIABLES) as VariableName[]) {
    sources[name] = written[name]?.source ?? (inPlan[name] === undefined ? 'default' : 'plan');
  }
  const setting = <K extends keyof PlanSettings>(
    name: K,
    byDefault: Required<PlanSettings>[K],
  ): Required<PlanSettings>[K] => {
    const value = written[name] === undefined ? planFromFile.settings[name] : written[name].value;
    return value === undefined ? byDefault : (value as Required<PlanSettings>[K]);
  };

  const bufferBytes = setting('buffer', 16 * MB);
  const chunkBytes = setting('chunk', Math.min(MB, Math.floor(bufferBytes / (2 * CHUNKS_PER_BUFFER_MIN))));
  if (chunkBytes * CHUNKS_PER_BUFFER_MIN > bufferBytes) {
    throw new ConfigError(
      'CONFIG_SIZES',
      `a buffer of ${bufferBytes} bytes does not hold ${CHUNKS_PER_BUFFER_MIN} chunks of ${chunkBytes} bytes`,
    );
  }
  const outFolder = sources['out'] === 'plan' && planFile !== null ? join(planFile, '..') : cwd;
  const outIsDefault = sources['out'] === 'default';
  const place = recordingsPlace(root);
  if (outIsDefault && place.reason !== undefined) {
    warnings.push(`${place.reason}: recording to ${place.folder} (TRACER_OUT or --out chooses another place)`);
  }
  return {
    version: 1,
    root,
    extraRoots: extraRoot === null ? [] : [extraRoot],
    out: outIsDefault
      ? join(place.folder, `${startTimeText(input.startTimeMs)}-${input.pid}.db`)
      : resolve(outFolder, setting('out', '')),
    outIsDefault,
    plan,
    planFile,
    overrides,
    level: plan.level ?? DEFAULT_LEVEL,
    values: plan.values,
    redact: plan.redact,
    budgetPercent: setting('budget', null),
    backpressure: setting('backpressure', 'block'),
    bufferBytes,
    chunkBytes,
    flushMs: setting('flushMs', 25),
    clock: setting('clock', 'adaptive'),
    keepBytes: setting('keep', 4 * GB),
    keepTotalBytes: setting('keepTotal', 20 * GB),
    signal: setting('signal', 'USR1'),
    propagate: setting('propagate', []),
    quiet: setting('quiet', false),
    sources,
    warnings,
  };
}

/** A plan as the flags and variables of this process tree leave it; apply again to a plan that was read anew. */
export function withOverrides(plan: Plan, overrides: PlanOverrides): Plan {
  return { ...plan, ...overrides };
}

interface Written {
  readonly value: unknown;
  readonly source: 'flag' | 'environment';
  /** For messages: `TRACER_LEVEL`, `--level`. */
  readonly spelling: string;
}

type AllWritten = Partial<Record<VariableName, Written>>;

/** What flags and environment say, parsed; an empty variable says nothing. */
function readWritten({ env, flags = {} }: ConfigInput): AllWritten {
  const all: AllWritten = {};
  for (const [key, variable] of Object.entries(VARIABLES)) {
    const name = key as VariableName;
    const flag = flags[name];
    const fromEnv = env[variable.env];
    if (flag !== undefined) all[name] = readOne(flag, 'flag', `--${variable.flag}`, variable);
    else if (fromEnv !== undefined && fromEnv.trim() !== '') {
      all[name] = readOne(fromEnv, 'environment', variable.env, variable);
    }
  }
  return all;
}

function readOne(raw: unknown, source: Written['source'], spelling: string, variable: Variable<unknown>): Written {
  const result = variable.parse(raw);
  if (result.ok) return { value: result.value, source, spelling };
  const choices = [...result.expected.matchAll(/"([\w-]+)"/g)].map((match) => match[1]!);
  const near = result.expected.startsWith('one of') ? nearest(String(raw), choices) : null;
  const hint = near === null ? '' : `; did you mean "${near}"?`;
  throw new ConfigError(
    'CONFIG_BAD_VALUE',
    `${spelling}: expected ${result.expected}, got ${JSON.stringify(raw)}${hint}`,
  );
}

function choosePlan(
  written: AllWritten,
  { cwd, root }: { cwd: string; root: string },
): { plan: Plan; file: string | null; shadowed: string[] } {
  const named = written.plan;
  if (named !== undefined) {
    const text = String(named.value);
    if (text === 'none' || text === 'off') return { plan: emptyPlan(), file: null, shadowed: [] };
    const file = realPath(resolve(cwd, text));
    if (!/\.(?:json|mjs|ts)$/.test(file)) {
      throw new ConfigError('CONFIG_BAD_VALUE', `${named.spelling}: expected a .json, .mjs or .ts file, got ${text}`);
    }
    return { plan: loadPlan(file, root), file, shadowed: [] };
  }
  const { file, shadowed } = findPlanFile(cwd, root);
  return { plan: file === null ? emptyPlan() : loadPlan(file, root), file, shadowed };
}

function overridesOf(written: AllWritten, root: string): PlanOverrides {
  const place = { base: withSlashes(root), root: withSlashes(root) };
  const globs = (name: 'include' | 'exclude'): string[] | undefined => {
    const entry = written[name];
    if (entry === undefined) return undefined;
    return (entry.value as string[]).map((glob) => {
      const problem = globProblem(glob);
      if (problem !== null)
        throw new ConfigError('CONFIG_BAD_GLOB', `${entry.spelling}: ${JSON.stringify(glob)}: ${problem}`);
      return rootGlob(glob, place);
    });
  };
  const overrides: PlanOverrides = {};
  const include = globs('include');
  const exclude = globs('exclude');
  if (include !== undefined) overrides.include = include;
  if (exclude !== undefined) overrides.exclude = exclude;
  if (written.level !== undefined) overrides.level = written.level.value as NonNullable<PlanOverrides['level']>;
  if (written.packages !== undefined) overrides.packages = written.packages.value as string[];
  return overrides;
}

/** A misspelt variable would silently do nothing; other tools' variables are left alone. */
function unknownVariables(env: ConfigInput['env']): string[] {
  const known = Object.values(VARIABLES).map((variable) => variable.env);
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith('TRACER_') || known.includes(name)) return [];
    const near = nearest(
      name.slice('TRACER_'.length),
      known.map((other) => other.slice('TRACER_'.length)),
    );
    return near === null ? [] : [`${name} is no variable of the tracer; did you mean TRACER_${near}?`];
  });
}

/** `2025-03-01T12-30-05-123`: UTC, sorts by time, fit for every file system. */
function startTimeText(startTimeMs: number): string {
  return new Date(startTimeMs).toISOString().replace(/Z$/, '').replace(/[:.]/g, '-');
}
