/*
 * The engines of one recording: a thread for what must answer within a frame or two, threads for what may take long, and
 * processes for SQL. Questions wait here, so that they can be taken back before they have begun.
 */
import { SQL_TIME_LIMIT_MS, type Method } from '../protocol.ts';
import { EngineThread, type Work } from './engine-thread.ts';
import type { EngineData } from './messages.ts';
import { SqlProcess } from './sql-process.ts';

/**
 * Answered from a few chunks: never behind a scan of everything. By rank: when several wait, what the cursor stands on
 * comes before what is written beside it, and that before pictures of the whole run.
 */
const QUICK_RANKS: readonly (readonly Method[])[] = [
  ['open', 'move', 'resolve', 'momentsAt', 'state'],
  ['source', 'lineValues', 'value', 'steps'],
  ['code', 'overview', 'film', 'flame', 'schema', 'recordings'],
];
const QUICK: ReadonlyMap<Method, number> = new Map(
  QUICK_RANKS.flatMap((methods, rank) => methods.map((method) => [method, rank] as const)),
);

/** About another recording too. They have a thread of their own, that remembers how the two are paired. */
export const TWO_RUNS: ReadonlySet<Method> = new Set<Method>(['diff', 'counterpart']);

const SLOW_THREADS_MAX = 2;
const SQL_PROCESSES_MAX = 3;

export class EnginePool {
  private readonly file: URL;
  private readonly data: EngineData;
  private readonly quick: EngineThread;
  private readonly slow: EngineThread[];
  private readonly paired: EngineThread;
  private readonly queries = new Set<SqlProcess>();
  private waiting: Work[] = [];
  private closed = false;

  constructor(file: URL, data: EngineData) {
    this.file = file;
    this.data = data;
    const thread = (): EngineThread => new EngineThread(file, data, () => this.dispatch());
    this.quick = thread();
    this.paired = thread();
    this.slow = Array.from({ length: SLOW_THREADS_MAX }, thread);
  }

  run(work: Work): void {
    if (QUICK.has(work.method) && (work.params as { wait?: boolean }).wait !== true) {
      work.postponed = () => {
        delete work.postponed;
        this.waiting.push(work);
        this.dispatch();
      };
    }
    this.waiting.push(work);
    this.dispatch();
  }

  /** Takes a question back: it hears nothing more. */
  cancel(work: Work): void {
    this.waiting = this.waiting.filter((other) => other !== work);
    if ([this.quick, this.paired, ...this.slow].some((thread) => thread.cancel(work))) return;
    for (const query of this.queries) if (query.work === work) query.kill();
  }

  private dispatch(): void {
    if (this.closed) return;
    this.waiting.sort((a, b) => rankOf(a) - rankOf(b));
    this.waiting = this.waiting.filter((work) => !this.begin(work));
  }

  private begin(work: Work): boolean {
    if (work.method === 'sql') return this.beginQuery(work);
    const threads = TWO_RUNS.has(work.method) ? [this.paired] : work.postponed ? [this.quick] : this.slow;
    const free = threads.find((thread) => !thread.busy);
    free?.run(work);
    return free !== undefined;
  }

  private beginQuery(work: Work): boolean {
    if (this.queries.size >= SQL_PROCESSES_MAX) return false;
    const query: SqlProcess = new SqlProcess(this.file, this.data, work, {
      timeLimitMs: SQL_TIME_LIMIT_MS,
      onEnd: () => {
        this.queries.delete(query);
        this.dispatch();
      },
    });
    this.queries.add(query);
    return true;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.waiting = [];
    for (const query of this.queries) query.kill();
    await Promise.all([this.quick, this.paired, ...this.slow].map((thread) => thread.stop()));
  }
}

/** Others have threads of their own: among them, and within a rank, who came first is first. */
function rankOf({ method }: Work): number {
  return QUICK.get(method) ?? 0;
}
