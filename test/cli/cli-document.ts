import { tracer } from './tracer-command.ts';

const HEAD = `# The command line

Made from the commands' own help by \`test/cli/help.test.ts\` (\`npx vitest run test/cli/help.test.ts -u\`). Every command
reads a finished, a running or a cut-off recording and never writes into it; indexes go to \`<recording>.index.db\`.

**Recordings.** REC is a path, a folder (its newest), or the beginning of a name in \`.tracer\` of the project's root; left
out, the newest one is taken. Commands with other arguments take it as \`--rec REC\`, or first when it ends in \`.db\`.

**Calls and moments.** \`1:12\` is call 12 of thread 1, \`1@230\` the moment just after event 230 of thread 1. In SQL a call
is one integer, thread * 2^40 + number; every command takes that as well. Times are nanoseconds since the recording
began in \`--json\` and SQL, milliseconds elsewhere.

**Output.** Results go to stdout, messages to stderr. On a terminal lines are coloured (\`NO_COLOR\`, \`FORCE_COLOR\`) and
values shortened to its width; in a pipe nothing is shortened unless \`--width N\` says so. \`--json\` is meant for programs:
fields are only ever added. A reader that closes the pipe ends the command silently.

**Exit codes.** 0 done, 1 failed, 2 wrong usage; \`run\` has its own.
`;

/** The text of docs/CLI.md. */
export async function cliDocument(commands: readonly string[]): Promise<string> {
  const parts = [HEAD];
  for (const name of commands) {
    const { stdout } = await tracer([name, '--help']);
    parts.push(`## tracer ${name}\n\n\`\`\`text\n${stdout.trimEnd()}\n\`\`\`\n`);
  }
  return parts.join('\n');
}
