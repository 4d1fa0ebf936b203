import { callSteps, type CallSteps, type Recording, type SeekLookup } from '@execution-cinema/store';
import type { Job } from './job.ts';

/** Steps of a call that pictures of its source are made from; those around the moment when there are more. */
const STEPS_MAX = 20_000;
const CACHE_COUNT = 12;

/** A call that goes on for long is read so long; what lies further away is left out. */
const TIME_LIMIT_MS = 150;

/** Where to find steps. */
export interface StepsSource {
  recording: Recording;
  index: SeekLookup;
}

/** What calls did, remembered: the cursor mostly moves within the same few calls. */
export class StepsCache {
  private readonly known = new Map<string, CallSteps>();

  /** Steps of a call, all of them or those around an event. */
  get(
    { recording, index }: StepsSource,
    name: { thread: number; call: number },
    around: number | undefined,
    job: Job,
  ): CallSteps {
    const key = `${name.thread}:${name.call}`;
    const known = this.known.get(key);
    if (known && covers(known, around)) {
      this.known.delete(key);
      this.known.set(key, known);
      return known;
    }
    const endMs = performance.now() + TIME_LIMIT_MS;
    const found = callSteps(recording, name.thread, name.call, {
      limit: STEPS_MAX,
      index,
      goOn: () => {
        job.checkpoint();
        return performance.now() < endMs;
      },
      ...(around !== undefined && { around }),
    });
    if (this.known.size >= CACHE_COUNT) this.known.delete(this.known.keys().next().value!);
    this.known.set(key, found);
    return found;
  }

  clear(): void {
    this.known.clear();
  }
}

function covers({ steps, before, after }: CallSteps, event: number | undefined): boolean {
  if (!before && !after) return true;
  if (event === undefined) return false;
  const first = steps[0]?.event ?? Infinity;
  const last = steps.at(-1)?.event ?? -Infinity;
  // Near an end that is not the call's own, there is more to be seen beyond it.
  const margin = (last - first) / 8;
  return event >= first + (before ? margin : 0) && event <= last - (after ? margin : 0);
}
