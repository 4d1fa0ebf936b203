import type { HistoryItem } from '@execution-cinema/server/protocol';
import { cursor } from '../../app/cursor.ts';
import { currentIndex, goToStep, history, historyError, subjectText, type Inspected } from '../../app/details.ts';
import { copyText } from '../../app/location.ts';
import { wholeSpan } from '../../app/session.ts';
import { plural, timeText } from '../../model/units.ts';
import { toPlainJson } from '../../model/values.ts';
import { Button } from '../parts/button.tsx';
import { ErrorMessage, Message, Waiting } from '../parts/message.tsx';
import { PlaceText } from '../parts/place.tsx';
import { Value } from '../parts/value.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';
import { HistoryPlot } from './history-plot.tsx';

const ROW = 44;

/** Every value, when and where it was written; a plot when they are numbers. */
export function HistoryList({ target }: { target: Inspected }) {
  if (!target.history) return <Message title="A result has no history">Its origin says how it came about.</Message>;
  if (historyError.value !== null) return <ErrorMessage error={historyError.value} />;
  const found = history.value;
  if (!found) return <Waiting />;
  const { items, plot } = found;
  const current = currentIndex(items, cursor.value);
  return (
    <div class="history">
      <div class="history-head">
        <span class="faint">
          {found.total === null
            ? `the first ${items.length.toLocaleString('en')} values`
            : plural(found.total, 'value')}
          {current >= 0 && found.total !== null && `, now number ${(found.offset + current + 1).toLocaleString('en')}`}
        </span>
        <span class="space" />
        <Button icon="copy" label="Copy the history as JSON" onClick={() => void copyText(asJson(items))} />
      </div>
      {plot && plot.values.length > 1 && <HistoryPlot plot={plot} />}
      <VirtualList
        items={items}
        rowHeight={ROW}
        label={`History of ${subjectText(target)}`}
        shown={current}
        onPick={(item) => void goToStep(item.at, item.call, item.place)}
        empty={
          <Message title="No value is recorded">
            No write of {subjectText(target)} is in the recording, and no look at what holds it shows a value.
          </Message>
        }
        row={(item, index) => (
          <div class={`history-row${index === current ? ' now' : ''}${index > current ? ' future' : ''}`}>
            <div class="history-value">
              <span class="operator">{item.operator}</span>
              <Value value={item.value} room={70} />
              <time class="faint end">{timeText(item.at.timeNs, wholeSpan.value.toNs / 4)}</time>
            </div>
            <div class="history-place">
              <span title={item.note || undefined}>{item.note === '' ? item.function : item.note}</span>
              <PlaceText place={item.place} />
            </div>
          </div>
        )}
      />
    </div>
  );
}

function asJson(items: readonly HistoryItem[]): string {
  return JSON.stringify(
    items.map(({ at, call, function: name, place, operator, value }) => ({
      timeNs: at.timeNs,
      moment: `${at.thread}@${at.event}`,
      call,
      function: name,
      place: `${place.file}:${place.line}`,
      operator,
      value: toPlainJson(value),
    })),
    null,
    2,
  );
}
