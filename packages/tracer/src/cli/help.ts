import type { Command, Flag } from './command.ts';
import type { Output } from './output.ts';
import { wrap } from './format/text.ts';
import { allFlags } from './parse-arguments.ts';

const HELP_COLUMNS = 100;

/** `tracer --help`. */
export function generalHelp(commands: readonly Command[], output: Output): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  return [
    `${output.bold('tracer')} records what a Node.js program did, call by call, and answers questions about it.`,
    '',
    `  node --import tracer app.js     record a program`,
    `  tracer COMMAND --help           flags and examples of a command`,
    '',
    output.bold('Commands'),
    ...commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`),
    '',
    'REC is a recording: its path, or the beginning of its name in .tracer; left out, the newest one is taken.',
    'A call is written T:N (call N of thread T), a moment T@E (just after event E of thread T).',
    'Exit codes: 0 done, 1 failed, 2 wrong usage.',
  ].join('\n');
}

/** `tracer COMMAND --help`. */
export function commandHelp(command: Command, output: Output): string {
  const flags = allFlags(command);
  const heads = flags.map(flagHead);
  const width = Math.max(...heads.map((head) => head.length)) + 2;
  const lineWidth = Math.max(0, ...command.examples.map(([line]) => line.length)) + 2;
  return [
    `${output.bold('Usage')}  tracer ${command.name} ${command.usage}`.trimEnd(),
    '',
    command.summary,
    ...(command.details ?? []).flatMap((paragraph) => ['', ...wrap(paragraph, HELP_COLUMNS)]),
    '',
    output.bold('Flags'),
    ...flags.map((flag, i) => `  ${heads[i]!.padEnd(width)}${flag.text}`),
    '',
    output.bold('Examples'),
    ...command.examples.map(([line, does]) => `  ${line.padEnd(lineWidth)}${output.dim(`# ${does}`)}`),
    ...(command.exitCodes === undefined ? [] : ['', command.exitCodes]),
  ].join('\n');
}

/** `-n, --limit N`. */
function flagHead(flag: Flag): string {
  const short = flag.short ? `-${flag.short}, ` : '';
  return `${short}--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
}
