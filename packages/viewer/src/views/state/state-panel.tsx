import { frame, state, stateError } from '../../app/cursor.ts';
import { inspected } from '../../app/details.ts';
import { defaultSize, sizes } from '../../app/panels.ts';
import { maxSize } from '../../model/layout.ts';
import { ErrorMessage, Message } from '../parts/message.tsx';
import { Splitter } from '../parts/splitter.tsx';
import { DetailPanel } from './detail-panel.tsx';
import { ScopeList } from './scope-list.tsx';
import { Stack } from './stack.tsx';

/** Stack and variables at the moment, and below them the value that is looked into. */
export function StatePanel() {
  const view = state.value;
  return (
    <section class="state panel" aria-label="State">
      <div class="state-body">
        {stateError.value !== null && <ErrorMessage error={stateError.value} />}
        {view && (
          <>
            <Stack view={view} />
            {frame.value ? (
              <ScopeList frame={frame.value} />
            ) : (
              <Message title="Nothing is running">
                <p>Between two turns of the event loop no function is on the stack.</p>
              </Message>
            )}
          </>
        )}
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
