import type { Progress } from '../protocol.ts';

/** Thrown at the next checkpoint of a job that nobody waits for any more. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
  }
}

/** Thrown when an answer needs more of the index than a quick thread should build: a slow one is asked instead. */
export class NeedsIndex extends Error {}

/** Progress is told at most so often. */
const PROGRESS_INTERVAL_MS = 100;

/** One question being answered. Long work calls `checkpoint` or `progress` at least every few ten milliseconds. */
export class Job {
  private readonly flag: Int32Array;
  private readonly tell: (progress: Progress) => void;
  private toldMs = performance.now();
  /** It may take as long as it takes. */
  readonly patient: boolean;

  /** `flag[0]` is set by another thread to cancel. */
  constructor(flag: Int32Array, tell: (progress: Progress) => void, patient = true) {
    this.patient = patient;
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
