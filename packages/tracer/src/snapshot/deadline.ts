/** How often time is counted, and what one count is worth at most. */
const TICK_MS = 5;
const TICK_WORTH_MS = 6;

/**
 * A span of time as this thread has lived it: where it gets no processor for a while, time does not pass, since the
 * threads that it waits for get none either. `wallMs` bounds it all the same.
 */
export class Deadline {
  #leftMs: number;
  #lastMs = performance.now();
  readonly #endMs: number;
  #expired: (() => void) | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #over: Promise<undefined>;

  constructor(ms: number, wallMs: number) {
    this.#leftMs = ms;
    this.#endMs = this.#lastMs + wallMs;
    this.#over = new Promise((resolve) => {
      this.#expired = () => resolve(undefined);
    });
    this.#timer = setInterval(() => this.#count(), TICK_MS);
  }

  #count(): void {
    const nowMs = performance.now();
    this.#leftMs -= Math.min(nowMs - this.#lastMs, TICK_WORTH_MS);
    this.#lastMs = nowMs;
    if (this.#leftMs > 0 && nowMs < this.#endMs) return;
    this.#leftMs = 0;
    this.#expired?.();
    clearInterval(this.#timer);
  }

  get isOver(): boolean {
    this.#count();
    return this.#leftMs <= 0;
  }

  /** What the promise gives; undefined when time is up before. */
  race<Result>(promise: Promise<Result>): Promise<Result | undefined> {
    return Promise.race([promise, this.#over]);
  }

  /** To be called when nobody waits any more. */
  end(): void {
    clearInterval(this.#timer);
  }
}
