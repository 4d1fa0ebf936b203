import { CommandError, UsageError, type Command } from '../command.ts';
import { repeatEnd, runProgram, type ProgramEnd } from '../run/run-program.ts';
import { configure, environmentFor, SETTING_FLAGS } from '../run/settings.ts';
import { targetOf } from '../run/target.ts';

/** As env, nohup and timeout have it. */
const EXIT = { usage: 125, notExecutable: 126, notFound: 127 } as const;

export const run: Command = {
  name: 'run',
  summary: 'run a program and record it',
  usage: '[flags] [--] app.js [arguments] | COMMAND [arguments]',
  details: [
    'A script (by its extension, or a folder) runs as with node --import tracer. Any other command runs as it stands, and every Node process below it is recorded into one file.',
    'A flag wins over its environment variable, which wins over the plan. Flags end at the first word that is none; -- says so expressly.',
  ],
  flags: [...SETTING_FLAGS, { name: 'json', text: 'one JSON line on stderr at the end: recording, exitCode, signal' }],
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
    const config = configure(flags, target.nodeOptions === undefined ? positionals[0]! : null, EXIT.usage);
    const env = environmentFor(target, config, flags);
    const end = await start(target.command, target.args, env);
    if (output.json) output.message(JSON.stringify({ recording: config.out, ...end }));
    return repeatEnd(end);
  },
};

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
