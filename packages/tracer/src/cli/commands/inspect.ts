import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { mapFolder, type FileMap } from '@execution-cinema/codemap';
import { runAndLook, type Look } from '../../inspect/run-and-look.ts';
import { CommandError, UsageError, type Command, type FlagValues } from '../command.ts';
import { textFlag } from '../flag-values.ts';
import { counted } from '../format/quantity.ts';
import { printable } from '../format/text.ts';
import type { Output } from '../output.ts';
import { shownPath } from '../recordings.ts';
import { targetOf } from '../run/target.ts';

const DEFAULT_TIMEOUT_S = 10;

export const inspect: Command = {
  name: 'inspect',
  summary: 'run a script for a while, then write its code map and example values into one file',
  usage: 'SCRIPT OUT.json [flags] [-- script arguments]',
  details: [
    'Runs SCRIPT, takes a snapshot of it and its workers after the timeout, or looks at what it did when it ends sooner, and ends it. OUT.json gets one object: codemap (one entry per source file under the folder of SCRIPT: functions, classes, methods, calls; as tracer map --json) and variable_examples (per variable name one value that was seen, and the functions in which it appears).',
    "The script's output goes where it always goes. Secrets are left out as in recordings; nothing is kept but OUT.json.",
  ],
  flags: [
    { name: 'timeout', value: 'SECONDS', text: `let the script run so long (default ${DEFAULT_TIMEOUT_S})` },
    { name: 'include-source', text: 'the text of every function and class as well' },
    { name: 'filter-file', value: 'S', multiple: true, text: 'map only files with S in their path' },
    { name: 'filter-name', value: 'S', multiple: true, text: 'map only functions and classes with S in their name' },
  ],
  examples: [
    ['tracer inspect server.js out.json --timeout 5', 'a server, looked at after five seconds'],
    ['tracer inspect src/main.ts out.json --include-source -- --port 80', 'arguments for the script behind --'],
    ["jq '.variable_examples.cart' out.json", 'what a variable of that name looks like'],
  ],
  async run({ positionals, flags, output }) {
    const [script, out, ...args] = positionals;
    if (script === undefined || out === undefined) throw new UsageError('SCRIPT and OUT.json are needed');
    const timeoutMs = timeoutFlag(flags) * 1000;
    const path = resolve(script);
    if (!existsSync(path)) throw new CommandError(`${script}: no such file`);
    if (statSync(path).isDirectory()) throw new CommandError(`${script} is a folder: name the script`);
    const look = await runAndLook({
      args: targetOf([path, ...args], process.cwd()).args,
      timeoutMs,
      onProgress: (elapsedMs) => {
        output.progress(`running ${printable(script)}: ${Math.round((timeoutMs - elapsedMs) / 1000)} s left`);
      },
    });
    const codemap = await readMap(dirname(path), flags, output);
    write(out, { codemap, variable_examples: look.variableExamples });
    report(look, codemap, { script, out }, output);
  },
};

function timeoutFlag(flags: FlagValues): number {
  const text = textFlag(flags, 'timeout') ?? String(DEFAULT_TIMEOUT_S);
  const seconds = Number(text);
  if (!(seconds > 0) || seconds > 1e6) throw new UsageError(`--timeout wants seconds, not ${JSON.stringify(text)}`);
  return seconds;
}

async function readMap(folder: string, flags: FlagValues, output: Output): Promise<FileMap[]> {
  try {
    return await mapFolder(folder, {
      filterFile: list(flags['filter-file']),
      filterName: list(flags['filter-name']),
      includeSource: flags['include-source'] === true,
      onProgress({ filesDone, filesTotal, file }) {
        output.progress(file === undefined ? undefined : `${filesDone} of ${filesTotal} files  ${printable(file)}`);
      },
    });
  } catch (error) {
    throw new CommandError(`${shownPath(folder)} cannot be read: ${(error as Error).message}`);
  }
}

function list(value: FlagValues[string]): string[] {
  return Array.isArray(value) ? value : [];
}

function write(file: string, value: unknown): void {
  try {
    writeFileSync(file, `${JSON.stringify(value, undefined, 1)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new CommandError(`${file} cannot be written: ${(error as Error).message}`);
  }
}

function report(
  { end, failure, variableExamples }: Look,
  codemap: readonly FileMap[],
  { script, out }: { script: string; out: string },
  output: Output,
): void {
  const names = Object.keys(variableExamples).length;
  if (output.json) output.printJson({ file: out, files: codemap.length, variables: names, ended: end ?? null });
  if (end !== undefined && (end.exitCode !== 0 || end.signal !== null)) {
    const how = end.signal === null ? `with exit code ${end.exitCode}` : `by ${end.signal}`;
    output.message(`${printable(script)} ended ${how}`);
  }
  if (failure !== undefined) output.message(`no snapshot could be taken: ${failure}; the values are those recorded`);
  output.message(`${counted(codemap.length, 'file')}, ${counted(names, 'variable')}: ${printable(out)}`);
}
