import { ceil, now, round } from '../primordials.ts';

/** The clock of one thread on the time line that all processes of a recording share. */
export interface Clock {
  /** Whole nanoseconds since the recording began; not below 0. */
  nowNs(): number;
  /** By how much times of different threads may be off against each other, nanoseconds. */
  readonly errorNs: number;
}

/** Pairs of readings taken to place this thread's own clock on the shared one; the closest pair counts. */
const CALIBRATION_PAIRS = 8;

/**
 * `originHrtimeNs` is the reading of `process.hrtime` at which the recording began. `performance.now` counts on the same
 * clock of the system from another origin and is cheaper to read, so the distance of the origins is measured once.
 */
export function createClock(originHrtimeNs: bigint, hrtimeNs: () => bigint = process.hrtime.bigint): Clock {
  let offsetNs = 0;
  let errorNs = Number.POSITIVE_INFINITY;
  for (let pair = 0; pair < CALIBRATION_PAIRS; pair++) {
    const beforeNs = now() * 1e6;
    const sharedNs = Number(hrtimeNs() - originHrtimeNs);
    const afterNs = now() * 1e6;
    if (afterNs - beforeNs >= errorNs) continue;
    errorNs = afterNs - beforeNs;
    offsetNs = sharedNs - (beforeNs + afterNs) / 2;
  }
  return {
    nowNs: () => {
      const timeNs = round(now() * 1e6 + offsetNs);
      return timeNs > 0 ? timeNs : 0;
    },
    errorNs: ceil(errorNs),
  };
}
