import { useEffect, useRef, useState } from 'preact/hooks';
import type { Sequence, SequenceParams } from '@execution-cinema/server/protocol';
import { cursor, frame, goTo, state } from '../../app/cursor.ts';
import { askLong } from '../../app/session.ts';
import { viewSpan } from '../../app/timeline.ts';
import { sequenceText } from '../../model/sequence.ts';
import { fileName } from '../../app/names.ts';
import { copyText } from '../../app/location.ts';
import { plural } from '../../model/units.ts';
import { Latest } from '../../transport/latest.ts';
import { useSize } from '../parts/canvas.ts';
import { Button } from '../parts/button.tsx';
import { ErrorMessage, Message } from '../parts/message.tsx';
import { Value } from '../parts/value.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';

type By = NonNullable<SequenceParams['by']>;
type Scope = 'call' | 'span';

const COLUMN_MIN = 104;
const COLUMN_MAX = 230;
const ROW = 30;
const LIMIT = 400;

/** Who said what to whom, one message a row. */
export function SequencePanel() {
  const [by, setBy] = useState<By>('file');
  const [scope, setScope] = useState<Scope>('call');
  const [sequence, setSequence] = useState<Sequence | null>(null);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(new Latest()).current;
  const root = state.value?.frames.at(-1)?.call ?? frame.value?.call ?? state.value?.event.call ?? null;
  const span = viewSpan.value;
  useEffect(() => {
    if (scope === 'call' && root === null) return setSequence(null);
    const params: SequenceParams = { by, limit: LIMIT, ...(scope === 'call' ? { root: root! } : { span }) };
    latest
      .run((signal) => askLong('sequence', params, signal))
      .then((answer) => {
        if (!answer) return;
        setSequence(answer);
        setError(null);
      })
      .catch(setError);
  }, [by, scope, scope === 'call' ? root : span]);
  const count = Math.max(1, sequence?.participants.length ?? 1);
  const [box, size] = useSize<HTMLDivElement>();
  const columnWidth = Math.max(COLUMN_MIN, Math.min(COLUMN_MAX, Math.floor(size.width / count)));
  const width = count * columnWidth;
  const index = new Map(sequence?.participants.map(({ id }, i) => [id, i]) ?? []);
  const at = cursor.value;
  const current = sequence?.messages.findLastIndex((message) => at !== null && message.at.timeNs <= at.timeNs) ?? -1;
  const shown = sequence?.messages[current];
  const middle = shown ? (((index.get(shown.from) ?? 0) + (index.get(shown.to) ?? 0) + 1) / 2) * columnWidth : null;
  useEffect(() => {
    const element = box.current?.querySelector('.sequence-scroll');
    if (!element || middle === null) return;
    const isVisible = middle > element.scrollLeft + 80 && middle < element.scrollLeft + element.clientWidth - 80;
    if (!isVisible) element.scrollLeft = middle - element.clientWidth / 2;
  }, [middle]);
  return (
    <div ref={box} class="column">
      <div class="dock-tools">
        <div class="choice" role="group" aria-label="What is shown">
          <button type="button" aria-pressed={scope === 'call'} onClick={() => setScope('call')}>
            This turn
          </button>
          <button type="button" aria-pressed={scope === 'span'} onClick={() => setScope('span')}>
            Visible time
          </button>
        </div>
        <label class="inline-label">
          one column per
          <select class="select" value={by} onChange={(event) => setBy(event.currentTarget.value as By)}>
            <option value="file">file</option>
            <option value="class">class</option>
            <option value="thread">thread</option>
            <option value="process">process</option>
          </select>
        </label>
        {sequence && (
          <span class="faint">
            {plural(sequence.messages.length, 'message')}
            {sequence.omitted > 0 && `, ${sequence.omitted.toLocaleString('en')} more not shown`}
          </span>
        )}
        <span class="space" />
        {sequence && (
          <Button icon="copy" label="Copy as text (Mermaid)" onClick={() => void copyText(sequenceText(sequence))} />
        )}
      </div>
      {error !== null && <ErrorMessage error={error} />}
      {sequence && sequence.messages.length > 0 ? (
        <div class="sequence-scroll" tabIndex={0} role="region" aria-label="Sequence diagram">
          <div class="sequence" style={{ width: `${width}px` }}>
            <div class="participants">
              {sequence.participants.map(({ id, label, detail }) => (
                <div key={id} class="participant" style={{ width: `${columnWidth}px` }} title={`${label}\n${detail}`}>
                  <span class="cut-start">
                    <bdi>{by === 'file' ? fileName(label) : label.split('/').at(-1)}</bdi>
                  </span>
                </div>
              ))}
            </div>
            <div class="lifelines" aria-hidden="true">
              {sequence.participants.map(({ id }, i) => (
                <span key={id} style={{ left: `${i * columnWidth + columnWidth / 2}px` }} />
              ))}
            </div>
            <VirtualList
              class="messages"
              items={sequence.messages}
              rowHeight={ROW}
              label="Messages in order"
              shown={current}
              onPick={(message) => void goTo(message.at)}
              row={(message, i) => {
                const [from, to] = [index.get(message.from) ?? 0, index.get(message.to) ?? 0];
                const left = Math.min(from, to) * columnWidth + columnWidth / 2;
                const length = Math.abs(to - from) * columnWidth;
                const isSelf = from === to;
                return (
                  <div
                    class={`arrow kind-${message.kind} ${isSelf ? 'self' : to > from ? 'right' : 'left'}${i === current ? ' now' : ''}`}
                    style={{ left: `${left}px`, width: `${isSelf ? columnWidth - 24 : length}px` }}
                  >
                    <span class="arrow-label" title={message.label}>
                      {message.label}
                      {message.value !== null && message.kind === 'return' && <Value value={message.value} room={24} />}
                    </span>
                  </div>
                );
              }}
            />
          </div>
        </div>
      ) : (
        error === null &&
        (sequence || root === null) && (
          <Message icon="sequence" title="Nothing to draw">
            <p>At this moment nothing ran that called something else. Choose another moment, or the visible time.</p>
          </Message>
        )
      )}
    </div>
  );
}
