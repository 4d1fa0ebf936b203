import type { DecodedEvent } from '@execution-cinema/format';

/** A shared tick is about this long; unread time beyond it lies directly before the event that saw the tick move. */
const TICK_NS = 1_000_000;

/**
 * Gives every event of a run that begins with an exact time its own time, in place. Events between two clock readings
 * happened within about one tick after the first: they are spread evenly there; what is left of the gap lies before
 * the event that read the clock. `nextNs` is a time that they do not pass: the reading after the run.
 */
function spreadTimes(run: readonly DecodedEvent[], nextNs: number): void {
  const first = run[0];
  if (!first || run.length === 1) return;
  const step = Math.max(0, Math.min(nextNs - first.timeNs, TICK_NS)) / run.length;
  for (let i = 1; i < run.length; i++) run[i]!.timeNs = Math.round(first.timeNs + step * i);
}

/**
 * Passes decoded events on with interpolated times; holds back at most the events between two clock readings.
 * `endNs`: when the last of them had happened at the latest.
 */
export function* withTimes<T extends DecodedEvent>(events: Iterable<T>, endNs: number): Generator<T> {
  let run: T[] = [];
  for (const event of events) {
    if (event.timeExact && run.length > 0) {
      spreadTimes(run, event.timeNs);
      yield* run;
      run = [];
    }
    run.push(event);
  }
  spreadTimes(run, endNs);
  yield* run;
}
