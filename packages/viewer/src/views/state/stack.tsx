import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { StateView } from '@execution-cinema/server/protocol';
import { frame, goTo, goToText, selectFrame } from '../../app/cursor.ts';
import { frameName, nameAround } from '../../app/names.ts';
import { stackRows, type StackRow } from '../../model/stack-rows.ts';
import { plural } from '../../model/units.ts';
import { Icon } from '../parts/icon.tsx';
import { PlaceText } from '../parts/place.tsx';
import { useScrollTop } from './use-scroll-top.ts';

const SUSPENDED_SHOWN = 50;
/** Cause of a frame that simply called the one above it: only what is not a call is worth a line. */
const CALLED = 'call';

export function Stack({ view }: { view: StateView }) {
  const [showsAll, setShowsAll] = useState(false);
  const [showsSleeping, setShowsSleeping] = useState(false);
  const { frames, asyncCallers, suspended } = view;
  const folded = stackRows(frames);
  const current = frame.value?.call;
  // The frame that is looked at is never folded away.
  const isHidden = !folded.some((row) => row.kind === 'frame' && row.frame.call === current);
  const box = useRef<HTMLDivElement>(null);
  const isInnermost = current === frames[0]?.call;
  useScrollTop(box, isInnermost ? current : undefined);
  useLayoutEffect(() => {
    if (!isInnermost) box.current!.querySelector('.frame.current')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  const rows: StackRow[] = showsAll || isHidden ? frames.map((entry) => ({ kind: 'frame', frame: entry })) : folded;
  return (
    <div ref={box} class="stack">
      <h3 class="section-title">
        Stack
        {frames.length > 0 && <span class="count">{(frames.length + view.framesOmitted).toLocaleString('en')}</span>}
      </h3>
      <ul class="frames" aria-label="Stack, innermost first">
        {rows.map((row) =>
          row.kind === 'frame' ? (
            <li key={row.frame.call}>
              <button
                type="button"
                class={`frame${row.frame.call === current ? ' current' : ''}`}
                aria-current={row.frame.call === current}
                title={`${row.frame.function}\n${row.frame.place.file}:${row.frame.place.line}`}
                onClick={() => selectFrame(row.frame.call)}
              >
                <Name>{frameName(row.frame)}</Name>
                <PlaceText place={row.frame.place} />
              </button>
            </li>
          ) : (
            <li key={`omitted ${row.from}`}>
              <button type="button" class="frame more" onClick={() => setShowsAll(true)}>
                {row.function === null
                  ? plural(row.count, 'more frame')
                  : `${plural(row.count, 'more call')} of ${row.function}`}
              </button>
            </li>
          ),
        )}
        {view.framesOmitted > 0 && (
          <li class="frame note">{plural(view.framesOmitted, 'frame')} further out not recorded</li>
        )}
        {asyncCallers.map((caller, index) => (
          <li key={`${caller.call} ${index}`}>
            {caller.cause !== CALLED && (
              <span class="frame-cause">
                <span>{caller.cause}</span>
              </span>
            )}
            <button
              type="button"
              class="frame async"
              title={`${caller.function}: ${caller.at === null ? 'to its beginning' : 'to where it was scheduled'}`}
              onClick={() => void (caller.at ? goTo(caller.at) : goToText(caller.call))}
            >
              <Name>{nameAround(caller.function, caller.place)}</Name>
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
                    <Name>{nameAround(entry.function, entry.place)}</Name>
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

function Name({ children }: { children: string }) {
  return (
    <span class="frame-name cut-start">
      <bdi>{children}</bdi>
    </span>
  );
}
