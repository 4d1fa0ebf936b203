import { callSteps, type CallSteps, type Recording, type SeekLookup } from '@execution-cinema/store';
import type { Job } from './job.ts';

/** Steps of a call that pictures of its source are made from; those around the moment when there are more. */
const STEPS_MAX = 20_000;
const CACHE_COUNT = 12;

/** A call that goes on for long is read so long; what lies further away is left out. */
const BLINK_MS = 8;
const PATIENT_MS = 600;

/** Where to find steps. */
export interface StepsSource {
  recording: Recording;
  index: SeekLookup;
}

/** What calls did, remembered: the cursor mostly moves within the same few calls. */
export class StepsCache {
  private readonly known = new Map<string, { steps: CallSteps; isPatient: boolean }>();

  /**
   * Steps of a call, all of them or those around an event; impatiently, those that are found within a blink. Which event it
   * began with need not be known.
   */
  get(
    { recording, index }: StepsSource,
    name: { thread: number; call: number; begin?: number | undefined },
    around: number | undefined,
    job: Job,
    isPatient = true,
  ): CallSteps {
    const key = `${name.thread}:${name.call}`;
    const known = this.known.get(key);
    if (known && covers(known.steps, around, known.isPatient || !isPatient)) {
      this.known.delete(key);
      this.known.set(key, known);
      return known.steps;
    }
    const endMs = performance.now() + (isPatient ? PATIENT_MS : BLINK_MS);
    const found = callSteps(recording, name.thread, name.call, {
      limit: STEPS_MAX,
      index,
      goOn: () => {
        job.checkpoint();
        return performance.now() < endMs;
      },
      ...(around !== undefined && { around }),
      ...(name.begin !== undefined && { begin: name.begin }),
    });
    if (this.known.size >= CACHE_COUNT) this.known.delete(this.known.keys().next().value!);
    this.known.set(key, { steps: found, isPatient });
    return found;
  }

  clear(): void {
    this.known.clear();
  }
}

function covers({ steps, before, after }: CallSteps, event: number | undefined, isEnough: boolean): boolean {
  if (!before && !after) return true;
  if (event === undefined || !isEnough) return false;
  const first = steps[0]?.event ?? Infinity;
  const last = steps.at(-1)?.event ?? -Infinity;
  // Near an end that is not the call's own, there is more to be seen beyond it.
  const margin = (last - first) / 8;
  return event >= first + (before ? margin : 0) && event <= last - (after ? margin : 0);
}
