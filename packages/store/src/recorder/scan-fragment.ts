import { EventScanner, K, type ChunkHeader } from '@execution-cinema/format';

export interface FragmentCounts {
  events: number;
  calls: number;
  throws: number;
  /** Time of the last time point, nanoseconds since the recording began. */
  endNs: number;
}

/**
 * Counts what lies in the words from `from` up to `to` of a chunk, both at event boundaries. The writer's own counters
 * cannot be used for a piece of a chunk: they may already belong to the next publication.
 * Throws RangeError when the words are not events.
 */
export function scanFragment(
  words: Int32Array,
  header: ChunkHeader,
  piece: { from: number; to: number; startNs: number },
): FragmentCounts {
  const scanner = new EventScanner(words, header, piece.to);
  scanner.position = piece.from;
  scanner.timeNs = piece.startNs;
  let events = 0;
  let calls = 0;
  let throws = 0;
  while (scanner.next()) {
    events++;
    if (scanner.kind <= K.ENTER_MANY) calls++;
    else if (scanner.kind === K.LEAVE_THROW) throws++;
  }
  if (scanner.position < piece.to)
    throw new RangeError(`fragment ends early at word ${scanner.position} of ${piece.to}`);
  return { events, calls, throws, endNs: scanner.timeNs };
}
