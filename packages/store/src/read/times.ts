import type { DecodedEvent } from '@execution-cinema/format';

/** A shared tick is about this long; unread time beyond it lies directly before the event that saw the tick move. */
const TICK_NS = 1_000_000;

/**
 * Gives every event of a run that begins with an exact time its own time, in place. Events between two clock readings
 * happened within about one tick after the first: they are spread evenly there; what is left of the gap lies before
 * the event that read the clock. `nextNs` is a time that they do not pass: the reading after the run.
 */
export function spreadTimes(run: readonly DecodedEvent[], nextNs: number): void {
  const first = run[0];
  if (!first || run.length === 1) return;
  const step = Math.max(0, Math.min(nextNs - first.timeNs, TICK_NS)) / run.length;
  for (let i = 1; i < run.length; i++) run[i]!.timeNs = Math.round(first.timeNs + step * i);
}
