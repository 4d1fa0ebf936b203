import { useMemo, useState } from 'preact/hooks';
import type { FunctionView } from '@execution-cinema/server/protocol';
import { openFile, wantedPlace } from '../../app/source.ts';
import { showFunction } from '../../app/functions.ts';
import { code, files } from '../../app/session.ts';
import { Icon } from '../parts/icon.tsx';
import { Message } from '../parts/message.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';

type Row =
  | { kind: 'file'; file: string; open: boolean; note: string | null }
  | { kind: 'function'; entry: FunctionView };

/** Files of the recording and the functions in them. */
export function FileList({ text }: { text: string }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const current = wantedPlace.value?.file;
  const all = files.value;
  const { functions, modules } = code.value;
  const rows = useMemo(
    () => rowsOf(all, functions, reasons(modules), open, text.toLowerCase()),
    [all, functions, open, text],
  );
  const toggle = (file: string) => {
    const next = new Set(open);
    if (!next.delete(file)) next.add(file);
    setOpen(next);
  };
  return (
    <VirtualList
      items={rows}
      rowHeight={26}
      role="tree"
      label="Files and functions"
      shown={rows.findIndex((row) => row.kind === 'file' && row.file === current)}
      itemProperties={(row) =>
        row.kind === 'file' ? { 'aria-level': 1, 'aria-expanded': row.open } : { 'aria-level': 2 }
      }
      onPick={(row) => (row.kind === 'file' ? openFile(row.file) : showFunction(row.entry))}
      onKey={(event, row) => {
        if (row.kind !== 'file' || (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft')) return false;
        if (row.open !== (event.key === 'ArrowRight')) toggle(row.file);
        return true;
      }}
      empty={<Message icon="file" title={text === '' ? 'No code was recorded' : 'Nothing of this name'} />}
      row={(row) =>
        row.kind === 'file' ? (
          <div class={`file-row${row.file === current ? ' now' : ''}`} title={row.note ?? row.file}>
            <button
              type="button"
              class="twisty-button"
              tabIndex={-1}
              aria-label={row.open ? 'Close' : 'Open'}
              onClick={(event) => {
                event.stopPropagation();
                toggle(row.file);
              }}
            >
              <Icon name={row.open ? 'down' : 'chevron'} size={12} />
            </button>
            <FileName file={row.file} isFaint={row.note !== null} />
            {row.note !== null && <span class="chip">not recorded</span>}
          </div>
        ) : (
          <div class="file-row function">
            <code class="shrink">{row.entry.name}</code>
            <span class="faint end">{row.entry.line}</span>
          </div>
        )
      }
    />
  );
}

/** The end of a path is what tells files apart: its folders give way first. */
function FileName({ file, isFaint }: { file: string; isFaint: boolean }) {
  const name = file.split('/').at(-1)!;
  return (
    <span class={isFaint ? 'file-name faint' : 'file-name'}>
      <span class="file-folder">{file.slice(0, file.length - name.length)}</span>
      <span class="file-base">{name}</span>
    </span>
  );
}

function reasons(modules: readonly { files: string[]; skippedReason: string | null }[]): Map<string, string> {
  const result = new Map<string, string>();
  for (const { files: own, skippedReason } of modules) {
    if (skippedReason !== null) for (const file of own) result.set(file, skippedReason);
  }
  return result;
}

function rowsOf(
  all: readonly string[],
  functions: readonly FunctionView[],
  notes: ReadonlyMap<string, string>,
  open: ReadonlySet<string>,
  text: string,
): Row[] {
  const byFile = grouped(functions);
  const rows: Row[] = [];
  for (const file of all) {
    const own = byFile.get(file) ?? [];
    const fileMatches = file.toLowerCase().includes(text);
    const matching = text === '' || fileMatches ? own : own.filter(({ name }) => name.toLowerCase().includes(text));
    if (!fileMatches && matching.length === 0) continue;
    const isOpen = open.has(file) || (text !== '' && !fileMatches);
    rows.push({ kind: 'file', file, open: isOpen, note: notes.get(file) ?? null });
    if (isOpen) for (const entry of matching) if (entry.kind !== 'module') rows.push({ kind: 'function', entry });
  }
  return rows;
}

function grouped(functions: readonly FunctionView[]): Map<string, FunctionView[]> {
  const result = new Map<string, FunctionView[]>();
  for (const entry of functions) {
    const list = result.get(entry.file);
    if (list) list.push(entry);
    else result.set(entry.file, [entry]);
  }
  return result;
}
