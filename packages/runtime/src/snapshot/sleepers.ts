import type { Frame } from '../probes/suspendable.ts';

/** A suspended call, as the recorder is told of it. */
interface Sleeper {
  /** FUNCTION site, and site of the await or yield. */
  readonly site: number;
  readonly at: number;
  readonly call: number;
  /** Event with which it fell asleep, and when, in nanoseconds since the recording began. */
  readonly event: number;
  readonly sinceNs: number;
}

export interface Sleepers {
  /** To be called when a frame falls asleep that is not listed. */
  add(frame: Frame): void;
  /** Those that sleep now, the latest first; `total` counts the ones left out as well. */
  list(most: number): { sleepers: Sleeper[]; total: number };
}

/** Frames that are looked through at most every so many additions. */
const SWEEP_MIN = 256;
/** Frames that are followed; past this many a frame that falls asleep is not listed. */
const SLEEPERS_MAX = 100_000;

/**
 * The frames that sleep, for snapshots. Adding one costs a store, since most wake up and end before the next sweep.
 * What survives a sweep is held weakly from then on: a generator that nobody resumes, and an await of a promise that
 * nobody keeps, must not stay in memory for us. Frames hold numbers only, never a value of the program.
 */
export function createSleepers(): Sleepers {
  /** The first `youngCount` of a list that is made as long as it gets: it would grow six times. */
  let young = new List<Frame>(SWEEP_MIN);
  let youngCount = 0;
  let old: WeakRef<Frame>[] = [];
  let oldSweptAt = SWEEP_MIN;

  const isSleeping = (frame: Frame): boolean => frame.o && frame.asleep;

  const sweepOld = (): void => {
    const kept: WeakRef<Frame>[] = [];
    for (let i = 0; i < old.length; i++) {
      const frame = deref(old[i]!);
      if (frame === undefined) continue;
      if (isSleeping(frame)) kept[kept.length] = old[i]!;
      else frame.listed = false;
    }
    old = kept;
    oldSweptAt = kept.length * 2 + SWEEP_MIN;
  };

  const sweep = (): void => {
    for (let i = 0; i < youngCount; i++) {
      const frame = young[i]!;
      if (isSleeping(frame) && old.length < SLEEPERS_MAX) old[old.length] = new WeakReference(frame);
      else frame.listed = false;
    }
    young = new List<Frame>(SWEEP_MIN);
    youngCount = 0;
    if (old.length >= oldSweptAt) sweepOld();
  };

  return {
    add: (frame) => {
      frame.listed = true;
      young[youngCount++] = frame;
      if (youngCount === SWEEP_MIN) sweep();
    },
    list: (most) => {
      sweep();
      sweepOld();
      const sleepers: Sleeper[] = [];
      for (let i = old.length - 1; i >= 0 && sleepers.length < most; i--) {
        const frame = deref(old[i]!);
        if (frame === undefined) continue;
        const { site, at, call, event, sinceNs } = frame;
        sleepers[sleepers.length] = { site, at, call, event, sinceNs };
      }
      return { sleepers, total: old.length };
    },
  };
}

const WeakReference = WeakRef;
const List = Array;
const { call } = Function.prototype;
const deref = call.bind(WeakRef.prototype.deref as () => unknown) as unknown as <T extends WeakKey>(
  reference: WeakRef<T>,
) => T | undefined;
