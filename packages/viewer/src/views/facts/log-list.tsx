import { ask, wholeSpan } from '../../app/session.ts';
import { firstLine } from '../../model/first-line.ts';
import { timeText } from '../../model/units.ts';
import { Message } from '../parts/message.tsx';
import { PlaceText } from '../parts/place.tsx';
import { FactList } from './fact-list.tsx';

const PAGE = 500;
/** Characters in the tooltip; a click shows all of it. */
const TITLE_MAX = 1_000;

export function LogList({ text }: { text: string }) {
  return (
    <FactList
      label="Output of the program"
      counted={text === '' ? 'log' : null}
      filter={text}
      load={(from, signal) => ask('logs', { ...from, limit: PAGE, ...(text !== '' && { text }) }, { signal })}
      rowHeight={40}
      at={(log) => log.at}
      call={(log) => log.call}
      row={(log, isNow) => (
        <div class={`fact${isNow ? ' now' : ''}`}>
          <span
            class={`fact-mark ${log.stream === 'stderr' ? 'amber' : log.stream === 'plan' ? 'violet' : 'teal'}`}
            title={log.stream}
          />
          <div class="fact-main">
            <code class="fact-text" title={log.text.slice(0, TITLE_MAX)}>
              {firstLine(log.text)}
            </code>
            <span class="fact-detail">
              <time>{timeText(log.at.timeNs, wholeSpan.value.toNs / 4)}</time>
              {log.function !== null && <span class="shrink">{log.function}</span>}
              <PlaceText place={log.place} />
            </span>
          </div>
        </div>
      )}
      empty={
        text === '' ? (
          <Message icon="log" title="The program printed nothing">
            <p>A log point shows what a line saw, without printing: move over the gutter of the source and press +.</p>
          </Message>
        ) : (
          <Message title="No output with this text" />
        )
      }
    />
  );
}
