import type { EventScanner } from '@execution-cinema/format';
import { lastBelow } from './search.ts';

/** A shared tick is about this long; unread time beyond it lies directly before the event that saw the tick move. */
const TICK_NS = 1_000_000;

/**
 * Times of the events of one chunk. Events between two clock readings happened within about one tick after the first:
 * they are spread evenly there; what is left of the gap lies before the event that read the clock.
 */
export class Timeline {
  /** Per run of events that begins with a clock reading (or with the chunk): its first event and that reading. */
  private readonly starts: number[] = [];
  private readonly timesNs: number[] = [];
  private ends = 0;
  private endNs = 0;
  private run = 0;

  /** To be called with the first event of the chunk and every one that read the clock, in order; others change nothing. */
  note(scanner: EventScanner): void {
    if (scanner.timePoint || this.starts.length === 0) this.add(scanner.event, scanner.timeNs);
  }

  /** The same for an event that is known to be such a one. */
  add(event: number, timeNs: number): void {
    this.starts.push(event);
    this.timesNs.push(timeNs);
  }

  /** What was noted: events, and their times. */
  points(): { starts: readonly number[]; timesNs: readonly number[] } {
    return { starts: this.starts, timesNs: this.timesNs };
  }

  /** After the last event. `endEvent`: its number plus one; `endNs`: when that had happened at the latest. */
  end(endEvent: number, endNs: number): this {
    this.ends = endEvent;
    this.endNs = endNs;
    return this;
  }

  /** Number of the event after the last one. */
  get endEvent(): number {
    return this.ends;
  }

  /** Time of an event, nanoseconds since the recording began. Fast for events asked in order. */
  at(event: number): number {
    const { starts, timesNs } = this;
    if (!this.isInRun(event, this.run)) {
      const next = this.run + 1;
      this.run = this.isInRun(event, next) ? next : Math.max(0, lastBelow(starts, event + 1));
    }
    const { run } = this;
    const start = starts[run] ?? 0;
    const timeNs = timesNs[run] ?? 0;
    if (event === start) return timeNs;
    const isLast = run + 1 === starts.length;
    const nextNs = isLast ? this.endNs : timesNs[run + 1]!;
    const count = (isLast ? this.ends : starts[run + 1]!) - start;
    const spanNs = Math.max(0, Math.min(nextNs - timeNs, TICK_NS));
    return Math.round(timeNs + (spanNs / count) * (event - start));
  }

  /** The last event before a time; one below the first event when there is none. */
  lastBefore(timeNs: number): number {
    const { starts, timesNs } = this;
    const run = lastBelow(timesNs, timeNs);
    if (run < 0) return (starts[0] ?? 0) - 1;
    let low = starts[run]!;
    let high = run + 1 === starts.length ? this.ends : starts[run + 1]!;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.at(middle) < timeNs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The last event at or before a time, undefined when all are later. */
  lastAt(timeNs: number): number | undefined {
    // Times are whole nanoseconds.
    const event = this.lastBefore(Math.floor(timeNs) + 1);
    return event < (this.starts[0] ?? 0) ? undefined : event;
  }

  private isInRun(event: number, run: number): boolean {
    const { starts } = this;
    return run < starts.length && event >= starts[run]! && (run + 1 === starts.length || event < starts[run + 1]!);
  }
}
