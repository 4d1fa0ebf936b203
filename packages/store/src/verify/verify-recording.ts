import type { Database } from '../driver/types.ts';
import { verifyChunks, type ThreadSums } from './verify-chunks.ts';

/** One thing that is wrong with a recording. `thread` where it concerns one. */
export interface Problem {
  kind: 'integrity' | 'reference' | 'accounts' | 'continuity' | 'content';
  thread?: number;
  text: string;
}

export interface VerifyResult {
  /** Empty: the recording is sound. */
  problems: Problem[];
  threads: { id: number; produced: number; stored: number; dropped: number; pruned: number }[];
  chunks: number;
}

export interface VerifyOptions {
  /** Decode every event and compare the counts. Reads the whole recording. */
  deep?: boolean;
  /** Stop after so many problems. Default 100. */
  problemsMax?: number;
}

/** Child column -> the table whose id it names. */
const REFERENCES: readonly [table: string, column: string, parent: string][] = [
  ['processes', 'parent_id', 'processes'],
  ['threads', 'process_id', 'processes'],
  ['threads', 'parent_id', 'threads'],
  ['loads', 'thread_id', 'threads'],
  ['loads', 'module_id', 'modules'],
  ['chunks', 'thread_id', 'threads'],
  ['gaps', 'thread_id', 'threads'],
  ['pruned', 'thread_id', 'threads'],
  ['samples', 'process_id', 'processes'],
  ['snapshots', 'process_id', 'processes'],
  ['plans', 'process_id', 'processes'],
  ['notes', 'process_id', 'processes'],
];

const PROBLEMS_DEFAULT = 100;

/**
 * Checks a recording against its own rules: the database is intact, rows refer to rows that exist, per thread
 * `produced = stored + dropped + pruned` with each part proved from the rows behind it, chunks follow each other without
 * a hole. Works on a running recording too; everything is read in one transaction, so keep it short on those.
 */
export function verifyRecording(db: Database, options: VerifyOptions = {}): VerifyResult {
  const problemsMax = options.problemsMax ?? PROBLEMS_DEFAULT;
  const result: VerifyResult = { problems: [], threads: [], chunks: 0 };
  db.transaction(() => {
    checkIntegrity(db, result);
    checkReferences(db, result);
    const threads = db.prepare('SELECT id, produced, stored, dropped, pruned FROM threads ORDER BY id');
    result.threads = threads.all<VerifyResult['threads'][number]>();
    for (const thread of result.threads) {
      if (result.problems.length >= problemsMax) break;
      const sums = verifyChunks(db, thread.id, options.deep ?? false, (kind, text) => {
        if (result.problems.length < problemsMax) result.problems.push({ kind, thread: thread.id, text });
      });
      result.chunks += sums.chunks;
      checkAccounts(db, thread, sums, result);
    }
  });
  return result;
}

function checkIntegrity(db: Database, { problems }: VerifyResult): void {
  for (const { integrity_check: text } of db.prepare('PRAGMA integrity_check(10)').all<{ integrity_check: string }>()) {
    if (text !== 'ok') problems.push({ kind: 'integrity', text });
  }
}

function checkReferences(db: Database, { problems }: VerifyResult): void {
  for (const [table, column, parent] of REFERENCES) {
    const row = db
      .prepare(
        `SELECT count(*) n, min(${column}) id FROM ${table}
         WHERE ${column} IS NOT NULL AND ${column} NOT IN (SELECT id FROM ${parent})`,
      )
      .get<{ n: number; id: number }>();
    if (row === undefined || row.n === 0) continue;
    const text = `${row.n} rows of ${table} have a ${column} that ${parent} does not know, the first is ${row.id}`;
    problems.push({ kind: 'reference', text });
  }
}

function checkAccounts(
  db: Database,
  thread: VerifyResult['threads'][number],
  sums: ThreadSums,
  { problems }: VerifyResult,
): void {
  const sum = (sql: string): number => db.prepare(sql).get<{ n: number }>(thread.id)?.n ?? 0;
  const expected: [name: 'stored' | 'dropped' | 'pruned', found: number, where: string][] = [
    ['stored', sums.events, 'chunks'],
    ['dropped', sum('SELECT coalesce(sum(dropped), 0) n FROM gaps WHERE thread_id = ?'), 'gaps'],
    ['pruned', sum('SELECT coalesce(sum(events), 0) n FROM pruned WHERE thread_id = ?'), 'pruned'],
  ];
  const add = (text: string): void => void problems.push({ kind: 'accounts', thread: thread.id, text });
  for (const [name, found, where] of expected) {
    if (thread[name] !== found) add(`${name} is ${thread[name]}, but ${where} has ${found} events`);
  }
  const { produced, stored, dropped, pruned } = thread;
  if (produced !== stored + dropped + pruned) {
    add(`produced is ${produced}, but stored + dropped + pruned = ${stored} + ${dropped} + ${pruned}`);
  }
}
