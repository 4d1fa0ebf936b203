import { ConfigError, resolveConfig, VARIABLES, type TracerConfig, type VariableName } from '../../config/index.ts';
import { CommandError, type Flag, type FlagValues } from '../command.ts';
import type { Target } from './target.ts';

const SETTINGS = Object.entries(VARIABLES) as [VariableName, (typeof VARIABLES)[VariableName]][];

/** The flags of every command that records: one per variable. */
export const SETTING_FLAGS: readonly Flag[] = SETTINGS.map(([, variable]) => ({
  name: variable.flag,
  ...(variable.argument === null ? {} : { value: variable.argument }),
  text: `${variable.text} [${variable.env}]`,
  ...(variable.flag === 'out' ? { short: 'o' } : {}),
}));

/** Checks everything before the program starts, so that a wrong flag is our error and not the program's. */
export function configure(flags: FlagValues, script: string | null, usageExitCode: number): TracerConfig {
  const given = Object.fromEntries(
    SETTINGS.flatMap(([name, { flag }]) => (flags[flag] === undefined ? [] : [[name, flags[flag]]])),
  );
  try {
    return resolveConfig({
      cwd: process.cwd(),
      env: process.env,
      flags: given,
      script,
      pid: process.pid,
      startTimeMs: Date.now(),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandError(`${error.message}\n${error.remedy}`, usageExitCode);
  }
}

/** The environment in which a target is recorded as `config` says. */
export function environmentFor(target: Target, config: TracerConfig, flags: FlagValues): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...settingsAsEnvironment(flags), TRACER_OUT: config.out };
  if (config.sources['plan'] === 'flag') env['TRACER_PLAN'] = config.planFile ?? 'none';
  if (target.nodeOptions !== undefined) env['NODE_OPTIONS'] = target.nodeOptions;
  return env;
}

function settingsAsEnvironment(flags: FlagValues): Record<string, string> {
  return Object.fromEntries(
    SETTINGS.flatMap(([, { flag, env }]) => {
      const value = flags[flag];
      return value === undefined ? [] : [[env, value === true ? '1' : String(value)]];
    }),
  );
}
