import type { FunctionView } from '@execution-cinema/server/protocol';
import { grouped } from './grouped.ts';

/** A row of the list of files. */
export type FileRow =
  | { kind: 'folder'; folder: string; depth: number; open: boolean; count: number }
  /** `note`: why it was not recorded, null where it was. */
  | { kind: 'file'; file: string; name: string; depth: number; open: boolean; note: string | null }
  | { kind: 'function'; entry: FunctionView; depth: number };

export interface FileTree {
  /** Sorted. */
  files: readonly string[];
  functions: readonly FunctionView[];
  notes: ReadonlyMap<string, string>;
}

/** Folders that were closed, and files whose functions are shown. */
export interface FileTreeState {
  closed: ReadonlySet<string>;
  open: ReadonlySet<string>;
  /** In lower case; empty: everything. */
  text: string;
}

/**
 * Files below the folders that hold them, functions below files. A folder is one row, whole path and all: so the names of
 * files have all the room.
 */
export function fileRows({ files, functions, notes }: FileTree, { closed, open, text }: FileTreeState): FileRow[] {
  const byFile = grouped(functions, ({ file }) => file);
  const rows: FileRow[] = [];
  for (const [folder, own] of byFolder(files)) {
    const found: FileRow[] = [];
    const depth = folder === '' ? 0 : 1;
    let count = 0;
    for (const file of own) {
      const inFile = (byFile.get(file) ?? []).filter(({ kind }) => kind !== 'module');
      const matches = file.toLowerCase().includes(text);
      const matching = matches ? inFile : inFile.filter(({ name }) => name.toLowerCase().includes(text));
      if (!matches && matching.length === 0) continue;
      count++;
      const isOpen = open.has(file) || !matches;
      found.push({ kind: 'file', file, name: nameIn(file), depth, open: isOpen, note: notes.get(file) ?? null });
      if (isOpen) for (const entry of matching) found.push({ kind: 'function', entry, depth: depth + 1 });
    }
    if (count === 0) continue;
    // What a search has found is shown.
    const isOpen = text !== '' || !closed.has(folder);
    if (folder !== '') rows.push({ kind: 'folder', folder, depth: 0, open: isOpen, count });
    if (isOpen) rows.push(...found);
  }
  return rows;
}

/** Files by folder; those of the root first. */
function byFolder(files: readonly string[]): [string, string[]][] {
  const folders = [...grouped(files, (file) => file.slice(0, Math.max(0, file.lastIndexOf('/'))))];
  return folders.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function nameIn(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
