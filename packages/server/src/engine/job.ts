import type { Progress } from '../protocol.ts';

/** Thrown at the next checkpoint of a job that nobody waits for any more. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
  }
}

/** Progress is told at most so often. */
const PROGRESS_INTERVAL_MS = 100;

/** One question being answered. Long work calls `checkpoint` or `progress` at least every few ten milliseconds. */
export class Job {
  private readonly flag: Int32Array;
  private readonly tell: (progress: Progress) => void;
  private toldMs = performance.now();

  /** `flag[0]` is set by another thread to cancel. */
  constructor(flag: Int32Array, tell: (progress: Progress) => void) {
    this.flag = flag;
    this.tell = tell;
  }

  /** Throws Cancelled when the answer is not wanted any more. */
  checkpoint(): void {
    if (Atomics.load(this.flag, 0) !== 0) throw new Cancelled();
  }

  progress(what: string, done: number, total: number): void {
    this.checkpoint();
    const nowMs = performance.now();
    if (nowMs - this.toldMs < PROGRESS_INTERVAL_MS) return;
    this.toldMs = nowMs;
    this.tell({ what, done, total });
  }
}
