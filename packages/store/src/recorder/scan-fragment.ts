import { EventScanner, K, type ChunkHeader } from '@execution-cinema/format';

export interface FragmentCounts {
  events: number;
  calls: number;
  throws: number;
  /** Time of the last time point, nanoseconds since the recording began. */
  endNs: number;
}

/**
 * Counts what lies in the words of a chunk behind its first `before.words`, whose last time point is `before.endNs`, up to
 * `to`; both are event boundaries. Throws RangeError when the words are not events.
 */
export function scanFragment(
  words: Int32Array,
  header: ChunkHeader,
  before: { words: number; endNs: number },
  to: number,
): FragmentCounts {
  const scanner = new EventScanner(words, header, to);
  scanner.position = before.words;
  scanner.timeNs = before.endNs;
  let events = 0;
  let calls = 0;
  let throws = 0;
  while (scanner.next()) {
    events++;
    if (scanner.kind <= K.ENTER_MANY) calls++;
    else if (scanner.kind === K.LEAVE_THROW) throws++;
  }
  if (scanner.position < to) throw new RangeError(`fragment ends early at word ${scanner.position} of ${to}`);
  return { events, calls, throws, endNs: scanner.timeNs };
}
