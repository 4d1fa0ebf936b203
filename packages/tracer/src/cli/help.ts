import type { Command, Flag } from './command.ts';
import type { Output } from './output.ts';
import { COMMON_FLAGS } from './parse-arguments.ts';

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
    'REC is a recording file; left out, the newest one is taken. Exit codes: 0 done, 1 failed, 2 wrong usage.',
  ].join('\n');
}

/** `tracer COMMAND --help`. */
export function commandHelp(command: Command, output: Output): string {
  const flags = [...command.flags, ...COMMON_FLAGS];
  const heads = flags.map(flagHead);
  const width = Math.max(...heads.map((head) => head.length)) + 2;
  const lineWidth = Math.max(0, ...command.examples.map(([line]) => line.length)) + 2;
  return [
    `${output.bold('Usage')}  tracer ${command.name} ${command.usage}`.trimEnd(),
    '',
    command.summary,
    '',
    output.bold('Flags'),
    ...flags.map((flag, i) => `  ${heads[i]!.padEnd(width)}${flag.text}`),
    '',
    output.bold('Examples'),
    ...command.examples.map(([line, does]) => `  ${line.padEnd(lineWidth)}${output.dim(`# ${does}`)}`),
  ].join('\n');
}

function flagHead(flag: Flag): string {
  const short = flag.short ? `-${flag.short}, ` : '';
  return `${short}--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
}
