import { useMemo, useState } from 'preact/hooks';
import { openFile, wantedPlace } from '../../app/source.ts';
import { showFunction } from '../../app/functions.ts';
import { code, files } from '../../app/session.ts';
import { fileRows, type FileRow } from '../../model/file-tree.ts';
import { nameOf } from '../../model/function-name.ts';
import { Icon } from '../parts/icon.tsx';
import { Message } from '../parts/message.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';

const INDENT = 14;

/** Files of the recording, by folder, and the functions in them. */
export function FileList({ text }: { text: string }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const current = wantedPlace.value?.file;
  const all = files.value;
  const { functions, modules } = code.value;
  const rows = useMemo(
    () => fileRows({ files: all, functions, notes: reasons(modules) }, { open, closed, text: text.toLowerCase() }),
    [all, functions, open, closed, text],
  );
  const toggle = (row: FileRow) => {
    if (row.kind === 'folder') setClosed(toggled(closed, row.folder));
    else if (row.kind === 'file') setOpen(toggled(open, row.file));
  };
  const pick = (row: FileRow) => {
    if (row.kind === 'file') openFile(row.file);
    else if (row.kind === 'function') showFunction(row.entry);
    else toggle(row);
  };
  return (
    <VirtualList
      items={rows}
      rowHeight={26}
      role="tree"
      label="Files and functions"
      shown={rows.findIndex((row) => row.kind === 'file' && row.file === current)}
      itemProperties={(row) => ({
        'aria-level': row.depth + 1,
        ...(row.kind !== 'function' && { 'aria-expanded': row.open }),
      })}
      onPick={pick}
      onKey={(event, row) => {
        if (row.kind === 'function' || (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft')) return false;
        if (row.open !== (event.key === 'ArrowRight')) toggle(row);
        return true;
      }}
      empty={<Message icon="file" title={text === '' ? 'No code was recorded' : 'Nothing of this name'} />}
      row={(row) => <Row row={row} isCurrent={row.kind === 'file' && row.file === current} toggle={toggle} />}
    />
  );
}

interface RowProperties {
  row: FileRow;
  isCurrent: boolean;
  toggle: (row: FileRow) => void;
}

function Row({ row, isCurrent, toggle }: RowProperties) {
  const paddingLeft = `${6 + row.depth * INDENT + (row.kind === 'function' ? 22 : 0)}px`;
  if (row.kind === 'function') {
    return (
      <div class="file-row" style={{ paddingLeft }}>
        <code class="shrink" title={row.entry.name}>
          {nameOf(row.entry)}
        </code>
        <span class="faint end">{row.entry.line}</span>
      </div>
    );
  }
  const twisty = (
    <button
      type="button"
      class="twisty-button"
      tabIndex={-1}
      aria-label={row.open ? 'Close' : 'Open'}
      onClick={(event) => {
        event.stopPropagation();
        toggle(row);
      }}
    >
      <Icon name={row.open ? 'down' : 'chevron'} size={12} />
    </button>
  );
  if (row.kind === 'folder') {
    return (
      <div class="file-row folder" style={{ paddingLeft }} title={row.folder}>
        {twisty}
        <span class="cut-start">
          <bdi>{row.folder}</bdi>
        </span>
        <span class="faint end">{row.count}</span>
      </div>
    );
  }
  return (
    <div
      class={`file-row${isCurrent ? ' now' : ''}`}
      style={{ paddingLeft }}
      title={row.note === null ? row.file : `${row.file}\nnot recorded: ${row.note}`}
    >
      {twisty}
      <span class={row.note === null ? 'file-base' : 'file-base faint'}>{row.name}</span>
      {row.note !== null && <span class="file-note">not recorded</span>}
    </div>
  );
}

function toggled(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}

function reasons(modules: readonly { files: string[]; skippedReason: string | null }[]): Map<string, string> {
  const result = new Map<string, string>();
  for (const { files: own, skippedReason } of modules) {
    if (skippedReason !== null) for (const file of own) result.set(file, skippedReason);
  }
  return result;
}
