import { useState } from 'preact/hooks';
import { side } from '../../app/panels.ts';
import { factCounts, newFacts, type CountedList } from '../../app/fact-counts.ts';
import { files } from '../../app/session.ts';
import type { SideId } from '../../model/address.ts';
import { lazy } from '../parts/lazy.tsx';
import { Tabs, type Tab } from '../parts/tabs.tsx';
import { LogList } from './log-list.tsx';

type ListProperties = { text: string };
const ErrorList = lazy<ListProperties>(async () => (await import('./on-demand.ts')).ErrorList);
const RequestList = lazy<ListProperties>(async () => (await import('./on-demand.ts')).RequestList);
const EdgeList = lazy<ListProperties>(async () => (await import('./on-demand.ts')).EdgeList);
const FileList = lazy<ListProperties>(async () => (await import('./on-demand.ts')).FileList);

const LISTS = { log: LogList, errors: ErrorList, requests: RequestList, messages: EdgeList, files: FileList };
const FILTERS: Readonly<Record<SideId, string>> = {
  log: 'Filter output',
  errors: 'Filter errors',
  requests: 'Filter requests',
  messages: 'Filter causes',
  files: 'Filter files and functions',
};

/** Facts of the run as lists; a click goes to the moment. */
export function SidePanel() {
  const [filters, setFilters] = useState<Partial<Record<SideId, string>>>({});
  const selected = side.value;
  const counted = (list: CountedList) => ({
    count: factCounts.value[list] ?? null,
    fresh: newFacts.value[list] ?? 0,
  });
  const tabs: Tab<SideId>[] = [
    { id: 'log', label: 'Log', ...counted('log') },
    { id: 'errors', label: 'Errors', tone: 'red', ...counted('errors') },
    { id: 'requests', label: 'HTTP', ...counted('requests') },
    { id: 'messages', label: 'Causes', count: null },
    { id: 'files', label: 'Files', count: files.value.length },
  ];
  const Rows = LISTS[selected];
  const text = filters[selected] ?? '';
  return (
    <section class="side panel" aria-label="Facts">
      <header class="panel-head tabs-head stacked">
        <Tabs
          tabs={tabs}
          selected={selected}
          onSelect={(id) => (side.value = id)}
          label="Lists of facts"
          controls="side-body"
        />
      </header>
      <div class="filter-bar">
        <input
          class="field"
          type="search"
          aria-label={FILTERS[selected]}
          placeholder={FILTERS[selected]}
          value={text}
          spellcheck={false}
          onInput={(event) => setFilters({ ...filters, [selected]: event.currentTarget.value })}
        />
      </div>
      <div id="side-body" class="side-body" role="tabpanel" aria-label={tabs.find(({ id }) => id === selected)!.label}>
        <Rows key={selected} text={text.trim()} />
      </div>
    </section>
  );
}
