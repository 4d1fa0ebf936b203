/** Events that are looked at one after the other. */
const STRETCH = 256;
/** Once so many were looked at, one stretch in so many is. */
const THINNING: readonly (readonly [events: number, oneIn: number])[] = [
  [5_000, 4],
  [10_000, 16],
  [15_000, 64],
];

/**
 * Chooses the events of an interval that are looked at: all of the first ones, then stretches further and further apart, so
 * that some twenty thousand stand for twenty times as many. One stretch alone would not do: a program does other things a
 * millisecond later.
 */
export class Sampling {
  private events = 0;
  private stretchLeft = STRETCH;
  private gapLeft = 0;
  /** How many events the one that is looked at stands for. */
  weight = 1;

  /** Whether the next event is looked at. */
  next(): boolean {
    if (this.stretchLeft === 0) {
      if (this.gapLeft > 0) {
        this.gapLeft--;
        return false;
      }
      this.weight = THINNING.findLast(([events]) => this.events >= events)?.[1] ?? 1;
      this.stretchLeft = STRETCH;
      this.gapLeft = STRETCH * (this.weight - 1);
    }
    this.stretchLeft--;
    this.events++;
    return true;
  }
}
