import { formatCall, splitCallId } from '@execution-cinema/format';
import type { At, CallName, List, Page } from '../../protocol.ts';

export const LIST_LIMIT_DEFAULT = 200;

export function at(thread: number, event: number, timeNs: number): At {
  return { thread, event, timeNs };
}

/** A moment of which parts may be missing. */
export function atOrNull(
  thread: number,
  event: number | null | undefined,
  timeNs: number | null | undefined,
): At | null {
  if (event === null || event === undefined || event < 0) return null;
  return { thread, event, timeNs: timeNs ?? 0 };
}

/** Id of a call in SQL as text. */
export function callName(id: number): CallName {
  const { thread, call } = splitCallId(id);
  return formatCall(thread, call);
}

export function callNameOrNull(id: number | null | undefined): CallName | null {
  return id === null || id === undefined ? null : callName(id);
}

/** A page of a list that is in memory. */
export function pageOf<Item>(all: readonly Item[], { offset = 0, limit = LIST_LIMIT_DEFAULT }: Page): List<Item> {
  const items = all.slice(offset, offset + limit);
  return { items, offset, total: all.length, more: offset + items.length < all.length };
}
