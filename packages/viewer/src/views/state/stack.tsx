import { useState } from 'preact/hooks';
import type { StateView } from '@execution-cinema/server/protocol';
import { frame, goTo, selectFrame } from '../../app/cursor.ts';
import { plural } from '../../model/units.ts';
import { Icon } from '../parts/icon.tsx';
import { PlaceText } from '../parts/place.tsx';

/** Rows shown of a deep stack before it is opened. */
const FRAMES_SHOWN = 12;
const SUSPENDED_SHOWN = 50;

export function Stack({ view }: { view: StateView }) {
  const [showsAll, setShowsAll] = useState(false);
  const [showsSleeping, setShowsSleeping] = useState(false);
  const { frames, asyncCallers, suspended } = view;
  const rows = showsAll ? frames : frames.slice(0, FRAMES_SHOWN);
  return (
    <div class="stack">
      <h3 class="section-title">
        Stack
        {frames.length > 0 && <span class="count">{frames.length + view.framesOmitted}</span>}
      </h3>
      <ul class="frames" aria-label="Stack, innermost first">
        {rows.map((entry) => (
          <li key={entry.call}>
            <button
              type="button"
              class={`frame${entry.call === frame.value?.call ? ' current' : ''}`}
              aria-current={entry.call === frame.value?.call}
              onClick={() => selectFrame(entry.call)}
            >
              <span class="frame-name">{entry.function}</span>
              <PlaceText place={entry.place} />
            </button>
          </li>
        ))}
        {!showsAll && frames.length > FRAMES_SHOWN && (
          <li>
            <button type="button" class="frame more" onClick={() => setShowsAll(true)}>
              {plural(frames.length - FRAMES_SHOWN, 'more frame')}
            </button>
          </li>
        )}
        {view.framesOmitted > 0 && (
          <li class="frame note">{plural(view.framesOmitted, 'frame')} further out not recorded</li>
        )}
        {asyncCallers.map((caller, index) => (
          <li key={`${caller.call} ${index}`}>
            <span class="frame-cause">
              <span>{caller.cause}</span>
            </span>
            <button
              type="button"
              class="frame async"
              disabled={caller.at === null}
              title={caller.at === null ? 'When it was scheduled is not known' : 'Go to where it was scheduled'}
              onClick={() => caller.at && void goTo(caller.at)}
            >
              <span class="frame-name">{caller.function}</span>
              <PlaceText place={caller.place} />
            </button>
          </li>
        ))}
      </ul>
      {suspended.length > 0 && (
        <div class="suspended">
          <button
            type="button"
            class="section-toggle"
            aria-expanded={showsSleeping}
            onClick={() => setShowsSleeping(!showsSleeping)}
          >
            <Icon name={showsSleeping ? 'down' : 'chevron'} size={12} />
            {plural(suspended.length, 'call')} asleep at an await or yield
          </button>
          {showsSleeping && (
            <ul class="frames" aria-label="Suspended calls">
              {suspended.slice(0, SUSPENDED_SHOWN).map((entry) => (
                <li key={entry.call}>
                  <button
                    type="button"
                    class="frame async"
                    disabled={!entry.since}
                    onClick={() => entry.since && void goTo(entry.since)}
                  >
                    <span class="frame-name">{entry.function}</span>
                    <PlaceText place={entry.place} />
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}
