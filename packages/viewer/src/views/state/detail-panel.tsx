import { hasCursor, move } from '../../app/cursor.ts';
import { closeDetails, detailTab, type Inspected } from '../../app/details.ts';
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
      aria-label={`Details of ${target.title}`}
      style={{ height: `${sizes.detailHeight.value}px` }}
    >
      <header class="panel-head compact">
        <code class="detail-title" title={target.title}>
          {target.title}
        </code>
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
        <Button icon="close" label="Close the details" onClick={closeDetails} />
      </header>
      <div id="detail-body" class="detail-body" role="tabpanel">
        {detailTab.value === 'history' ? <HistoryList target={target} /> : <OriginChain target={target} />}
      </div>
    </section>
  );
}
