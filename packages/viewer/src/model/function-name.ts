import type { FunctionView } from '@execution-cinema/server/protocol';

const ANONYMOUS = '(anonymous)';

/** Name and beginning of a function. */
export interface Named {
  name: string;
  file: string;
  line: number;
}

export function isAnonymous(name: string): boolean {
  return name.endsWith(ANONYMOUS);
}

/** What a function is called: one without a name by where it begins, since others have none either. */
export function nameOf({ name, file, line }: Named): string {
  if (!isAnonymous(name) || line < 1) return name;
  const around = name.slice(0, -ANONYMOUS.length);
  return around === '' ? `(${baseName(file)}:${line})` : `${around}(line ${line})`;
}

/** The same where its file is not shown beside it: the code of a file by the name of the file. */
export function nameAlone(entry: Pick<FunctionView, 'name' | 'kind' | 'file' | 'line'> | undefined): string {
  if (!entry) return '(unknown)';
  return entry.kind === 'module' ? baseName(entry.file) : nameOf(entry);
}

/** Of functions of one name the innermost around a place; where that is not known the only one there is. */
export function functionAround(
  namesakes: readonly FunctionView[],
  place: { file: string; line: number } | null,
): FunctionView | undefined {
  const inFile = place ? namesakes.filter(({ file }) => file === place.file) : namesakes;
  if (!place || place.line < 1) return inFile.length === 1 ? inFile[0] : undefined;
  let found: FunctionView | undefined;
  for (const entry of inFile) {
    const isAround = entry.line <= place.line && place.line <= entry.endLine;
    if (isAround && (!found || entry.line >= found.line)) found = entry;
  }
  return found;
}

export function baseName(file: string): string {
  return file.split('/').at(-1)!;
}
