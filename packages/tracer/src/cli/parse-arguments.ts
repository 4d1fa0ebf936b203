import { nearest } from '@execution-cinema/instrument/plan';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError, type Command, type Flag } from './command.ts';
import { PIPE_COLUMNS } from './output.ts';

/** Flags that every command has. */
const COMMON_FLAGS: readonly Flag[] = [
  { name: 'json', text: 'machine-readable output on stdout' },
  {
    name: 'width',
    value: 'N',
    text: `shorten values so that lines fit N columns, 0 for no limit (default: the terminal, else ${PIPE_COLUMNS})`,
  },
  { name: 'help', short: 'h', text: 'this help' },
];

const WIDTH_OF_WHOLE_LINES = 'shorten values so that lines fit N columns (default: the terminal, else no limit)';

/** A command's own flags and those that all have, unless it describes one of those in its own words. */
export function allFlags(command: Command): readonly Flag[] {
  const own = new Set(command.flags.map((flag) => flag.name));
  return [
    ...command.flags,
    ...COMMON_FLAGS.filter(({ name }) => !own.has(name) && !(name === 'width' && command.passThrough)).map((flag) =>
      flag.name === 'width' && command.wholeLines ? { ...flag, text: WIDTH_OF_WHOLE_LINES } : flag,
    ),
  ];
}

export interface ParsedArguments {
  positionals: string[];
  flags: Record<string, string | string[] | boolean | undefined>;
}

/** Reads a command's arguments. Throws UsageError that names the unknown flag and the nearest known one. */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const known = allFlags(command);
  const [own, rest] = command.passThrough ? splitPassThrough(known, args) : [args, []];
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const flag of known) {
    options[flag.name] = {
      type: flag.value === undefined ? 'boolean' : 'string',
      ...(flag.short ? { short: flag.short } : {}),
      ...(flag.multiple ? { multiple: true } : {}),
    };
  }
  try {
    const { values, positionals } = parseArgs({ args: [...own], options, allowPositionals: true, strict: true });
    return { positionals: [...positionals, ...rest], flags: values as ParsedArguments['flags'] };
  } catch (error) {
    throw new UsageError(explain(error as NodeJS.ErrnoException, known));
  }
}

/** Own flags end at the first positional or at `--`; what follows belongs to the program. */
function splitPassThrough(known: readonly Flag[], args: readonly string[]): [string[], string[]] {
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    if (argument === '--') return [args.slice(0, i), args.slice(i + 1)];
    if (!argument.startsWith('-') || argument === '-') return [args.slice(0, i), args.slice(i)];
    const flag = known.find((candidate) => argument === `--${candidate.name}` || argument === `-${candidate.short}`);
    if (flag?.value !== undefined) i++;
  }
  return [[...args], []];
}

function explain(error: NodeJS.ErrnoException, known: readonly Flag[]): string {
  const named = /'(--?[^' =]+)/.exec(error.message)?.[1];
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && named) {
    const best = nearest(
      named.replace(/^-+/, ''),
      known.map((flag) => flag.name),
    );
    return `unknown flag ${named}${best ? `; did you mean --${best}?` : ''}`;
  }
  if (error.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && error.message.includes('ambiguous')) {
    const flag = known.find(({ name, short }) => named === `--${name}` || named === `-${short}`);
    const name = `--${flag?.name ?? named}`;
    return `${name} wants ${flag?.value ?? 'a value'}; one that begins with a dash is written ${name}=-...`;
  }
  return error.message.split('. ')[0]!.replaceAll("'", '');
}
