import type { RequestView } from '@execution-cinema/server/protocol';
import { goTo } from '../../app/cursor.ts';
import { ask, wholeSpan } from '../../app/session.ts';
import { followRequest, showTreeOf } from '../../app/tree.ts';
import { durationText, timeText } from '../../model/units.ts';
import { Button } from '../parts/button.tsx';
import { Message } from '../parts/message.tsx';
import { FactList } from './fact-list.tsx';

const PAGE = 500;

export function RequestList({ text }: { text: string }) {
  return (
    <FactList
      label="HTTP requests"
      counted={text === '' ? 'requests' : null}
      filter={text}
      load={(from, signal) => ask('requests', { ...from, limit: PAGE, ...(text !== '' && { text }) }, { signal })}
      rowHeight={40}
      at={(request) => request.start}
      call={(request) => request.call}
      led={(request) => request.handler}
      picked={followRequest}
      row={(request, isNow) => (
        <div class={`fact${isNow ? ' now' : ''}`}>
          <span class={`fact-mark ${isFailure(request) ? 'red' : 'green'}`} />
          <div class="fact-main">
            <span class="fact-head">
              <strong>{request.method}</strong>
              <span class="fact-text" title={request.url}>
                {request.url}
              </span>
              <span class={`chip end ${isFailure(request) ? 'red' : ''}`}>{request.status ?? 'no answer'}</span>
            </span>
            <span class="fact-detail">
              <time>{timeText(request.start.timeNs, wholeSpan.value.toNs / 4)}</time>
              <span>{request.direction}</span>
              {request.endNs !== null && <span>{durationText(request.endNs - request.start.timeNs)}</span>}
            </span>
          </div>
          {request.handler && <TreeButton request={request} />}
        </div>
      )}
      empty={
        <Message
          icon="globe"
          title={text === '' ? 'No HTTP requests in this recording' : 'No request with this text'}
        />
      }
    />
  );
}

/** All that a request led to, and nothing of the others. */
function TreeButton({ request }: { request: RequestView }) {
  return (
    <span class="fact-actions">
      <Button
        icon="tree"
        label="Call tree of this request"
        onClick={(event) => {
          event.stopPropagation();
          showTreeOf(request);
          if (request.handler) void goTo(request.handler.start);
        }}
      />
    </span>
  );
}

function isFailure({ status }: RequestView): boolean {
  return status !== null && !/^[1-3]\d\d$/.test(status);
}
