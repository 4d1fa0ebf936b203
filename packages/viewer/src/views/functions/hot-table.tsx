import { useState } from 'preact/hooks';
import type { HotFunction } from '@execution-cinema/server/protocol';
import { showFunctionId } from '../../app/functions.ts';
import { askLong, generation } from '../../app/session.ts';
import { nameOf } from '../../model/function-name.ts';
import { countText, durationText } from '../../model/units.ts';
import { ErrorMessage, Message, Waiting } from '../parts/message.tsx';
import { PlaceText } from '../parts/place.tsx';
import { usePaged } from '../parts/use-paged.ts';
import { VirtualList } from '../parts/virtual-list.tsx';

type Sort = 'self' | 'total' | 'calls' | 'mean' | 'max';

const COLUMNS: readonly { id: Sort; label: string; title: string; text: (row: HotFunction) => string }[] = [
  { id: 'calls', label: 'Calls', title: 'How often it was called', text: (row) => countText(row.calls) },
  {
    id: 'self',
    label: 'Self',
    title: 'Time on top of the stack, in code of its own',
    text: (row) => durationText(row.selfNs),
  },
  {
    id: 'total',
    label: 'Total',
    title: 'Time on the stack, calls included; not while it waited at an await',
    text: (row) => durationText(row.totalNs),
  },
  { id: 'mean', label: 'Mean', title: 'Total per call', text: (row) => durationText(row.meanNs) },
  {
    id: 'max',
    label: 'Longest',
    title: 'The longest call from its beginning to its end, waiting included: it may exceed the total',
    text: (row) => (row.maxNs === null ? '–' : durationText(row.maxNs)),
  },
];
const PAGE = 300;

export function HotTable() {
  const [sort, setSort] = useState<Sort>('self');
  const page = usePaged<HotFunction>(
    (from, signal) => askLong('hot', { sort, ...from, limit: PAGE }, signal),
    sort,
    generation.value,
  );
  if (page.error !== null) return <ErrorMessage error={page.error} />;
  const most = Math.max(1, ...page.items.slice(0, 50).map((row) => row.selfNs));
  return (
    <div class="table hot-table">
      <div class="table-head">
        <span class="grow">Function</span>
        {COLUMNS.map(({ id, label, title }) => (
          <button
            key={id}
            type="button"
            class={`column-head number ${id}${sort === id ? ' sorted' : ''}`}
            aria-pressed={sort === id}
            title={title}
            onClick={() => setSort(id)}
          >
            {label}
          </button>
        ))}
        <span class="number narrow" title="Cognitive complexity">
          Complexity
        </span>
        <span class="number narrow">Threw</span>
      </div>
      <VirtualList
        items={page.items}
        rowHeight={26}
        label="Functions by cost"
        onPick={(row) => showFunctionId(row.functionId)}
        onNearEnd={page.loadMore}
        empty={page.loading ? <Waiting /> : <Message icon="table" title="No function was called" />}
        row={(row) => (
          <div class="table-row">
            <span class="self-bar" style={{ width: `${(row.selfNs / most) * 100}%` }} />
            <span class="grow">
              <strong class="shrink" title={row.function}>
                {nameOf({ ...row, name: row.function })}
              </strong>
              <PlaceText place={{ file: row.file, line: row.line, column: 0 }} />
            </span>
            {COLUMNS.map(({ id, text }) => (
              <span key={id} class={`number ${id}${sort === id ? ' sorted' : ''}`}>
                {text(row)}
              </span>
            ))}
            <span class="number narrow faint">{row.cognitive ?? '–'}</span>
            <span class={`number narrow ${row.threw > 0 ? 'bad' : 'faint'}`}>
              {row.threw > 0 ? countText(row.threw) : '–'}
            </span>
          </div>
        )}
      />
    </div>
  );
}
