import type { ExceptionView } from '@execution-cinema/server/protocol';
import { ask, overview, wholeSpan } from '../../app/session.ts';
import { plural, timeText } from '../../model/units.ts';
import { Message } from '../parts/message.tsx';
import { PlaceText } from '../parts/place.tsx';
import { FactList } from './fact-list.tsx';

const PAGE = 500;
const UNSEEN = 'not captured: thrown outside of recorded code, caught without a name';

/** `catch {}` does not tell what it caught. */
function isUnseen({ name }: ExceptionView): boolean {
  return name === 'unreadable';
}

export function ErrorList({ text }: { text: string }) {
  return (
    <FactList
      label="Thrown errors"
      counted={text === '' ? 'errors' : null}
      filter={text}
      load={(from, signal) => ask('exceptions', { ...from, limit: PAGE, ...(text !== '' && { text }) }, { signal })}
      rowHeight={56}
      at={(error) => error.at}
      call={(error) => error.call}
      row={(error, isNow) => (
        <div class={`fact${isNow ? ' now' : ''}`}>
          <span class="fact-mark red" />
          <div class="fact-main">
            <span class="fact-head">
              <strong>{isUnseen(error) ? 'An error' : error.name}</strong>
              <span class={`chip ${error.uncaught ? 'red' : ''}`}>
                {error.uncaught
                  ? 'uncaught'
                  : error.caught === null
                    ? 'thrown'
                    : error.caught
                      ? 'caught'
                      : 'not caught here'}
              </span>
            </span>
            <span class="fact-text" title={isUnseen(error) ? UNSEEN : error.message}>
              {isUnseen(error) ? UNSEEN : error.message === '' ? <span class="faint">no message</span> : error.message}
            </span>
            <span class="fact-detail">
              <time>{timeText(error.at.timeNs, wholeSpan.value.toNs / 4)}</time>
              {error.function !== null && <span class="shrink">{error.function}</span>}
              <PlaceText place={error.place} />
            </span>
          </div>
        </div>
      )}
      empty={text === '' ? <NoErrors /> : <Message icon="alert" title="No error with this text" />}
    />
  );
}

/** A call may be left by an error of which nothing but that is recorded. */
function NoErrors() {
  const left = overview.value?.throws ?? 0;
  if (left === 0) return <Message icon="alert" title="Nothing was thrown" />;
  return (
    <Message icon="alert" title="No recorded code threw">
      <p>
        {plural(left, 'call')} ended by an error from elsewhere, such as Node itself: <kbd>E</kbd> goes to the next one.
      </p>
    </Message>
  );
}
