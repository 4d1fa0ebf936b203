/** Questions come first: work goes on when there has been none for so long. */
const REST_MS = 200;

/** Small steps of work in the pauses between questions. `step` does the n-th one; what it throws is nobody's concern. */
export class IdleSteps {
  private readonly count: number;
  private readonly step: (n: number) => void;
  private done: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(count: number, step: (n: number) => void) {
    this.count = count;
    this.step = step;
    this.done = count;
  }

  begin(): void {
    this.done = 0;
    this.schedule(REST_MS);
  }

  /** A question has come. */
  postpone(): void {
    if (this.timer) this.schedule(REST_MS);
  }

  private schedule(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.next(), afterMs);
  }

  private next(): void {
    this.timer = undefined;
    try {
      this.step(this.done);
    } catch {
      // A moment that was pruned meanwhile, a recording that is gone: whoever asks for it hears that.
    }
    if (++this.done < this.count) this.schedule(0);
  }
}
