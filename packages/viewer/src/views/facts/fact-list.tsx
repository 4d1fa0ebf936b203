import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { At, CallName, CallStart, List } from '@execution-cinema/server/protocol';
import { cursor, goTo } from '../../app/cursor.ts';
import { countFacts, newFacts, sawFacts, type CountedList } from '../../app/fact-counts.ts';
import { generation } from '../../app/session.ts';
import { parseCall } from '@execution-cinema/format';
import { Icon } from '../parts/icon.tsx';
import { ErrorMessage, Waiting } from '../parts/message.tsx';
import { countText } from '../../model/units.ts';
import { usePaged, type PieceStart } from '../parts/use-paged.ts';
import { VirtualList } from '../parts/virtual-list.tsx';

interface Properties<Item> {
  label: string;
  /** Which list it is, where all of it is shown: what is new in it is told. */
  counted?: CountedList | null;
  load: (from: PieceStart, signal: AbortSignal) => Promise<List<Item>>;
  /** What the list depends on besides: another one is another list. */
  filter: string;
  rowHeight: number;
  at: (item: Item) => At | null;
  call: (item: Item) => CallName | null;
  /** Where a click leads, when that is not the fact itself: the call that it led to. */
  led?: (item: Item) => CallStart | null;
  /** A click does that as well. */
  picked?: (item: Item) => void;
  row: (item: Item, isNow: boolean) => ComponentChildren;
  empty: ComponentChildren;
}

/** Rows before the end that are loaded with it. */
const LAST_SHOWN = 200;

/** Facts in order of time; the last one before the cursor is marked. */
export function FactList<Item>(properties: Properties<Item>) {
  const { label, counted = null, load, filter, rowHeight, at, call, led, picked, row, empty } = properties;
  const page = usePaged(load, filter, generation.value);
  useEffect(() => {
    if (page.total !== null) void countFacts();
  }, [page.total, generation.value]);
  const timeOf = (item: Item): number => at(item)?.timeNs ?? Infinity;
  const nowNs = cursor.value?.timeNs ?? -1;
  const found = page.items.findLastIndex((item) => timeOf(item) <= nowNs);
  const end = page.first + page.items.length;
  const isBefore = page.first > 0 && found < 0;
  const isBehind = page.total !== null && end < page.total && found === page.items.length - 1;
  // The fact that is marked is the last one before the cursor, not the last one that happens to be loaded.
  const current = isBefore || isBehind ? -1 : found;
  const wantedNs = useRef(-1);
  useEffect(() => {
    if ((!isBefore && !isBehind) || page.loading || page.items.length === 0 || wantedNs.current === nowNs) return;
    wantedNs.current = nowNs;
    page.loadPiece({ aroundNs: nowNs });
  }, [isBefore, isBehind, nowNs, page.loading]);
  const [wantsEnd, setWantsEnd] = useState(false);
  const fresh = counted === null ? 0 : (newFacts.value[counted] ?? 0);
  const goToEnd = () => {
    setWantsEnd(true);
    if (page.total !== null && end < page.total) page.loadPiece({ offset: Math.max(0, page.total - LAST_SHOWN) });
  };
  const onEnd = () => {
    if (page.total === null || end < page.total) return;
    setWantsEnd(false);
    if (counted !== null) sawFacts(counted);
  };
  // The same list for all moments between two facts.
  const list = useMemo(() => {
    const onPick = (item: Item) => {
      picked?.(item);
      const begun = led?.(item);
      if (begun) return void goTo(begun.start);
      const moment = at(item);
      const name = call(item);
      const isThere = name !== null && moment !== null && parseCall(name)?.thread === moment.thread;
      if (moment) void goTo(moment, { frame: isThere ? name : null });
    };
    return (
      <VirtualList
        items={page.items}
        first={page.first}
        total={page.total}
        rowHeight={rowHeight}
        label={label}
        {...(current >= 0 && { shown: current })}
        onPick={onPick}
        onNearEnd={page.loadMore}
        onEnd={onEnd}
        atEnd={wantsEnd}
        empty={page.loading ? <Waiting /> : empty}
        row={(item, index) => row(item, index === current)}
      />
    );
  }, [page.items, page.loading, page.total, page.more, current, filter, fresh, wantsEnd]);
  if (page.error !== null) return <ErrorMessage error={page.error} />;
  return (
    <>
      {page.first > 0 && (
        <button type="button" class="list-earlier" onClick={() => page.loadPiece({ offset: 0 })}>
          {countText(page.first)} earlier: show from the beginning
        </button>
      )}
      {list}
      <div role="status">
        {fresh > 0 && (
          <button type="button" class="list-newer" onClick={goToEnd}>
            <Icon name="down" size={12} />
            {countText(fresh)} new
          </button>
        )}
      </div>
    </>
  );
}
