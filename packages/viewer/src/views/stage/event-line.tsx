import type { EventView } from '@execution-cinema/server/protocol';
import { nameAround } from '../../app/names.ts';
import { eventText } from '../../model/event-text.ts';
import { previewText } from '../../model/values.ts';
import { Value } from '../parts/value.tsx';

/** Characters of a value; what does not fit is cut by the width that there is. */
const ROOM = 200;
const TITLE_ROOM = 1_000;

/** What the event at the cursor did, in a line. */
export function EventLine({ event }: { event: EventView }) {
  const { word, tone, about, name, joint, values } = eventText(event);
  const isCall = joint === '()';
  const shown = name === event.function ? nameAround(event.function, event.place) : name;
  return (
    <span class="event-line">
      <span class={`badge ${tone}`} title={about ?? undefined}>
        {word}
      </span>
      {name !== null && (
        <code class="event-name" title={name}>
          {shown}
        </code>
      )}
      <span
        class={`event-values${isCall ? ' call' : ''}`}
        title={values.map(({ value }) => previewText(value, TITLE_ROOM)).join(', ')}
      >
        {isCall && <span class="faint">(</span>}
        {joint === '=' && values.length > 0 && <span class="faint">= </span>}
        {values.map(({ name: own, value }, i) => (
          <span key={i}>
            {i > 0 && <span class="faint">{isCall ? ', ' : ' '}</span>}
            {own !== null && <span class="argument-name">{own}: </span>}
            <Value value={value} room={ROOM} />
          </span>
        ))}
        {isCall && <span class="faint">)</span>}
      </span>
    </span>
  );
}
