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

/** The innermost function of this name around a place; where that is not known the only one that is called so. */
export function functionAround(
  functions: readonly FunctionView[],
  name: string,
  place: { file: string; line: number } | null,
): FunctionView | undefined {
  const named = functions.filter((entry) => entry.name === name && (!place || entry.file === place.file));
  if (!place || place.line < 1) return named.length === 1 ? named[0] : undefined;
  const around = named.filter(({ line, endLine }) => line <= place.line && place.line <= endLine);
  return around.reduce<FunctionView | undefined>(
    (best, entry) => (best && best.line > entry.line ? best : entry),
    undefined,
  );
}

export function baseName(file: string): string {
  return file.split('/').at(-1)!;
}
