import { useState } from 'preact/hooks';
import { side } from '../../app/panels.ts';
import { overview } from '../../app/session.ts';
import type { SideId } from '../../model/address.ts';
import { Tabs, type Tab } from '../parts/tabs.tsx';
import { EdgeList } from './edge-list.tsx';
import { ErrorList } from './error-list.tsx';
import { FileList } from './file-list.tsx';
import { LogList } from './log-list.tsx';
import { RequestList } from './request-list.tsx';

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
  const facts = overview.value?.facts;
  const counted = (count: number | null | undefined) => (count ? { count } : {});
  const tabs: Tab<SideId>[] = [
    { id: 'log', label: 'Log', icon: 'log', ...counted(facts?.logs) },
    { id: 'errors', label: 'Errors', icon: 'alert', tone: 'red', ...counted(facts?.exceptions) },
    { id: 'requests', label: 'HTTP', icon: 'globe', ...counted(facts?.requests) },
    { id: 'messages', label: 'Causes', icon: 'arrows' },
    { id: 'files', label: 'Files', icon: 'file' },
  ];
  const Rows = LISTS[selected];
  const text = filters[selected] ?? '';
  return (
    <section class="side panel" aria-label="Facts">
      <header class="panel-head tabs-head compact">
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
