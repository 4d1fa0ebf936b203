import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { dock } from '../../app/panels.ts';
import type { DockId } from '../../model/address.ts';
import { FlamePanel } from '../flame/flame-panel.tsx';
import { ErrorMessage } from '../parts/message.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { DOCK_TABS } from './dock-tabs.ts';

/** Panels that are fetched when they are first shown; the timeline is there from the start. */
const LOADERS: Readonly<Record<Exclude<DockId, 'timeline'>, () => Promise<ComponentType>>> = {
  tree: async () => (await import('../tree/tree-panel.tsx')).TreePanel,
  functions: async () => (await import('../functions/functions-panel.tsx')).FunctionsPanel,
  async: async () => (await import('../async/async-panel.tsx')).AsyncPanel,
  sequence: async () => (await import('../sequence/sequence-panel.tsx')).SequencePanel,
  map: async () => (await import('../map/map-panel.tsx')).MapPanel,
  sql: async () => (await import('../sql/sql-panel.tsx')).SqlPanel,
  snapshots: async () => (await import('../snapshots/snapshots-panel.tsx')).SnapshotsPanel,
  compare: async () => (await import('../compare/compare-panel.tsx')).ComparePanel,
};

const loaded = new Map<DockId, ComponentType>([['timeline', FlamePanel]]);

export function Dock() {
  const selected = dock.value;
  const [, setCount] = useState(0);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (selected === 'timeline' || loaded.has(selected)) return;
    LOADERS[selected]()
      .then((panel) => {
        loaded.set(selected, panel);
        setError(null);
        setCount((count) => count + 1);
      })
      .catch(setError);
  }, [selected]);
  const Panel = loaded.get(selected);
  return (
    <section class="dock panel" aria-label="Panels">
      <header class="panel-head tabs-head">
        <Tabs
          tabs={DOCK_TABS}
          selected={selected}
          onSelect={(id) => (dock.value = id)}
          label="Panels"
          controls="dock-body"
        />
      </header>
      <div
        id="dock-body"
        class="dock-body"
        role="tabpanel"
        aria-label={DOCK_TABS.find(({ id }) => id === selected)!.label}
      >
        {Panel ? <Panel key={selected} /> : error !== null && <ErrorMessage error={error} />}
      </div>
    </section>
  );
}
