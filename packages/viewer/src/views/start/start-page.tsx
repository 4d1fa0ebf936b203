import { NOWHERE } from '../../model/address.ts';
import type { RecordingEntry } from '@execution-cinema/server/protocol';
import { openAt } from '../../app/start.ts';
import { copyText } from '../../app/location.ts';
import { failure, recordings } from '../../app/session.ts';
import { agoText, bytesText, countText, durationText, plural } from '../../model/units.ts';
import { Button } from '../parts/button.tsx';
import { ErrorMessage } from '../parts/message.tsx';
import { commandText } from '../../model/thread-labels.ts';

/** The recordings of the folder, or what to do when there is none. */
export function StartPage() {
  const list = recordings.value;
  return (
    <main class="start" aria-label="Recordings">
      <div class="start-inner">
        <div class="start-head">
          <h2 class="start-title">Recordings</h2>
          {list && (
            <span class="faint" title={list.folder}>
              {list.folder}
            </span>
          )}
        </div>
        {failure.value !== null && <ErrorMessage error={failure.value} />}
        {list && list.recordings.length > 0 && (
          <ul class="recordings">
            {list.recordings.map((entry) => (
              <Recording key={entry.rec} entry={entry} />
            ))}
          </ul>
        )}
        {list && list.recordings.length === 0 && (
          <div class="start-empty">
            <h2>Nothing recorded yet</h2>
            <p>Run a program with the tracer in front. Its recording appears here by itself, while it still runs.</p>
          </div>
        )}
        {list && list.advice.length > 0 && (
          <section class="advice" aria-label="What to type">
            <h2>{list.recordings.length === 0 ? 'To record' : 'To record another'}</h2>
            <ul>
              {list.advice.map(({ command, does }) => (
                <li key={command}>
                  <code>{command}</code>
                  <Button icon="copy" label={`Copy ${command}`} onClick={() => void copyText(command)} />
                  <span class="faint">{does}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </main>
  );
}

function Recording({ entry }: { entry: RecordingEntry }) {
  const isUnreadable = entry.state === 'unreadable';
  return (
    <li>
      <button
        type="button"
        class="recording"
        disabled={isUnreadable}
        onClick={() => void openAt(entry.rec, { ...NOWHERE, rec: entry.rec })}
      >
        <span class={`state-dot ${toneOf(entry)}`} />
        <span class="recording-main">
          <span class="recording-name" title={entry.argv.join(' ')}>
            {entry.argv.length > 0 ? commandText(entry.argv) : entry.rec}
          </span>
          <span class="recording-detail">{isUnreadable ? entry.error : detailsOf(entry)}</span>
        </span>
        <span class="recording-result">
          <Result entry={entry} />
        </span>
        <time class="recording-when" dateTime={entry.startedAt} title={entry.startedAt}>
          {agoText(entry.startedAt, Date.now())}
        </time>
      </button>
    </li>
  );
}

function detailsOf(entry: RecordingEntry): string {
  const parts = [durationText(entry.durationNs), `${countText(entry.events)} events`];
  if (entry.processes > 1) parts.push(plural(entry.processes, 'process', 'processes'));
  if (entry.threads > entry.processes) parts.push(plural(entry.threads, 'thread'));
  parts.push(bytesText(entry.bytes));
  if (entry.dropped > 0) parts.push(`${countText(entry.dropped)} dropped`);
  // Two runs of one program are told apart by it.
  if (entry.argv.length > 0) parts.push(entry.rec);
  return parts.join(' · ');
}

function toneOf({ state, exitCode, signal }: RecordingEntry): string {
  if (state === 'running') return 'accent pulse';
  if (state === 'unreadable') return '';
  if (state === 'cut off') return 'amber';
  return exitCode === 0 && signal === null ? 'green' : 'red';
}

function Result({ entry }: { entry: RecordingEntry }) {
  if (entry.state === 'running') return <span class="chip accent">running</span>;
  if (entry.state === 'unreadable') return <span class="chip">unreadable</span>;
  if (entry.signal !== null) return <span class="chip red">{entry.signal}</span>;
  if (entry.exitCode !== null && entry.exitCode !== 0) return <span class="chip red">exit {entry.exitCode}</span>;
  if (entry.state === 'cut off') return <span class="chip amber">cut off</span>;
  return null;
}
