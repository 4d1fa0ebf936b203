import { useEffect, useRef, useState } from 'preact/hooks';
import type { List } from '@execution-cinema/server/protocol';
import { isCancelled } from '../../transport/source.ts';
import { Latest } from '../../transport/latest.ts';

export interface Paged<Item> {
  items: readonly Item[];
  total: number | null;
  more: boolean;
  loading: boolean;
  error: unknown;
  loadMore: () => void;
}

/** Rows kept of one list; past it the list says so and a filter helps. */
const ROWS_MAX = 20_000;

/** A list that is fetched page by page as its end comes near. Anew when `key` changes; grown when `round` does. */
export function usePaged<Item>(
  load: (offset: number, signal: AbortSignal) => Promise<List<Item>>,
  key: string,
  round = 0,
): Paged<Item> {
  const latest = useRef(new Latest()).current;
  const [page, setPage] = useState<Omit<Paged<Item>, 'loadMore'> & { key: string }>({
    key,
    items: [],
    total: null,
    more: false,
    loading: true,
    error: null,
  });
  const fetchFrom = async (offset: number, before: readonly Item[]): Promise<void> => {
    try {
      const answer = await latest.run((signal) => load(offset, signal));
      if (!answer) return;
      const items = [...before.slice(0, offset), ...answer.items];
      setPage({
        key,
        items,
        total: answer.total,
        more: answer.more && items.length < ROWS_MAX,
        loading: false,
        error: null,
      });
    } catch (error) {
      if (!isCancelled(error)) setPage({ key, items: before, total: null, more: false, loading: false, error });
    }
  };
  useEffect(() => {
    const isNew = page.key !== key;
    if (isNew) setPage({ key, items: [], total: null, more: false, loading: true, error: null });
    // What grows is asked for again from its last page on: rows before it do not change.
    const before = isNew ? [] : page.items;
    const offset = Math.max(0, before.length - 1);
    if (before.length === 0 || !page.more) void fetchFrom(offset, before);
  }, [key, round]);
  const loadMore = () => {
    if (page.loading || !page.more) return;
    setPage({ ...page, loading: true });
    void fetchFrom(page.items.length, page.items);
  };
  return { ...page, loadMore };
}
