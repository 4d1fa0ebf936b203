import { H, K } from '@execution-cinema/format';
import { chunkOfEvent, chunkOfTime } from '../read/chunks.ts';
import type { Moment } from '../read/moments.ts';
import type { Recording } from '../read/recording.ts';

/* What one thread sent and another one received. */

/** Chunks of one thread that are looked through, from the newest that may hold what is looked for. */
const CHUNKS_MAX = 256;

/** What tells a message, or the start of a thread or process, from every other one. */
export interface Link {
  channel: number;
  sequence: number;
  timeNs: number;
}

/** What arrived at an event of a thread; undefined when it is no RECEIVE. */
export function receivedAt(recording: Recording, { thread, event }: Moment): Link | undefined {
  return lastReceipt(recording, thread, { from: event, to: event });
}

/**
 * What arrived last between two events of a thread, both included. `number` is that of the receipt: what the event loop calls
 * for it has a correlation of this number.
 */
export function lastReceipt(
  recording: Recording,
  thread: number,
  { from, to, number }: { from: number; to: number; number?: number },
): Link | undefined {
  const chunks = recording.chunks(thread);
  const start = chunkOfEvent(chunks, to);
  for (let at = start; at >= 0 && at > start - CHUNKS_MAX; at--) {
    const chunk = recording.tryChunk(thread, chunks[at]!);
    if (typeof chunk === 'string') continue;
    let found: { link: Omit<Link, 'timeNs'>; event: number } | undefined;
    chunk.scan(({ kind, event, operands }) => {
      if (kind !== K.RECEIVE || event < from || event > to) return;
      if (number === undefined || chunk.words[operands + 4]! >>> 0 === number)
        found = { link: linkAt(chunk.words, operands), event };
    });
    if (found) return { ...found.link, timeNs: chunk.timeOf(found.event) };
    if (chunks[at]!.firstEvent <= from) return undefined;
  }
  return undefined;
}

/** The event with which another thread sent what was received; undefined when that is not stored. */
export function sentBy(
  recording: Recording,
  receiver: number,
  { channel, sequence, timeNs }: Link,
): Moment | undefined {
  for (const { id: thread } of recording.threads()) {
    if (thread === receiver) continue;
    const chunks = recording.chunks(thread);
    // Clocks of processes differ a little: one chunk more.
    const last = Math.min(chunks.length - 1, chunkOfTime(chunks, timeNs) + 1);
    for (let at = last; at >= 0 && at > last - CHUNKS_MAX; at--) {
      const chunk = recording.tryChunk(thread, chunks[at]!);
      if (typeof chunk === 'string') continue;
      let event = -1;
      chunk.scan((scanner) => {
        if (scanner.kind !== K.SEND) return;
        const sent = linkAt(chunk.words, scanner.operands);
        if (sent.channel === channel && sent.sequence === sequence) event = scanner.event;
      });
      if (event >= 0) return { thread, event };
    }
  }
  return undefined;
}

function linkAt(words: Int32Array, at: number): { channel: number; sequence: number } {
  return { channel: H.u53(words[at]!, words[at + 1]!), sequence: H.u53(words[at + 2]!, words[at + 3]!) };
}
