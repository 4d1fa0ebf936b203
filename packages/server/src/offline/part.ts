/* The bounded part of a recording that a page carries. */
import { type Recording } from '@execution-cinema/store';
import type { Span } from '../protocol.ts';

export interface PartOptions {
  thread?: number;
  range?: Span;
}

/** Events from `first` to `last` of a thread; those that are not stored are left out by whoever reads them. */
export interface ThreadPart {
  thread: number;
  events: number[];
  timesNs: number[];
}

/** Air before the first event, as a share of the part. */
const LEAD_SHARE = 0.01;

/** The events of the part by thread. Reading stops with the first event beyond `max`: there are more then. */
export function partOf(recording: Recording, { thread, range }: PartOptions, max: number): ThreadPart[] | 'too much' {
  const parts: ThreadPart[] = [];
  let total = 0;
  for (const { id } of recording.threads()) {
    if (thread !== undefined && id !== thread) continue;
    const part: ThreadPart = { thread: id, events: [], timesNs: [] };
    const chunks = recording.chunks(id);
    for (const [i, info] of chunks.entries()) {
      const next = chunks[i + 1];
      if (range && (info.startNs > range.toNs || (next && next.startNs < range.fromNs))) continue;
      const chunk = recording.tryChunk(id, info);
      if (typeof chunk === 'string') continue;
      for (let event = info.firstEvent; event < info.firstEvent + info.events; event++) {
        const timeNs = chunk.timeOf(event);
        if (range && (timeNs < range.fromNs || timeNs > range.toNs)) continue;
        if (++total > max) return 'too much';
        part.events.push(event);
        part.timesNs.push(timeNs);
      }
    }
    if (part.events.length > 0) parts.push(part);
  }
  return parts;
}

/** What the timelines of the page show. */
export function spanOfPart(parts: readonly ThreadPart[], range: Span | undefined): Span {
  const firstNs = parts.reduce((least, { timesNs }) => Math.min(least, timesNs[0]!), Infinity);
  const toNs = parts.reduce((most, { timesNs }) => Math.max(most, timesNs.at(-1)!), 0);
  const lead = (toNs - firstNs) * LEAD_SHARE;
  const fromNs = Math.max(0, range?.fromNs ?? 0, firstNs - lead);
  return { fromNs, toNs: Math.max(toNs, fromNs + 1_000) };
}
