import type { EventView } from '@execution-cinema/server/protocol';
import { copyText } from '../../app/location.ts';
import { isNode, previewText } from '../../model/values.ts';
import { Button } from '../parts/button.tsx';

const PRINTS: ReadonlySet<string> = new Set(['log', 'injected log']);
/** Characters of what is no text, such as data that was written to a stream. */
const ROOM = 10_000;

/** Where something was printed: all of it, line by line, as far as it was recorded. */
export function Printed({ event: { kind, value } }: { event: EventView }) {
  if (!PRINTS.has(kind) || value === null) return null;
  const isCut = isNode(value) && value.t === 'cut string';
  const text = typeof value === 'string' ? value : isCut ? (value.c ?? '') : previewText(value, ROOM);
  return (
    <div class="scope printed">
      <h3 class="section-title">
        Printed
        <span class="space" />
        <Button icon="copy" label="Copy what was printed" onClick={() => void copyText(text)} />
      </h3>
      <pre class="long-text" tabIndex={0} aria-label="What was printed">
        {text}
        {isCut && `… (${(value.l ?? 0).toLocaleString('en')} characters)`}
      </pre>
    </div>
  );
}
