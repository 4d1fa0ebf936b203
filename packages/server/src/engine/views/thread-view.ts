import type { ChunkInfo, ThreadRow } from '@execution-cinema/store';
import type { ThreadView } from '../../protocol.ts';
import { at } from './basics.ts';

/** What the stored chunks of a thread say together. */
export interface ThreadSums {
  calls: number;
  throws: number;
  maxDepth: number;
  first: { event: number; timeNs: number } | null;
  last: { event: number; timeNs: number } | null;
}

export function sumsOf(chunks: readonly ChunkInfo[]): ThreadSums {
  const sums: ThreadSums = { calls: 0, throws: 0, maxDepth: 0, first: null, last: null };
  for (const { calls, throws, maxDepth, firstEvent, events, startNs, endNs } of chunks) {
    sums.calls += calls;
    sums.throws += throws;
    sums.maxDepth = Math.max(sums.maxDepth, maxDepth);
    if (events === 0) continue;
    sums.first ??= { event: firstEvent, timeNs: startNs };
    sums.last = { event: firstEvent + events - 1, timeNs: endNs };
  }
  return sums;
}

export function threadView(row: ThreadRow, sums: ThreadSums): ThreadView {
  const { id, processId, kind, name, parentId, startNs, endNs, produced, stored, dropped, pruned } = row;
  const { calls, throws, maxDepth, first, last } = sums;
  return {
    id,
    processId,
    kind,
    name,
    parentId,
    startNs,
    endNs,
    produced,
    stored,
    dropped,
    pruned,
    calls,
    throws,
    maxDepth,
    first: first && at(id, first.event, first.timeNs),
    last: last && at(id, last.event, last.timeNs),
  };
}
