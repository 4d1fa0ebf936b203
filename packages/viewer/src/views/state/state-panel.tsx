import { useEffect, useRef } from 'preact/hooks';
import { frame, state, stateError } from '../../app/cursor.ts';
import { inspected, type Inspected } from '../../app/details.ts';
import { defaultSize, sizes } from '../../app/panels.ts';
import { maxSize } from '../../model/layout.ts';
import { ErrorMessage, Message } from '../parts/message.tsx';
import { lazy } from '../parts/lazy.tsx';
import { Splitter } from '../parts/splitter.tsx';
import { Printed } from './printed.tsx';
import { ScopeList } from './scope-list.tsx';
import { Stack } from './stack.tsx';
import { useScrollTop } from './use-scroll-top.ts';

const DetailPanel = lazy<{ target: Inspected }>(async () => (await import('./detail-panel.tsx')).DetailPanel);

/** Stack and variables at the moment, each with room of its own, and below them the value that is looked into. */
export function StatePanel() {
  const view = state.value;
  const own = frame.value;
  const variables = useRef<HTMLDivElement>(null);
  // Another function is read from its beginning.
  useScrollTop(variables, own?.functionId);
  const looksInto = inspected.value !== null;
  // The details take room: the row that they are about stays in view.
  useEffect(() => {
    if (looksInto) document.activeElement?.closest('.value-row')?.scrollIntoView({ block: 'nearest' });
  }, [looksInto]);
  return (
    <section class="state panel" aria-label="State">
      {view && <Stack view={view} />}
      <div ref={variables} class="state-body">
        {stateError.value !== null && <ErrorMessage error={stateError.value} />}
        {view && <Printed event={view.event} />}
        {view &&
          (own ? (
            <ScopeList frame={own} />
          ) : (
            <Message title="Nothing is running">
              <p>Between two turns of the event loop no function is on the stack.</p>
            </Message>
          ))}
      </div>
      {inspected.value && (
        <>
          <Splitter
            size={sizes.detailHeight}
            direction="rows"
            side="after"
            label="Height of the details"
            min={120}
            max={() => maxSize('detailHeight', { width: innerWidth, height: innerHeight })}
            reset={defaultSize('detailHeight')}
          />
          <DetailPanel target={inspected.value} />
        </>
      )}
    </section>
  );
}
