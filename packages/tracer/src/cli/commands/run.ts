import { ConfigError, resolveConfig, VARIABLES, type VariableName } from '../../config/index.ts';
import { CommandError, UsageError, type Command, type Flag, type FlagValues } from '../command.ts';
import { repeatEnd, runProgram, type ProgramEnd } from '../run/run-program.ts';
import { targetOf } from '../run/target.ts';

/** As env, nohup and timeout have it. */
const EXIT = { usage: 125, notExecutable: 126, notFound: 127 } as const;

const SETTINGS = Object.entries(VARIABLES) as [VariableName, (typeof VARIABLES)[VariableName]][];

export const run: Command = {
  name: 'run',
  summary: 'run a program and record it',
  usage: '[flags] [--] app.js [arguments] | COMMAND [arguments]',
  details: [
    'A script (by its extension, or a folder) runs as with node --import tracer. Any other command runs as it stands, and every Node process below it is recorded into one file.',
    'A flag wins over its environment variable, which wins over the plan. Flags end at the first word that is none; -- says so expressly.',
  ],
  flags: [
    ...SETTINGS.map(([, variable]): Flag => ({
      name: variable.flag,
      ...(variable.argument === null ? {} : { value: variable.argument }),
      text: `${variable.text} [${variable.env}]`,
      ...(variable.flag === 'out' ? { short: 'o' } : {}),
    })),
    { name: 'json', text: 'one JSON line on stderr at the end: recording, exitCode, signal' },
  ],
  examples: [
    ['tracer run app.js --port 80', 'the same as node --import tracer app.js --port 80'],
    ['tracer run --level expressions -o bug.db src/main.ts', 'finer, into a file of that name'],
    ['tracer run -- npm test', 'every Node process that the command starts'],
    ['tracer run --packages express -- node --test', 'a dependency as well'],
  ],
  passThrough: true,
  usageExitCode: EXIT.usage,
  exitCodes:
    "Exit code: the program's own; a signal that ends it ends tracer too. 125 wrong use, 126 not executable, 127 not found.",
  async run({ positionals, flags, output }) {
    if (positionals.length === 0) throw new UsageError('no program given');
    const cwd = process.cwd();
    const target = targetOf(positionals, cwd);
    const config = configure(flags, target.nodeOptions === undefined ? positionals[0]! : null);
    const env: NodeJS.ProcessEnv = { ...process.env, ...settingsAsEnvironment(flags), TRACER_OUT: config.out };
    if (config.sources['plan'] === 'flag') env['TRACER_PLAN'] = config.planFile ?? 'none';
    if (target.nodeOptions !== undefined) env['NODE_OPTIONS'] = target.nodeOptions;
    const end = await start(target.command, target.args, env);
    if (output.json) output.message(JSON.stringify({ recording: config.out, ...end }));
    return repeatEnd(end);
  },
};

/** Checks everything before the program starts, so that a wrong flag is our error and not the program's. */
function configure(flags: FlagValues, script: string | null) {
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
    throw new CommandError(`${error.message}\n${error.remedy}`, EXIT.usage);
  }
}

function settingsAsEnvironment(flags: FlagValues): Record<string, string> {
  return Object.fromEntries(
    SETTINGS.flatMap(([, { flag, env }]) => {
      const value = flags[flag];
      return value === undefined ? [] : [[env, value === true ? '1' : String(value)]];
    }),
  );
}

async function start(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<ProgramEnd> {
  try {
    return await runProgram(command, args, env);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new CommandError(`${command}: command not found`, EXIT.notFound);
    if (code === 'EACCES') throw new CommandError(`${command}: not executable (permission denied)`, EXIT.notExecutable);
    throw new CommandError(`${command}: ${message}`, EXIT.notExecutable);
  }
}
