import { useEffect } from 'preact/hooks';
import { compareWith, otherRec } from '../../app/compare.ts';
import { loadRecordings, overview, recordings } from '../../app/session.ts';
import { commandText } from '../../model/thread-labels.ts';
import { agoText, countText } from '../../model/units.ts';
import { Message } from '../parts/message.tsx';

/** Chooses the recording that is put beside this one. */
export function ComparePanel() {
  const own = overview.value;
  const candidates = (recordings.value?.recordings ?? []).filter(
    ({ rec, state }) => rec !== own?.rec && state !== 'unreadable',
  );
  const sameProgram = commandText(own?.processes[0]?.argv ?? []);
  useEffect(() => void loadRecordings(), []);
  if (candidates.length === 0) {
    return (
      <Message icon="compare" title="There is no other recording in this folder">
        <p>Record the program again, such as a run that works. Then both can be put side by side here.</p>
      </Message>
    );
  }
  return (
    <div class="candidates" role="region" aria-label="Recordings to compare with" tabIndex={0}>
      <p class="candidates-head">
        Put another recording beside this one, such as a run that worked. Both open where they first part.
      </p>
      <ul>
        {candidates.map(({ rec, argv, startedAt, exitCode, events }) => (
          <li key={rec}>
            <button
              type="button"
              class="side-item two"
              aria-pressed={rec === otherRec.value}
              title={rec}
              onClick={() => void compareWith(rec, true)}
            >
              <span>
                {commandText(argv)}
                {commandText(argv) === sameProgram && <span class="chip">same command</span>}
              </span>
              <span class="faint">
                {rec} · {agoText(startedAt, Date.now())} · {countText(events)} events
                {exitCode !== null && exitCode !== 0 ? ` · exit ${exitCode}` : ''}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
