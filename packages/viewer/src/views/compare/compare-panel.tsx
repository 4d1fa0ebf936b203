import { useEffect, useRef, useState } from 'preact/hooks';
import { formatMoment } from '@execution-cinema/format';
import type { Difference, DiffSide, DiffView } from '@execution-cinema/server/protocol';
import { goTo } from '../../app/cursor.ts';
import { askLong, loadRecordings, overview, recordings } from '../../app/session.ts';
import { NOWHERE } from '../../model/address.ts';
import { formatAddress } from '../../model/address.ts';
import { agoText, plural } from '../../model/units.ts';
import { Latest } from '../../transport/latest.ts';
import { ErrorMessage, Message } from '../parts/message.tsx';
import { PlaceText } from '../parts/place.tsx';
import { Value } from '../parts/value.tsx';
import { commandText } from '../../model/thread-labels.ts';
import { SourceLine } from '../state/origin-chain.tsx';

/** Two runs side by side: where they first part. */
export function ComparePanel() {
  const [other, setOther] = useState<string | null>(null);
  const [diff, setDiff] = useState<DiffView | null>(null);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(new Latest()).current;
  const own = overview.value;
  const candidates = (recordings.value?.recordings ?? []).filter(
    ({ rec, state }) => rec !== own?.rec && state !== 'unreadable',
  );
  useEffect(() => void loadRecordings(), []);
  useEffect(() => {
    setDiff(null);
    setError(null);
    if (other === null) return;
    latest
      .run((signal) => askLong('diff', { other }, signal))
      .then((answer) => answer && setDiff(answer))
      .catch(setError);
  }, [other]);
  return (
    <div class="sql">
      <nav class="sql-side" aria-label="Other recordings">
        <h3>Compare with</h3>
        <ul>
          {candidates.map(({ rec, argv, startedAt, exitCode }) => (
            <li key={rec}>
              <button
                type="button"
                class="side-item two"
                aria-pressed={rec === other}
                title={rec}
                onClick={() => setOther(rec)}
              >
                <span>{commandText(argv)}</span>
                <span class="faint">
                  {agoText(startedAt, Date.now())}
                  {exitCode !== null && exitCode !== 0 ? `, exit ${exitCode}` : ''}
                </span>
              </button>
            </li>
          ))}
        </ul>
        {candidates.length === 0 && <p class="faint side-note">There is no other recording in this folder.</p>}
      </nav>
      <div class="sql-main">
        {error !== null && <ErrorMessage error={error} />}
        {other === null && (
          <Message icon="compare" title="Two runs, side by side">
            <p>
              Choose another recording on the left, such as a run that worked. What differs first is shown, in path or
              in value.
            </p>
          </Message>
        )}
        {diff && other !== null && (
          <div class="differences" tabIndex={0} role="region" aria-label="Differences">
            <p class="differences-head">
              {diff.same ? (
                <strong>No difference in {plural(diff.compared, 'call')}</strong>
              ) : (
                <>
                  <strong>They part here first.</strong>{' '}
                  <span class="faint">
                    {plural(diff.compared, 'call')} compared{diff.more ? '; more differences follow' : ''}
                  </span>
                </>
              )}
            </p>
            {diff.differences.map((difference, i) => (
              <Entry key={i} difference={difference} other={other} isFirst={i === 0} />
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

function Entry({ difference, other, isFirst }: { difference: Difference; other: string; isFirst: boolean }) {
  const { left, right, kind, why } = difference;
  const link = right.at
    ? formatAddress({ ...NOWHERE, rec: other, at: formatMoment(right.at.thread, right.at.event) })
    : null;
  return (
    <article class={`difference${isFirst ? ' first' : ''}`}>
      <header>
        <span class={`badge ${kind === 'value' ? 'amber' : 'red'}`}>{kind}</span>
        <span>{why}</span>
      </header>
      <div class="sides">
        <button type="button" class="side-box" disabled={!left.at} onClick={() => left.at && void goTo(left.at)}>
          <span class="side-title">this recording</span>
          <Side side={left} />
        </button>
        {link === null ? (
          <div class="side-box">
            <span class="side-title">the other</span>
            <Side side={right} />
          </div>
        ) : (
          <a
            class="side-box"
            href={link}
            target="_blank"
            rel="noopener"
            title="Opens the other recording at this moment in a new tab"
          >
            <span class="side-title">the other ↗</span>
            <Side side={right} />
          </a>
        )}
      </div>
    </article>
  );
}

function Side({ side }: { side: DiffSide }) {
  return (
    <>
      <span class="side-place">
        <strong>{side.function}</strong>
        <PlaceText place={side.place} />
      </span>
      {side.text !== '' && <SourceLine text={side.text} />}
      {side.value !== null && <Value value={side.value} room={120} />}
    </>
  );
}
