import type { FunctionView } from '@execution-cinema/server/protocol';

/** What a function is called where its file is not shown beside it: the code of a file by the name of the file. */
export function nameAlone(entry: Pick<FunctionView, 'name' | 'kind' | 'file'> | undefined): string {
  if (!entry) return '(unknown)';
  return entry.kind === 'module' ? (entry.file.split('/').at(-1) ?? entry.name) : entry.name;
}
