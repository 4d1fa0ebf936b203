import { R } from '@execution-cinema/format';

/** ES2024; every Node that we support has it, the library types of our target do not. */
type AtomicsWithWaitAsync = typeof Atomics & {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ): { async: false; value: string } | { async: true; value: Promise<string> };
};

/** Sleep without a timer, ended by whichever ring calls first (R_WAKE). The event loop runs meanwhile. */
export class RingSleep {
  private readonly wake: () => void;
  /** Value of R_WAKE that each ring is being waited on with. */
  private readonly waiting = new WeakMap<Int32Array, number>();
  private announced = false;
  private readonly nobody = new Int32Array(new SharedArrayBuffer(4));

  constructor(wake: () => void) {
    this.wake = wake;
  }

  /** Tells writers that they have to call from now on. */
  announce(controls: readonly Int32Array[]): void {
    this.announced = true;
    for (const control of controls) Atomics.store(control, R.R_SLEEPING, 1);
  }

  /** Falls asleep. False, and awake, when a ring has called since it was announced. */
  start(controls: readonly Int32Array[]): boolean {
    if (controls.every((control) => this.waitFor(control))) return true;
    this.end(controls);
    return false;
  }

  /** Tells writers that they need not call. */
  end(controls: readonly Int32Array[]): void {
    if (!this.announced) return;
    this.announced = false;
    for (const control of controls) Atomics.store(control, R.R_SLEEPING, 0);
  }

  private waitFor(control: Int32Array): boolean {
    const seen = Atomics.load(control, R.R_WAKE);
    if (this.waiting.get(control) === seen) return true;
    const wait = (Atomics as AtomicsWithWaitAsync).waitAsync(control, R.R_WAKE, seen);
    if (!wait.async) return false;
    this.waiting.set(control, seen);
    void wait.value.then(() => {
      this.waiting.delete(control);
      this.wake();
    });
    return true;
  }

  /** Blocks this thread for `ms`, or until the ring calls; without a ring just for `ms`. */
  pause(control: Int32Array | undefined, ms: number): void {
    if (control === undefined) Atomics.wait(this.nobody, 0, 0, ms);
    else Atomics.wait(control, R.R_WAKE, Atomics.load(control, R.R_WAKE), ms);
  }
}
