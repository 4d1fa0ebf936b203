/*
 * SQL of users runs in a process of its own: nothing stops SQLite in the middle of a statement but the end of its process.
 * One process per statement; it reads, and is killed when its time is over or nobody waits any more.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { errorInfo, ServerError } from '../errors.ts';
import type { Work } from './engine-thread.ts';
import type { EngineData, EngineMessage, JobMessage } from './messages.ts';

/** Beyond the limit of the statement itself, which the process watches between two rows. */
const GRACE_MS = 1_000;
const MEMORY_MB_MAX = 512;

/** Argument by which the engine's file knows that it is such a process. */
export const SQL_ARGUMENT = '--sql';

/** What it reports when the indexes that the statement reads are built, and the clock begins to run. */
export interface SqlBegun {
  begun: true;
}

export class SqlProcess {
  private readonly child: ChildProcess;
  readonly work: Work;
  private timer: NodeJS.Timeout | undefined;
  private settled = false;

  constructor(file: URL, data: EngineData, work: Work, limits: { timeLimitMs: number; onEnd: () => void }) {
    this.work = work;
    this.child = fork(fileURLToPath(file), [SQL_ARGUMENT, JSON.stringify(data)], {
      execArgv: [`--max-old-space-size=${MEMORY_MB_MAX}`],
      env: { ...process.env, NODE_OPTIONS: '' },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child.on('message', (message: EngineMessage | SqlBegun) => this.heard(message, limits.timeLimitMs));
    this.child.on('error', (error) => this.settle(() => work.failed(errorInfo(error))));
    this.child.on('close', () => {
      clearTimeout(this.timer);
      this.settle(() => work.failed(errorInfo(new ServerError('INTERNAL', 'the process of the query ended'))));
      limits.onEnd();
    });
    const message: Omit<JobMessage, 'flag'> = {
      job: 0,
      id: work.id,
      method: work.method,
      params: work.params,
      patient: true,
    };
    this.child.send(message, (error) => {
      if (error) this.settle(() => work.failed(errorInfo(error)));
    });
  }

  private heard(message: EngineMessage | SqlBegun, timeLimitMs: number): void {
    if ('begun' in message) {
      this.timer = setTimeout(() => {
        const error = {
          code: 'SQL_TIMEOUT',
          message: `the query took longer than ${timeLimitMs} ms`,
          remedy: 'Narrow it down, or add a LIMIT.',
        };
        this.settle(() => this.work.failed(error));
        this.kill();
      }, timeLimitMs + GRACE_MS);
    } else if ('progress' in message) {
      if (!this.settled) this.work.progress(message.progress);
    } else if (!('needsIndex' in message)) {
      this.settle(() => ('frame' in message ? this.work.answered(message.frame) : this.work.failed(message.error)));
    }
  }

  private settle(tell: () => void): void {
    if (this.settled) return;
    this.settled = true;
    tell();
  }

  /** Ends it at once; nothing more is heard of it. */
  kill(): void {
    this.settled = true;
    this.child.kill('SIGKILL');
  }
}
