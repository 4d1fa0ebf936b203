import { hasCursor, move } from '../../app/cursor.ts';
import { closeDetails, detailTab, subjectText, type Inspected } from '../../app/details.ts';
import { sizes } from '../../app/panels.ts';
import { Button } from '../parts/button.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { HistoryList } from './history-list.tsx';
import { OriginChain } from './origin-chain.tsx';

/** What is known of one value beyond this moment. */
export function DetailPanel({ target }: { target: Inspected }) {
  const of = target.history;
  const variable = of && of.kind !== 'place' ? of : undefined;
  const tabs = [
    { id: 'history' as const, label: 'History', icon: 'history' as const },
    { id: 'origin' as const, label: 'Origin', icon: 'origin' as const },
  ];
  return (
    <section
      class="details"
      aria-label={`Details of ${subjectText(target)}`}
      style={{ height: `${sizes.detailHeight.value}px` }}
    >
      <header class="detail-head">
        <h2 class="detail-title" title={subjectText(target)}>
          <code class="detail-name">{target.title}</code>
          {target.where !== null && (
            <>
              <span class="faint">in</span>
              <span class="cut-start faint">
                <bdi>{target.where}</bdi>
              </span>
            </>
          )}
        </h2>
        <Button icon="close" label="Close the details" onClick={closeDetails} />
      </header>
      <div class="panel-head detail-tools">
        <Tabs
          tabs={tabs}
          selected={detailTab.value}
          onSelect={(id) => (detailTab.value = id)}
          label="About this value"
          controls="detail-body"
        />
        <span class="space" />
        <Button
          icon="previous"
          label="Previous write"
          disabled={!variable || !hasCursor.value}
          onClick={() => variable && void move('write', 'back', { variable })}
        />
        <Button
          icon="next"
          label="Next write"
          disabled={!variable || !hasCursor.value}
          onClick={() => variable && void move('write', 'forward', { variable })}
        />
      </div>
      <div id="detail-body" class="detail-body" role="tabpanel">
        {detailTab.value === 'history' ? <HistoryList target={target} /> : <OriginChain target={target} />}
      </div>
    </section>
  );
}
