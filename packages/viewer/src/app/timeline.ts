/* The part of the run that timelines show. */
import { effect, signal } from '@preact/signals';
import type { Span } from '@execution-cinema/server/protocol';
import { clampSpan, follow, pan, zoom } from '../model/span.ts';
import { cursor } from './cursor.ts';
import { isRunning, wholeSpan } from './session.ts';

export const viewSpan = signal<Span>({ fromNs: 0, toNs: 1_000 });
/** Stays at the newest of a running program. */
export const following = signal(false);

/** Share of the whole before which the picture still counts as showing all of it. */
const WHOLE_SHARE = 0.98;
let showsWhole = true;

export function setSpan(span: Span): void {
  const next = clampSpan(span, wholeSpan.peek());
  showsWhole = next.toNs - next.fromNs >= (wholeSpan.peek().toNs - wholeSpan.peek().fromNs) * WHOLE_SHARE;
  viewSpan.value = next;
}

export function showAll(): void {
  setSpan(wholeSpan.peek());
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
    if (showsWhole) viewSpan.value = whole;
    else if (following.value && isRunning.value) setSpan(follow(viewSpan.peek(), whole.toNs, whole));
  });
  effect(() => {
    const timeNs = cursor.value?.timeNs;
    if (timeNs !== undefined) viewSpan.value = follow(viewSpan.peek(), timeNs, wholeSpan.peek(), 0.02);
  });
}
