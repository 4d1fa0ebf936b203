import { K } from '@execution-cinema/format';
import type { Database } from '../driver/index.ts';
import type { ChunkInfo } from '../read/chunks.ts';
import type { Recording } from '../read/recording.ts';

/** What tier 1 notes of a chunk in one number: whether it holds what a list of facts is made of. */
export const FACT_BITS = { throws: 1, output: 2, marks: 4, links: 8 } as const;
export type Fact = keyof typeof FACT_BITS;

const KINDS: Readonly<Record<Fact, readonly number[]>> = {
  throws: [K.THROW, K.CATCH, K.LEAVE_THROW, K.UNCAUGHT],
  output: [K.LOG, K.LOG_INJECTED],
  marks: [K.MARK],
  // Names of chains tell where a request's chain begins.
  links: [K.CORRELATION, K.SEND, K.RECEIVE, K.REQUEST_START, K.REQUEST_END, K.REQUEST_SOCKET, K.REQUEST_TRACE],
};

/** The bits of an event kind. */
export const FACTS_OF_KIND = new Uint8Array(256);
for (const fact of Object.keys(KINDS) as Fact[]) {
  for (const kind of KINDS[fact]) FACTS_OF_KIND[kind]! |= FACT_BITS[fact];
}

/**
 * Chunks of a thread that hold a fact, or of which tier 1 does not know. What was sent or received wakes a call that may
 * stand in the next chunk, so that one is among them too.
 */
export function chunksWith(recording: Recording, sidecar: Database, thread: number, fact: Fact): ChunkInfo[] {
  const rows = sidecar
    .prepare('SELECT chunk, facts FROM chunk_sites WHERE thread_id = ?')
    .all<{ chunk: number; facts: number }>(thread);
  const known = new Map(rows.map(({ chunk, facts }) => [chunk, (facts & FACT_BITS[fact]) !== 0]));
  const holds = ({ chunk }: ChunkInfo): boolean => known.get(chunk) ?? true;
  return recording
    .chunks(thread)
    .filter((info, i, all) => holds(info) || (fact === 'links' && i > 0 && holds(all[i - 1]!)));
}

/** Chunks of a thread before which an exception was on its way, as far as rows tell. */
export function chunksInFlight(recording: Recording, sidecar: Database, thread: number): ChunkInfo[] {
  const rows = sidecar
    .prepare(
      `SELECT chunk + 1 AS chunk FROM coverage WHERE thread_id = ? AND row_group = 'calls' AND carry IS NOT NULL
         AND json_array_length(carry, '$.inFlight') > 0`,
    )
    .all<{ chunk: number }>(thread);
  const wanted = new Set(rows.map(({ chunk }) => chunk));
  return recording.chunks(thread).filter(({ chunk }) => wanted.has(chunk));
}
