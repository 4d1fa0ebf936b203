import { useEffect, useRef, useState } from 'preact/hooks';
import type { List } from '@execution-cinema/server/protocol';
import { isCancelled } from '../../transport/source.ts';
import { Latest } from '../../transport/latest.ts';

export interface Paged<Item> {
  /** Those that are loaded: one piece of the list. */
  items: readonly Item[];
  /** Position of the first of them in the list. */
  first: number;
  total: number | null;
  more: boolean;
  loading: boolean;
  error: unknown;
  loadMore: () => void;
  /** Another piece instead: that from the beginning, or that around a time. */
  loadPiece: (from: PieceStart) => void;
}

/** Where a page begins: at a position, or so that what happened at a time is in its middle. */
export type PieceStart = { offset: number } | { aroundNs: number };

/** Rows kept of one list; past it the list says so and a filter helps. */
const ROWS_MAX = 20_000;

/** A list that is fetched page by page as its end comes near. Anew when `key` changes; grown when `round` does. */
export function usePaged<Item>(
  load: (from: PieceStart, signal: AbortSignal) => Promise<List<Item>>,
  key: string,
  round = 0,
): Paged<Item> {
  const latest = useRef(new Latest()).current;
  const empty = { key, items: [], first: 0, total: null, more: false, loading: true, error: null };
  const [page, setPage] = useState<Omit<Paged<Item>, 'loadMore' | 'loadPiece'> & { key: string }>(empty);
  /** `before`: what is kept of what was loaded, and what the page continues. */
  const fetchFrom = async (from: PieceStart, before: { items: readonly Item[]; first: number }): Promise<void> => {
    try {
      const answer = await latest.run((signal) => load(from, signal));
      if (!answer) return;
      const kept = before.items.slice(0, Math.max(0, answer.offset - before.first));
      const items = [...kept, ...answer.items];
      setPage({
        key,
        items,
        first: kept.length > 0 ? before.first : answer.offset,
        total: answer.total,
        more: answer.more && items.length < ROWS_MAX,
        loading: false,
        error: null,
      });
    } catch (error) {
      if (!isCancelled(error)) setPage({ ...empty, ...before, key, loading: false, error });
    }
  };
  useEffect(() => {
    const isNew = page.key !== key;
    if (isNew) setPage(empty);
    // What grows is asked for again from its last page on: rows before it do not change.
    const before = isNew ? empty : page;
    const last = Math.max(0, before.items.length - 1);
    if (last === 0 || !page.more) void fetchFrom({ offset: before.first + last }, before);
  }, [key, round]);
  const loadMore = () => {
    if (page.loading || !page.more) return;
    setPage({ ...page, loading: true });
    void fetchFrom({ offset: page.first + page.items.length }, page);
  };
  const loadPiece = (from: PieceStart) => {
    setPage({ ...page, loading: true });
    void fetchFrom(from, { items: [], first: 0 });
  };
  return { ...page, loadMore, loadPiece };
}
