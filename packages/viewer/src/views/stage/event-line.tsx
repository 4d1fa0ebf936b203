import type { EventView } from '@execution-cinema/server/protocol';
import { Value } from '../parts/value.tsx';

/** Characters; what does not fit is cut by the width that there is. */
const ROOM = 200;

/** By kind, as `tracer events` names them. */
const WORDS: Readonly<Record<string, { text: string; tone: string }>> = {
  enter: { text: 'calls', tone: 'accent' },
  return: { text: 'returns', tone: 'accent' },
  'return value': { text: 'returns', tone: 'accent' },
  throw: { text: 'throws', tone: 'red' },
  'leave by throw': { text: 'left by a throw', tone: 'red' },
  uncaught: { text: 'uncaught', tone: 'red' },
  catch: { text: 'catches', tone: 'red' },
  write: { text: 'writes', tone: 'amber' },
  property: { text: 'writes', tone: 'amber' },
  delete: { text: 'deletes', tone: 'amber' },
  suspend: { text: 'awaits', tone: 'violet' },
  yield: { text: 'yields', tone: 'violet' },
  resume: { text: 'resumes', tone: 'violet' },
  'resume value': { text: 'resumes', tone: 'violet' },
  log: { text: 'prints', tone: 'teal' },
  'injected log': { text: 'logs', tone: 'teal' },
  request: { text: 'request', tone: 'green' },
  response: { text: 'response', tone: 'green' },
};

/** What the event at the cursor did, in a line. */
export function EventLine({ event }: { event: EventView }) {
  const word = WORDS[event.kind] ?? { text: event.kind, tone: 'plain' };
  const name = event.name ?? (event.kind === 'enter' ? event.function : null);
  return (
    <span class="event-line">
      <span class={`badge ${word.tone}`}>{word.text}</span>
      {name !== null && <code class="event-name">{name}</code>}
      {event.value !== null && (
        <>
          {name !== null && <span class="faint">=</span>}
          <Value value={event.value} room={ROOM} />
        </>
      )}
    </span>
  );
}
