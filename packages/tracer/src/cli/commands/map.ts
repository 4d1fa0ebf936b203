import { resolve } from 'node:path';
import { mapFolder, type FileMap, type FunctionEntry } from '@execution-cinema/codemap';
import { CommandError, UsageError, type Command, type FlagValues } from '../command.ts';
import { limitFlag, rejectPositionals } from '../flag-values.ts';
import { counted } from '../format/quantity.ts';
import { printTable } from '../format/table.ts';
import { printable } from '../format/text.ts';
import type { Output } from '../output.ts';
import { shownPath } from '../recordings.ts';

const DEFAULT_LIMIT = 50;

export const map: Command = {
  name: 'map',
  summary: 'list functions, classes, calls and complexity of the sources in a folder',
  usage: 'DIR [--filter-file S]... [--filter-name S]...',
  details: [
    'Reads JavaScript and TypeScript below DIR without running anything; .gitignore is respected at every depth, node_modules left out. The table shows functions, the most complex first; --json has one object per file with signatures, doc comments, calls, imports and exports.',
    'COGNITIVE is how hard a function is to follow (SonarSource), CYCLOMATIC how many ways lead through it (as eslint counts). Files that cannot be read or parsed are reported and hinder nothing.',
  ],
  flags: [
    { name: 'filter-file', value: 'S', multiple: true, text: 'only files with S in their path' },
    { name: 'filter-name', value: 'S', multiple: true, text: 'only functions and classes with S in their name' },
    { name: 'include-source', text: 'with --json: the text of every function and class' },
    { name: 'limit', value: 'N', text: `functions in the table (default ${DEFAULT_LIMIT}; 0 or all: no limit)` },
  ],
  examples: [
    ['tracer map src', 'the functions that are hardest to follow'],
    ['tracer map . --filter-name Cart. --limit all', 'every method of Cart'],
    ["tracer map src --json | jq -r '.[].imports[].from' | sort | uniq -c", 'what is imported how often'],
  ],
  async run({ positionals, flags, output }) {
    rejectPositionals(positionals, 1);
    const [folder] = positionals;
    if (folder === undefined) throw new UsageError('DIR is missing');
    const limit = limitFlag(flags, DEFAULT_LIMIT);
    const maps = await readFolder(folder, flags, output);
    if (output.json) return output.printJsonRows(maps);
    printFunctions(maps, limit, output);
    for (const { file, error } of maps) {
      if (!error) continue;
      const place = error.line === null ? file : `${file}:${error.line}`;
      output.message(`${output.yellow(error.kind)} ${printable(place)}: ${printable(error.message)}`);
    }
  },
};

async function readFolder(folder: string, flags: FlagValues, output: Output): Promise<FileMap[]> {
  try {
    return await mapFolder(folder, {
      filterFile: listFlag(flags, 'filter-file'),
      filterName: listFlag(flags, 'filter-name'),
      includeSource: flags['include-source'] === true,
      onProgress({ filesDone, filesTotal, file }) {
        output.progress(file === undefined ? undefined : `${filesDone} of ${filesTotal} files  ${printable(file)}`);
      },
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EACCES') throw error;
    const why = { ENOENT: 'does not exist', ENOTDIR: 'is no folder', EACCES: 'may not be read' }[code];
    throw new CommandError(`${shownPath(resolve(folder))} ${why}`);
  }
}

function listFlag(flags: FlagValues, name: string): string[] {
  const values = flags[name];
  return Array.isArray(values) ? values : [];
}

function printFunctions(maps: readonly FileMap[], limit: number, output: Output): void {
  const rows = maps.flatMap(({ file, functions, classes }) =>
    [...functions, ...classes.flatMap(({ methods }) => methods)].map((fn) => ({ file, fn })),
  );
  rows.sort((a, b) => b.fn.cognitive - a.fn.cognitive || b.fn.cyclomatic - a.fn.cyclomatic);
  const shown = rows.slice(0, limit);
  printTable(
    output,
    [
      { title: 'COGNITIVE', align: 'right' },
      { title: 'CYCLOMATIC', align: 'right' },
      { title: 'LINES', align: 'right' },
      { title: 'PLACE', flexible: true },
      { title: 'FUNCTION', flexible: true },
    ],
    shown.map(({ file, fn }) => rowOf(file, fn)),
  );
  const classCount = maps.reduce((sum, { classes }) => sum + classes.length, 0);
  const found = `${counted(rows.length, 'function')} and ${counted(classCount, 'class', 'classes')} in ${counted(maps.length, 'file')}`;
  output.message(shown.length < rows.length ? `${found}; the first ${shown.length} shown (--limit all)` : found);
}

function rowOf(file: string, fn: FunctionEntry): string[] {
  return [
    String(fn.cognitive),
    String(fn.cyclomatic),
    String(fn.endLine - fn.startLine + 1),
    printable(`${file}:${fn.startLine}`),
    printable(fn.name),
  ];
}
