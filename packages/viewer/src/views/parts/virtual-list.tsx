import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface ListProperties<Item> {
  items: readonly Item[];
  /** Where these stand in a longer list: position of the first, and how many there are in all. */
  first?: number;
  total?: number | null;
  /** Pixels; every row has the same. */
  rowHeight: number;
  row: (item: Item, index: number, isActive: boolean) => ComponentChildren;
  /** What a screen reader calls the list. */
  label: string;
  /** Row that is kept in view when it changes. */
  shown?: number;
  /** Enter or click. */
  onPick?: (item: Item, index: number) => void;
  /** Rows near the end are on screen: more may be fetched. */
  onNearEnd?: () => void;
  /** The last row is on screen. */
  onEnd?: () => void;
  /** Goes to the last row, and to the ones that come. */
  atEnd?: boolean;
  onKey?: (event: KeyboardEvent, item: Item, index: number) => boolean;
  class?: string;
  empty?: ComponentChildren;
  role?: 'listbox' | 'tree';
  itemProperties?: (item: Item) => JSX.HTMLAttributes<HTMLDivElement>;
}

const OVERSCAN_ROWS = 8;
let listCount = 0;

/** Shows the rows that are on screen. Arrows, Page, Home, End move; Enter picks. */
export function VirtualList<Item>(properties: ListProperties<Item>) {
  const { items, rowHeight, row, label, shown, onPick, onNearEnd, onKey, empty, role = 'listbox' } = properties;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 400 });
  const [active, setActive] = useState(-1);
  const id = useRef(`list${(listCount += 1)}`).current;

  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (shown === undefined || shown < 0) return;
    setActive(shown);
    reveal(box.current!, shown, rowHeight, true);
  }, [shown, properties.first, items.length > 0]);
  // Another piece of a long list begins at its beginning, unless something in it is looked for.
  useLayoutEffect(() => {
    if (shown === undefined) box.current!.scrollTop = 0;
  }, [properties.first]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN_ROWS);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN_ROWS);
  useEffect(() => {
    if (onNearEnd && last >= items.length - OVERSCAN_ROWS) onNearEnd();
  }, [last, items.length]);

  const isAtEnd = items.length > 0 && view.top + view.height >= items.length * rowHeight - rowHeight / 2;
  useEffect(() => {
    if (isAtEnd) properties.onEnd?.();
  }, [isAtEnd, items.length, properties.total]);
  useLayoutEffect(() => {
    if (properties.atEnd) box.current!.scrollTop = box.current!.scrollHeight;
  }, [properties.atEnd, items.length, properties.first]);

  const move = (index: number) => {
    const target = Math.max(0, Math.min(items.length - 1, index));
    setActive(target);
    reveal(box.current!, target, rowHeight, false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // A button in a row presses itself.
    if (event.key === 'Enter' && event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -items.length, End: items.length }[
      event.key
    ];
    const item = items[active];
    if (item !== undefined && onKey?.(event, item, active)) event.preventDefault();
    else if (step !== undefined)
      move(active < 0 ? (step < 0 ? 0 : Math.max(0, first + (step > 1 ? step : 0))) : active + step);
    else if (event.key === 'Enter' && item !== undefined) onPick?.(item, active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const rows = [];
  for (let i = first; i < last; i++) {
    const item = items[i]!;
    rows.push(
      <div
        key={i}
        id={`${id}-${i}`}
        role={role === 'tree' ? 'treeitem' : 'option'}
        aria-selected={i === active}
        aria-setsize={properties.total ?? items.length}
        aria-posinset={(properties.first ?? 0) + i + 1}
        class={`list-row${i === active ? ' active' : ''}`}
        style={{ top: `${i * rowHeight}px`, height: `${rowHeight}px` }}
        onClick={() => {
          setActive(i);
          onPick?.(item, i);
        }}
        {...properties.itemProperties?.(item)}
      >
        {row(item, i, i === active)}
      </div>,
    );
  }
  return (
    <div
      ref={box}
      class={`list ${properties.class ?? ''}`}
      role={items.length > 0 ? role : 'group'}
      aria-label={label}
      aria-activedescendant={active >= first && active < last ? `${id}-${active}` : undefined}
      tabIndex={0}
      onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      onKeyDown={onKeyDown}
    >
      {items.length === 0 ? (
        empty
      ) : (
        <div class="list-space" style={{ height: `${items.length * rowHeight}px` }}>
          {rows}
        </div>
      )}
    </div>
  );
}

function reveal(box: HTMLDivElement, index: number, rowHeight: number, centre: boolean): void {
  const top = index * rowHeight;
  const isVisible = top >= box.scrollTop && top + rowHeight <= box.scrollTop + box.clientHeight;
  if (isVisible) return;
  if (centre) box.scrollTop = top - box.clientHeight / 2;
  else if (top < box.scrollTop) box.scrollTop = top;
  else box.scrollTop = top + rowHeight - box.clientHeight;
}
