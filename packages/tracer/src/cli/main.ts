import { nearest } from '@execution-cinema/instrument/plan';
import { CommandError, UsageError, type Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { describeFailure } from './failure.ts';
import { countFlag } from './flag-values.ts';
import { commandHelp, generalHelp } from './help.ts';
import { endOnClosedPipe, processOutput, type Output } from './output.ts';
import { parseArguments } from './parse-arguments.ts';
import { TRACER_VERSION } from './version.ts';

const USAGE_EXIT_CODE = 2;

endOnClosedPipe();
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const output = processOutput(false);
  if (name === undefined || name === '--help' || name === '-h') return showGeneralHelp(output);
  if (name === '--version' || name === '-v') {
    output.line(TRACER_VERSION);
    return 0;
  }
  if (name === 'help') return rest[0] === undefined ? showGeneralHelp(output) : main([rest[0], '--help']);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) return unknownCommand(name, output);
  try {
    const { positionals, flags } = parseArguments(command, rest);
    if (flags['help'] === true) {
      output.line(commandHelp(command, output));
      return 0;
    }
    const own = processOutput(
      flags['json'] === true,
      countFlag(flags, 'width') ?? (command.wholeLines && !process.stdout.isTTY ? 0 : undefined),
    );
    return (await command.run({ positionals, flags, output: own })) ?? 0;
  } catch (error) {
    return explain(error, command, output);
  }
}

function showGeneralHelp(output: Output): number {
  output.line(generalHelp(COMMANDS, output));
  return 0;
}

function unknownCommand(name: string, output: Output): number {
  const names = COMMANDS.map((command) => command.name);
  const best = nearest(name, names);
  const what = name.startsWith('-') ? 'flag' : 'command';
  output.message(`tracer: unknown ${what} ${name}${best ? `; did you mean ${best}?` : ''} (tracer --help lists all)`);
  return USAGE_EXIT_CODE;
}

function explain(error: unknown, command: Command, output: Output): number {
  output.progress(undefined);
  if (error instanceof UsageError) {
    output.message(`tracer ${command.name}: ${error.message}`);
    output.message(`usage: tracer ${command.name} ${command.usage}`.trimEnd());
    output.message(`       tracer ${command.name} --help explains it`);
    return command.usageExitCode ?? USAGE_EXIT_CODE;
  }
  output.message(`tracer ${command.name}: ${describeFailure(error)}`);
  return error instanceof CommandError ? error.exitCode : 1;
}
