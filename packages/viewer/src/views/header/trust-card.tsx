import { useEffect, useRef, useState } from 'preact/hooks';
import type { Overview, SkippedView } from '@execution-cinema/server/protocol';
import { ask } from '../../app/session.ts';
import { openFile } from '../../app/source.ts';
import { bytesText, countText, durationText, plural, timeText } from '../../model/units.ts';
import { usePaged } from '../parts/use-paged.ts';

export interface CardProperties {
  overview: Overview;
  onClose: () => void;
}

const NOTES_SHOWN = 8;

/** All that is known of how far the recording can be trusted. */
export function TrustCard({ overview, onClose }: CardProperties) {
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    card.current?.focus();
    const outside = (event: PointerEvent) => {
      if (!(event.target as Element).closest('.trust')) onClose();
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, []);
  const { events, functions, gaps, pruned, skippedReasons } = overview;
  // What begins with a brace is for programs.
  const notes = overview.notes.filter(({ text }) => !text.startsWith('{'));
  const rows: [string, string, boolean?][] = [
    [
      'Events',
      `${countText(events.produced)} produced = ${countText(events.stored)} stored + ${countText(events.dropped)} dropped + ${countText(events.pruned)} pruned`,
      events.dropped + events.pruned > 0,
    ],
    [
      'Calls',
      `${countText(overview.calls)}, ${countText(overview.throws)} ended by an exception, deepest stack ${overview.maxDepth}`,
    ],
    [
      'Functions',
      `${countText(functions.instrumented)} of ${countText(functions.eligible)} recorded (${
        Object.entries(functions.byLevel)
          .map(([name, count]) => `${countText(count)} ${name}`)
          .join(', ') || 'none'
      })`,
      functions.instrumented < functions.eligible,
    ],
    [
      'Files',
      `${countText(overview.modules - overview.modulesSkipped)} of ${countText(overview.modules)} recorded`,
      overview.modulesSkipped > 0,
    ],
    ...leftOutRows(overview),
    [
      'Length',
      `${durationText(overview.durationNs)}, ${plural(overview.processes.length, 'process', 'processes')}, ${plural(overview.threads.length, 'thread')}`,
    ],
    ['Cost', `${costText(overview)}, estimated from the number of events`],
    ['Clock', overview.clock],
    ['File', `${overview.rec}, ${bytesText(overview.bytes)}`],
  ];
  return (
    <div
      ref={card}
      class="trust-card popover"
      role="dialog"
      aria-label="What was recorded, and what was not"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <dl>
        {rows.map(([name, text, warns]) => (
          <div key={name} class={warns ? 'warns' : ''}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {gaps.length > 0 && (
        <>
          <h3>Gaps</h3>
          <ul>
            {gaps.slice(0, 8).map((gap, i) => (
              <li key={i}>
                {timeText(gap.timeNs, overview.durationNs)}, thread {gap.thread}: {plural(gap.dropped, 'event')} missing
                ({gap.reason})
              </li>
            ))}
          </ul>
        </>
      )}
      {pruned.length > 0 && (
        <p class="faint">
          The flight recorder has deleted the oldest{' '}
          {countText(pruned.reduce((sum, { events: count }) => sum + count, 0))} events.
        </p>
      )}
      {notes.length > 0 && (
        <>
          <h3>Notes of the recorder</h3>
          <ul>
            {notes.slice(0, NOTES_SHOWN).map((note, i) => (
              <li key={i}>{note.text}</li>
            ))}
            {notes.length > NOTES_SHOWN && (
              <li>and {notes.length - NOTES_SHOWN} more; tracer info lists all of them</li>
            )}
          </ul>
        </>
      )}
      {skippedReasons.length > 0 && (
        <>
          <h3>Not recorded</h3>
          <ul>
            {skippedReasons.slice(0, 8).map(({ reason, count }) => (
              <li key={reason}>
                {count.toLocaleString('en')} × {reason}
              </li>
            ))}
          </ul>
          <SkippedList />
        </>
      )}
    </div>
  );
}

/** Files that were not chosen, and how to choose those that people miss most. */
function leftOutRows({ notes }: Overview): [string, string][] {
  const counts = new Map<string, number>();
  for (const { kind, text } of notes) {
    if (kind !== 'files not selected') continue;
    for (const [reason, count] of Object.entries(JSON.parse(text) as Record<string, number>)) {
      counts.set(reason, (counts.get(reason) ?? 0) + count);
    }
  }
  if (counts.size === 0) return [];
  const listed = [...counts].map(([reason, count]) => `${countText(count)} × ${reason}`).join(', ');
  const remedy = counts.has('dependency') ? '; TRACER_PACKAGES=name, or --packages name, records one' : '';
  return [['Left out', `files: ${listed}${remedy}`]];
}

function SkippedList() {
  const [open, setOpen] = useState(false);
  if (!open) {
    return (
      <button type="button" class="button small" onClick={() => setOpen(true)}>
        Which ones
      </button>
    );
  }
  return <SkippedRows />;
}

function SkippedRows() {
  const page = usePaged<SkippedView>((from, signal) => ask('skipped', { ...from, limit: 200 }, { signal }), 'skipped');
  return (
    <ul class="skipped">
      {page.items.map((entry, i) => (
        <li key={i}>
          <button type="button" class="plain-link" onClick={() => openFile(entry.file, entry.line || null)}>
            {entry.function === null ? entry.file : `${entry.function}, ${entry.file}:${entry.line}`}
          </button>{' '}
          <span class="faint">{entry.reason}</span>
        </li>
      ))}
      {page.more && (
        <li>
          <button type="button" class="button small" onClick={page.loadMore}>
            More
          </button>
        </li>
      )}
    </ul>
  );
}

/** Threads run beside each other: the cost is told for all of them together. */
function costText({ overheadNs, threads }: Overview): string {
  const spread = threads.length > 1 ? ` over ${threads.length} threads` : '';
  return `about ${durationText(overheadNs)} of processor time${spread}`;
}
