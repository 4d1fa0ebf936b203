import { CommandError, UsageError, type Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { commandHelp, generalHelp } from './help.ts';
import { nearest } from './nearest.ts';
import { processOutput } from './output.ts';
import { parseArguments } from './parse-arguments.ts';

const USAGE_EXIT_CODE = 2;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return showHelp(rest[0]);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) return unknownCommand(name);
  const plain = processOutput(false);
  try {
    const { positionals, flags } = parseArguments(command, rest);
    if (flags['help'] === true) {
      plain.line(commandHelp(command, plain));
      return 0;
    }
    return (await command.run({ positionals, flags, output: processOutput(flags['json'] === true) })) ?? 0;
  } catch (error) {
    return explain(error, command);
  }
}

function showHelp(name: string | undefined): number {
  const output = processOutput(false);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  output.line(command ? commandHelp(command, output) : generalHelp(COMMANDS, output));
  return 0;
}

function unknownCommand(name: string): number {
  const best = nearest(name, COMMANDS.map((command) => command.name));
  const output = processOutput(false);
  output.message(`tracer: unknown command ${name}${best ? `; did you mean ${best}?` : ''} (tracer --help lists all)`);
  return USAGE_EXIT_CODE;
}

function explain(error: unknown, command: Command): number {
  const output = processOutput(false);
  if (error instanceof UsageError) {
    output.message(`tracer ${command.name}: ${error.message} (tracer ${command.name} --help)`);
    return command.name === 'run' ? 125 : USAGE_EXIT_CODE;
  }
  if (error instanceof CommandError) {
    output.message(`tracer ${command.name}: ${error.message}`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  output.message(`tracer ${command.name}: ${message}`);
  if (process.env['NODE_DEBUG']?.includes('tracer')) output.message(String((error as Error).stack));
  return 1;
}
