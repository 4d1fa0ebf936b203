import type { Output } from './output.ts';

/** One flag of a command. `value` names its argument in the help; without it the flag is a switch. */
export interface Flag {
  name: string;
  value?: string;
  short?: string;
  /** May be given more than once. */
  multiple?: boolean;
  text: string;
}

export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** What stands after the name in the usage line, flags left out. */
  usage: string;
  /** Paragraphs below the summary in the command's help. */
  details?: readonly string[];
  flags: readonly Flag[];
  /** Command lines, each with what it does. */
  examples: readonly (readonly [line: string, does: string])[];
  /** Everything after the first positional is left alone (`run`). */
  passThrough?: boolean;
  /** Off a terminal its lines are whole unless --width says otherwise: they are data more than text. */
  wholeLines?: boolean;
  /** Exit code of wrong use (default 2). */
  usageExitCode?: number;
  /** Exit codes beyond those that all commands have, as a sentence. */
  exitCodes?: string;
  /** Returns the exit code (default 0). Throws UsageError for wrong use, CommandError for what failed. */
  run(invocation: Invocation): Promise<number | void> | number | void;
}

export type FlagValues = Readonly<Record<string, string | string[] | boolean | undefined>>;

export interface Invocation {
  positionals: string[];
  /** Values by flag name: string, string[] where multiple, true for switches. */
  flags: FlagValues;
  output: Output;
}

/** Wrong use: unknown flag, missing argument. Exit code 2 (`run`: 125). */
export class UsageError extends Error {}

/** The command could not do what was asked. Exit code 1 unless given. The message names the remedy. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
