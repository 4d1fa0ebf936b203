import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { At, CallName, List } from '@execution-cinema/server/protocol';
import { cursor, goTo } from '../../app/cursor.ts';
import { countFacts, generation } from '../../app/session.ts';
import { parseCall } from '@execution-cinema/format';
import { ErrorMessage, Waiting } from '../parts/message.tsx';
import { usePaged } from '../parts/use-paged.ts';
import { VirtualList } from '../parts/virtual-list.tsx';

interface Properties<Item> {
  label: string;
  load: (offset: number, signal: AbortSignal) => Promise<List<Item>>;
  /** What the list depends on besides: another one is another list. */
  filter: string;
  rowHeight: number;
  at: (item: Item) => At | null;
  call: (item: Item) => CallName | null;
  row: (item: Item, isNow: boolean) => ComponentChildren;
  empty: ComponentChildren;
}

/** Facts in order of time; the last one before the cursor is marked. */
export function FactList<Item>({ label, load, filter, rowHeight, at, call, row, empty }: Properties<Item>) {
  const page = usePaged(load, filter, generation.value);
  useEffect(() => {
    if (page.total !== null) void countFacts();
  }, [page.total, generation.value]);
  const nowNs = cursor.value?.timeNs ?? -1;
  const current = page.items.findLastIndex((item) => (at(item)?.timeNs ?? Infinity) <= nowNs);
  if (page.error !== null) return <ErrorMessage error={page.error} />;
  const onPick = (item: Item) => {
    const moment = at(item);
    const name = call(item);
    if (moment) void goTo(moment, { frame: name !== null && parseCall(name)?.thread === moment.thread ? name : null });
  };
  return (
    <VirtualList
      items={page.items}
      rowHeight={rowHeight}
      label={label}
      {...(current >= 0 && { shown: current })}
      onPick={onPick}
      onNearEnd={page.loadMore}
      empty={page.loading ? <Waiting /> : empty}
      row={(item, index) => row(item, index === current)}
    />
  );
}
