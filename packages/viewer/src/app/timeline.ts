/* The part of the run that timelines show. */
import { computed, effect, signal } from '@preact/signals';
import type { Span } from '@execution-cinema/server/protocol';
import { clampSpan, follow, isNearly, pan, union, zoom } from '../model/span.ts';
import { cursor } from './cursor.ts';
import { eventSpan, isRunning, wholeSpan } from './session.ts';

export const viewSpan = signal<Span>({ fromNs: 0, toNs: 1_000 });
/** Stays at the newest of a running program. */
export const following = signal(false);

/** What the film strip shows: all events, and what is looked at before them. */
export const filmSpan = computed<Span>(() => union(eventSpan.value, viewSpan.value));

/** What the picture shows all of, and goes on showing while it grows. */
let shownWhole: 'events' | 'run' | null = 'events';

export function setSpan(span: Span): void {
  const next = clampSpan(span, wholeSpan.peek());
  shownWhole = isNearly(next, eventSpan.peek()) ? 'events' : isNearly(next, wholeSpan.peek()) ? 'run' : null;
  viewSpan.value = next;
}

export function showEvents(): void {
  setSpan(eventSpan.peek());
}

/** Everything that happened; when that is in the picture already, also the time before it. */
export function showAll(): void {
  if (isNearly(viewSpan.peek(), eventSpan.peek())) setSpan(wholeSpan.peek());
  else showEvents();
}

export function zoomBy(factor: number, centreNs?: number): void {
  const span = viewSpan.peek();
  const at = cursor.peek()?.timeNs;
  const isVisible = at !== undefined && at >= span.fromNs && at <= span.toNs;
  const centre = centreNs ?? (isVisible ? at : (span.fromNs + span.toNs) / 2);
  setSpan(zoom(span, factor, centre, wholeSpan.peek()));
}

export function panBy(share: number): void {
  setSpan(pan(viewSpan.peek(), share, wholeSpan.peek()));
}

/** Keeps the cursor in the picture, and the whole in it while the whole grows. */
export function followTimeline(): void {
  effect(() => {
    const whole = wholeSpan.value;
    if (shownWhole === 'events') viewSpan.value = eventSpan.value;
    else if (shownWhole === 'run') viewSpan.value = whole;
    else if (following.value && isRunning.value) setSpan(follow(viewSpan.peek(), whole.toNs, whole));
  });
  effect(() => {
    const timeNs = cursor.value?.timeNs;
    if (timeNs !== undefined) viewSpan.value = follow(viewSpan.peek(), timeNs, wholeSpan.peek(), 0.02);
  });
}
