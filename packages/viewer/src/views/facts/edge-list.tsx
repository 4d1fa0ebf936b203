import { useState } from 'preact/hooks';
import type { At, EdgeView } from '@execution-cinema/server/protocol';
import { goTo } from '../../app/cursor.ts';
import { ask, wholeSpan } from '../../app/session.ts';
import { durationText, timeText } from '../../model/units.ts';
import { previewText } from '../../model/values.ts';
import { Button } from '../parts/button.tsx';
import { Message } from '../parts/message.tsx';
import { Value } from '../parts/value.tsx';
import { threadLabel } from '../../app/thread-label.ts';
import { FactList } from './fact-list.tsx';

const PAGE = 500;
/** Characters of a message in the tooltip. */
const CONTENT_ROOM = 600;

/** What led to what: messages, workers, processes, requests, and on demand what the event loop did. */
export function EdgeList({ text }: { text: string }) {
  const [across, setAcross] = useState(true);
  return (
    <div class="column">
      <label class="check list-option">
        <input type="checkbox" checked={across} onChange={(event) => setAcross(event.currentTarget.checked)} />
        only between threads and processes
      </label>
      <FactList
        label="Causes"
        filter={`${across} ${text}`}
        load={(from, signal) =>
          ask('edges', { ...from, limit: PAGE, acrossThreads: across, ...(text !== '' && { text }) }, { signal })
        }
        rowHeight={44}
        at={(edge) => edge.to ?? edge.from}
        call={(edge) => (edge.to ? edge.toCall : edge.fromCall)}
        led={(edge) => edge.handler}
        row={(edge, isNow) => <Edge edge={edge} isNow={isNow} />}
        empty={
          <Message
            icon="arrows"
            title={text === '' ? 'Nothing crossed threads or processes' : 'No cause with this text'}
          >
            {across && <p>Untick the box above to see what the event loop led to what.</p>}
          </Message>
        }
      />
    </div>
  );
}

function Edge({ edge, isNow }: { edge: EdgeView; isNow: boolean }) {
  const moment = edge.to ?? edge.from;
  return (
    <div class={`fact${isNow ? ' now' : ''}`}>
      <span class="fact-mark violet" />
      <div class="fact-main">
        <span class="fact-head">
          <strong>{edge.kind}</strong>
          <span
            class="fact-text"
            title={`${edge.label}${edge.content === null ? '' : `: ${previewText(edge.content, CONTENT_ROOM)}`}`}
          >
            {edge.content === null ? edge.label : <Value value={edge.content} />}
          </span>
        </span>
        <span class="fact-detail">
          {moment && (
            <time title={edge.to ? 'When it arrived' : 'When it was sent'}>
              {timeText(moment.timeNs, wholeSpan.value.toNs / 4)}
            </time>
          )}
          <span class="shrink">
            {threadLabel(edge.fromThread)} → {threadLabel(edge.toThread)}
          </span>
          {edge.from && edge.to && (
            <span title="From where it was sent to where it arrived">
              in {durationText(edge.to.timeNs - edge.from.timeNs)}
            </span>
          )}
        </span>
      </div>
      <span class="fact-actions">
        {edge.from && (
          <Button icon="previous" label="To where it was sent" onClick={(event) => jump(event, edge.from!)} />
        )}
        {edge.to && <Button icon="next" label="To where it arrived" onClick={(event) => jump(event, edge.to!)} />}
      </span>
    </div>
  );
}

function jump(event: MouseEvent, at: At): void {
  event.stopPropagation();
  void goTo(at);
}
