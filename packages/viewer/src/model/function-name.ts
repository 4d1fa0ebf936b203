import type { FunctionView } from '@execution-cinema/server/protocol';

const ANONYMOUS = '(anonymous)';

/** Name and beginning of a function. */
export interface Named {
  name: string;
  file: string;
  line: number;
}

/** What a function is called: one without a name by where it begins, since others have none either. */
export function nameOf({ name, file, line }: Named): string {
  if (!name.endsWith(ANONYMOUS) || line < 1) return name;
  const around = name.slice(0, -ANONYMOUS.length);
  return around === '' ? `(${baseName(file)}:${line})` : `${around}(line ${line})`;
}

/** The same where its file is not shown beside it: the code of a file by the name of the file. */
export function nameAlone(entry: Pick<FunctionView, 'name' | 'kind' | 'file' | 'line'> | undefined): string {
  if (!entry) return '(unknown)';
  return entry.kind === 'module' ? baseName(entry.file) : nameOf(entry);
}

/** The innermost function of this name around a place. */
export function functionAround(
  functions: readonly FunctionView[],
  name: string,
  { file, line }: { file: string; line: number },
): FunctionView | undefined {
  let found: FunctionView | undefined;
  for (const entry of functions) {
    if (entry.name !== name || entry.file !== file || entry.line > line || entry.endLine < line) continue;
    if (!found || entry.line >= found.line) found = entry;
  }
  return found;
}

export function baseName(file: string): string {
  return file.split('/').at(-1)!;
}
