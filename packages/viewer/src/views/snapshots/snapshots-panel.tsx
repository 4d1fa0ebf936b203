import { useEffect, useState } from 'preact/hooks';
import type { SnapshotEntry } from '@execution-cinema/server/protocol';
import { ask, generation, overview, wholeSpan } from '../../app/session.ts';
import { parseSnapshot, type Snapshot } from '../../model/snapshot.ts';
import { bytesText, timeText } from '../../model/units.ts';
import { ErrorMessage, Message } from '../parts/message.tsx';
import { usePaged } from '../parts/use-paged.ts';
import { SnapshotView } from './snapshot-view.tsx';

const PAGE = 200;
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** Snapshots of the recording, and such files from anywhere. */
export function SnapshotsPanel() {
  const [selected, setSelected] = useState<number | null>(null);
  const [shown, setShown] = useState<{ title: string; snapshot: Snapshot } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const page = usePaged<SnapshotEntry>(
    (from, signal) => ask('snapshots', { ...from, limit: PAGE }, { signal }),
    'snapshots',
    generation.value,
  );
  useEffect(() => {
    if (selected === null && page.items[0]) setSelected(page.items[0].id);
  }, [page.items]);
  useEffect(() => {
    if (selected === null) return;
    ask('snapshot', { id: selected })
      .then(({ json }) => {
        setShown({ title: `Snapshot ${selected}`, snapshot: parseSnapshot(json) });
        setError(null);
      })
      .catch(setError);
  }, [selected]);
  const openFile = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    try {
      if (file.size > FILE_BYTES_MAX) throw new Error(`The file is larger than ${bytesText(FILE_BYTES_MAX)}.`);
      setShown({ title: file.name, snapshot: parseSnapshot(await file.text()) });
      setSelected(null);
      setError(null);
    } catch (failed) {
      setError(failed);
    }
  };
  const pid = overview.value?.processes[0]?.pid;
  return (
    <div class="sql">
      <nav class="sql-side" aria-label="Snapshots">
        <h3>In this recording</h3>
        <ul>
          {page.items.map((entry) => (
            <li key={entry.id}>
              <button
                type="button"
                class="side-item"
                aria-pressed={entry.id === selected}
                onClick={() => setSelected(entry.id)}
              >
                <span>{timeText(entry.timeNs, wholeSpan.value.toNs / 4)}</span>
                <span class="faint end">{bytesText(entry.bytes)}</span>
              </button>
            </li>
          ))}
          {!page.loading && page.items.length === 0 && <li class="faint side-note">none</li>}
        </ul>
        <h3>From a file</h3>
        <label class="button small file-button">
          Open a snapshot file
          <input
            type="file"
            accept=".json,application/json"
            onChange={(event) => void openFile(event.currentTarget.files?.[0])}
          />
        </label>
      </nav>
      <div class="sql-main">
        {error !== null && <ErrorMessage error={error} />}
        {page.error !== null && <ErrorMessage error={page.error} />}
        {shown && error === null && <SnapshotView title={shown.title} snapshot={shown.snapshot} />}
        {!shown && error === null && !page.loading && page.error === null && (
          <Message icon="camera" title="No snapshot was taken">
            <p>
              While the program runs, <code>tracer snapshot {pid ?? 'PID'}</code> or{' '}
              <code>kill -USR1 {pid ?? 'PID'}</code> takes one of every variable in every frame, also when it hangs.
            </p>
          </Message>
        )}
      </div>
    </div>
  );
}
