import { EventScanner, readChunkHeader } from '@execution-cinema/format';
import type { Database } from '../driver/types.ts';
import type { Problem } from './verify-recording.ts';

export interface ThreadSums {
  chunks: number;
  events: number;
}

interface FragmentRow {
  id: number;
  chunk: number;
  fragment: number;
  first_event: number;
  events: number;
  first_call: number;
  calls: number;
  dropped_before: number;
  words: number;
  final: number;
  bytes: number;
}

type Report = (kind: Problem['kind'], text: string) => void;

/** Walks the fragments of one thread in order: no number may be missing. Returns what they add up to. */
export function verifyChunks(db: Database, threadId: number, deep: boolean, report: Report): ThreadSums {
  const rows = db.prepare(
    `SELECT id, chunk, fragment, first_event, events, first_call, calls, dropped_before, words, final,
       length(data) bytes FROM chunks WHERE thread_id = ? ORDER BY chunk, fragment`,
  );
  const start = startOf(db, threadId);
  const sums: ThreadSums = { chunks: 0, events: 0 };
  let before: FragmentRow | undefined;
  let fragments: FragmentRow[] = [];
  // Read at once: deep checks run other statements meanwhile.
  for (const row of rows.all<FragmentRow>(threadId)) {
    const problem = before === undefined ? startProblem(row, start) : orderProblem(before, row);
    if (problem !== undefined) report('continuity', `chunk ${row.chunk} fragment ${row.fragment}: ${problem}`);
    if (row.bytes !== row.words * 4) {
      report(
        'content',
        `chunk ${row.chunk} fragment ${row.fragment} has ${row.bytes} bytes, expected ${row.words * 4}`,
      );
    }
    if (row.fragment === 0) {
      if (deep) verifyContent(db, fragments, report);
      fragments = [];
      sums.chunks++;
    }
    fragments.push(row);
    sums.events += row.events;
    before = row;
  }
  if (deep) verifyContent(db, fragments, report);
  return sums;
}

/** Where the stored part of a thread has to begin, after what was pruned. */
function startOf(
  db: Database,
  threadId: number,
): { chunk: number; pruned: number; droppedBefore(event: number): number } {
  const row = db
    .prepare('SELECT max(last_chunk) chunk, coalesce(sum(events), 0) events FROM pruned WHERE thread_id = ?')
    .get<{ chunk: number | null; events: number }>(threadId)!;
  const dropped = db.prepare('SELECT coalesce(sum(dropped), 0) n FROM gaps WHERE thread_id = ? AND event < ?');
  return {
    chunk: row.chunk === null ? 0 : row.chunk + 1,
    pruned: row.events,
    droppedBefore: (event) => dropped.get<{ n: number }>(threadId, event)!.n,
  };
}

function startProblem(row: FragmentRow, start: ReturnType<typeof startOf>): string | undefined {
  if (row.chunk !== start.chunk) return `is the first, expected chunk ${start.chunk}`;
  if (row.fragment !== 0) return 'is the first fragment of its chunk, expected 0';
  const expected = start.pruned + start.droppedBefore(row.first_event);
  return row.first_event === expected ? undefined : `begins with event ${row.first_event}, expected ${expected}`;
}

function orderProblem(before: FragmentRow, row: FragmentRow): string | undefined {
  const follows = row.chunk === before.chunk && row.fragment === before.fragment + 1;
  const opens = row.chunk === before.chunk + 1 && row.fragment === 0;
  if (!follows && !opens) return `follows chunk ${before.chunk} fragment ${before.fragment}`;
  if (opens && before.final !== 1) return `follows chunk ${before.chunk}, which is not complete`;
  if (follows && before.final === 1) return 'follows the last fragment of its chunk';
  const event = before.first_event + before.events + row.dropped_before;
  if (row.first_event !== event) return `begins with event ${row.first_event}, expected ${event}`;
  const call = before.first_call + before.calls;
  // Dropped calls have numbers too.
  if (row.dropped_before === 0 ? row.first_call !== call : row.first_call < call) {
    return `begins with call ${row.first_call}, expected ${call}`;
  }
  return undefined;
}

/** Decodes one chunk and counts its events. */
function verifyContent(db: Database, fragments: readonly FragmentRow[], report: Report): void {
  const [first] = fragments;
  if (first === undefined) return;
  const select = db.prepare('SELECT data FROM chunks WHERE id = ?');
  const bytes = Buffer.concat(fragments.map(({ id }) => select.get<{ data: Uint8Array }>(id)!.data));
  const words = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  try {
    const header = readChunkHeader(words);
    if (header.chunk !== first.chunk) report('content', `chunk ${first.chunk} calls itself ${header.chunk}`);
    if (header.firstEvent !== first.first_event) {
      report('content', `chunk ${first.chunk} begins with event ${header.firstEvent}, expected ${first.first_event}`);
    }
    const scanner = new EventScanner(words, header);
    let events = 0;
    while (scanner.next()) events++;
    const expected = fragments.reduce((sum, fragment) => sum + fragment.events, 0);
    if (events !== expected) report('content', `chunk ${first.chunk} holds ${events} events, expected ${expected}`);
  } catch (error) {
    report('content', `chunk ${first.chunk}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
