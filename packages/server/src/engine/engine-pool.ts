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
  ['open', 'visit', 'move', 'resolve', 'momentsAt', 'state'],
  ['source', 'lineValues', 'value', 'steps'],
  ['code', 'overview', 'film', 'flame', 'schema', 'recordings'],
];
const QUICK: ReadonlyMap<Method, number> = new Map(
  QUICK_RANKS.flatMap((methods, rank) => methods.map((method) => [method, rank] as const)),
);

/** About another recording too. They have a thread of their own, that remembers how the two are paired. */
export const TWO_RUNS: ReadonlySet<Method> = new Set<Method>(['diff', 'counterpart']);

/** Look through the whole recording once; a thread for each remembers what it has found. */
const COUNTING: ReadonlySet<Method> = new Set<Method>(['hits']);
const FINDING: ReadonlySet<Method> = new Set<Method>(['executions']);

/** Read the whole recording the first time: one after the other, and nothing else waits behind them. */
const BUILDERS: ReadonlySet<Method> = new Set<Method>([
  'index',
  'logs',
  'exceptions',
  'requests',
  'requestOf',
  'edges',
  'marks',
]);

/** Once the recording is open, while its index is built; and once that is there, all over the recording. */
const WARMING: ReadonlySet<Method> = new Set<Method>(['open', 'index']);

const SLOW_THREADS_MAX = 2;
const SQL_PROCESSES_MAX = 3;

export class EnginePool {
  private readonly file: URL;
  private readonly data: EngineData;
  private readonly quick: EngineThread;
  private readonly slow: EngineThread[];
  private readonly paired: EngineThread;
  private readonly counter: EngineThread;
  private readonly finder: EngineThread;
  private readonly builder: EngineThread;
  private readonly queries = new Set<SqlProcess>();
  private waiting: Work[] = [];
  private readonly warmedAfter = new Set<Method>();
  private closed = false;

  constructor(file: URL, data: EngineData) {
    this.file = file;
    this.data = data;
    const thread = (isBehind = true): EngineThread => new EngineThread(file, data, isBehind, () => this.dispatch());
    this.quick = thread(false);
    this.paired = thread();
    this.counter = thread();
    this.finder = thread();
    this.builder = thread();
    this.slow = Array.from({ length: SLOW_THREADS_MAX }, () => thread());
  }

  run(work: Work): void {
    if (WARMING.has(work.method)) this.warmUpBehind(work);
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

  /** Behind such an answer, the first of its kind, the thread that answers the cursor gets ready. */
  private warmUpBehind(work: Work): void {
    const { answered, method } = work;
    work.answered = (frame) => {
      answered(frame);
      if (!this.warmedAfter.has(method)) this.quick.warmUp();
      this.warmedAfter.add(method);
    };
  }

  /** Takes a question back: it hears nothing more. */
  cancel(work: Work): void {
    this.waiting = this.waiting.filter((other) => other !== work);
    if (this.threads().some((thread) => thread.cancel(work))) return;
    for (const query of this.queries) if (query.work === work) query.kill();
  }

  private dispatch(): void {
    if (this.closed) return;
    this.waiting.sort((a, b) => rankOf(a) - rankOf(b));
    this.waiting = this.waiting.filter((work) => !this.begin(work));
  }

  private begin(work: Work): boolean {
    if (work.method === 'sql') return this.beginQuery(work);
    const free = this.threadsFor(work).find((thread) => !thread.busy);
    free?.run(work);
    return free !== undefined;
  }

  private threads(): EngineThread[] {
    return [this.quick, this.paired, this.counter, this.finder, this.builder, ...this.slow];
  }

  private threadsFor({ method, postponed }: Work): EngineThread[] {
    if (TWO_RUNS.has(method)) return [this.paired];
    if (COUNTING.has(method)) return [this.counter];
    if (FINDING.has(method)) return [this.finder];
    if (BUILDERS.has(method)) return [this.builder];
    return postponed ? [this.quick] : this.slow;
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
    await Promise.all(this.threads().map((thread) => thread.stop()));
  }
}

/** Others have threads of their own: among them, and within a rank, who came first is first. */
function rankOf({ method }: Work): number {
  return QUICK.get(method) ?? 0;
}
