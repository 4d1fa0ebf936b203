import { useState } from 'preact/hooks';
import { threadTitle, type Snapshot, type SnapshotThread } from '../../model/snapshot.ts';
import { fromJson } from '../../model/json-value.ts';
import { plural, timeText } from '../../model/units.ts';
import { wholeSpan } from '../../app/session.ts';
import { Icon } from '../parts/icon.tsx';
import { PlaceText } from '../parts/place.tsx';
import { ValueRow } from '../state/value-row.tsx';
import { commandText } from '../../model/thread-labels.ts';

const EXAMPLES_STEP = 200;

/** Every thread with its stack and variables, what sleeps, and an example per name. */
export function SnapshotView({ title, snapshot }: { title: string; snapshot: Snapshot }) {
  const [examples, setExamples] = useState(0);
  return (
    <div class="snapshot" tabIndex={0} role="region" aria-label={title}>
      <h3>
        {title}{' '}
        <span class="faint">
          {snapshot.reason}
          {snapshot.timeNs > 0 ? `, ${timeText(snapshot.timeNs, wholeSpan.value.toNs / 4)}` : ''}
        </span>
      </h3>
      {snapshot.processes.map((process) => (
        <section key={process.pid}>
          <h4>
            {commandText(process.argv)} <span class="faint">pid {process.pid}</span>
          </h4>
          {process.threads.map((thread, i) => (
            <Thread key={i} thread={thread} />
          ))}
        </section>
      ))}
      {snapshot.examples.length > 0 && (
        <section>
          <button
            type="button"
            class="section-toggle"
            aria-expanded={examples > 0}
            onClick={() => setExamples(examples > 0 ? 0 : EXAMPLES_STEP)}
          >
            <Icon name={examples > 0 ? 'down' : 'chevron'} size={12} />
            {plural(snapshot.examples.length, 'name')} with an example value
          </button>
          {snapshot.examples.slice(0, examples).map(({ name, example, functions }) => (
            <div key={name} title={functions.join(', ')}>
              <ValueRow name={name} value={fromJson(example)} title={name} of={null} depth={0} />
            </div>
          ))}
          {examples > 0 && snapshot.examples.length > examples && (
            <button type="button" class="scope-more" onClick={() => setExamples(examples + EXAMPLES_STEP)}>
              more
            </button>
          )}
        </section>
      )}
    </div>
  );
}

const STATES: Readonly<Record<string, string>> = {
  running: 'It was executing code',
  idle: 'It waited for events: nothing was on its stack',
  blocked: 'It was in native code, or waited for another thread',
};

function isEmpty(variables: Record<string, unknown>): boolean {
  return Object.keys(variables).length === 0;
}

function Thread({ thread }: { thread: SnapshotThread }) {
  return (
    <div class="snapshot-thread">
      <h5>
        {threadTitle(thread)}{' '}
        {thread.state !== undefined && (
          <span class="chip" title={STATES[thread.state]}>
            {thread.state}
          </span>
        )}
        {/* Of a thread that waits for events there is nothing to be read. */}
        {thread.unavailable !== undefined && thread.unavailable !== thread.state && (
          <span class="chip amber">not available: {thread.unavailable}</span>
        )}
      </h5>
      {thread.frames.map((frame, i) => (
        <Entry
          key={i}
          name={frame.function}
          file={frame.file}
          line={frame.line}
          startsOpen={i === 0}
          note={frame.instrumented ? '' : 'not instrumented'}
        >
          {frame.scopes.every(({ variables }) => isEmpty(variables)) && <p class="scope-note">no variables here</p>}
          {frame.scopes
            .filter(({ variables }) => Object.keys(variables).length > 0)
            .map((scope, k) => (
              <div key={k}>
                <div class="scope-name">
                  {scope.type} {scope.name ?? ''}
                </div>
                <Variables variables={scope.variables} />
              </div>
            ))}
        </Entry>
      ))}
      {thread.suspended.map((call, i) => (
        <Entry
          key={`s${i}`}
          name={call.function}
          file={call.file}
          line={call.line}
          startsOpen={false}
          note={`asleep${call.sinceNs ? ` since ${timeText(call.sinceNs, wholeSpan.value.toNs / 4)}` : ''}`}
        >
          {isEmpty(call.variables) ? (
            <p class="scope-note">{call.unavailable ?? 'it has no variables'}</p>
          ) : (
            <Variables variables={call.variables} />
          )}
        </Entry>
      ))}
    </div>
  );
}

interface EntryProperties {
  name: string;
  file: string;
  line: number;
  startsOpen: boolean;
  note: string;
  children: preact.ComponentChildren;
}

function Entry({ name, file, line, startsOpen, note, children }: EntryProperties) {
  const [open, setOpen] = useState(startsOpen);
  return (
    <>
      <button type="button" class="frame" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'down' : 'chevron'} size={12} />
        <span class="frame-name">{name}</span>
        {note !== '' && <span class="chip">{note}</span>}
        <PlaceText place={{ file, line, column: 0 }} />
      </button>
      {open && <div class="snapshot-scopes">{children}</div>}
    </>
  );
}

function Variables({ variables }: { variables: Record<string, unknown> }) {
  return (
    <>
      {Object.entries(variables).map(([name, value]) => (
        <ValueRow key={name} name={name} value={fromJson(value)} title={name} of={null} depth={0} />
      ))}
    </>
  );
}
