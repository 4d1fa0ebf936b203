import type { Span } from '@execution-cinema/server/protocol';

/** No picture is narrower than this. */
export const SPAN_MIN_NS = 200;

export function lengthOf(span: Span): number {
  return span.toNs - span.fromNs;
}

/** Keeps a span inside the whole; one that is too long becomes the whole. */
export function clampSpan(span: Span, whole: Span): Span {
  const length = Math.max(SPAN_MIN_NS, Math.min(lengthOf(span), Math.max(SPAN_MIN_NS, lengthOf(whole))));
  const fromNs = Math.max(whole.fromNs, Math.min(span.fromNs, whole.toNs - length));
  return { fromNs, toNs: fromNs + length };
}

/** Makes a span `factor` times as long; the point at `centreNs` stays where it is on the screen. */
export function zoom(span: Span, factor: number, centreNs: number, whole: Span): Span {
  const length = Math.max(SPAN_MIN_NS, lengthOf(span) * factor);
  const share = lengthOf(span) > 0 ? (centreNs - span.fromNs) / lengthOf(span) : 0.5;
  const fromNs = centreNs - length * share;
  return clampSpan({ fromNs, toNs: fromNs + length }, whole);
}

/** Moves a span by a share of its length. */
export function pan(span: Span, share: number, whole: Span): Span {
  const by = lengthOf(span) * share;
  return clampSpan({ fromNs: span.fromNs + by, toNs: span.toNs + by }, whole);
}

/** The same length with the time in it, moved no further than needed; `margin` is the share kept free at the edges. */
export function follow(span: Span, timeNs: number, whole: Span, margin = 0.1): Span {
  const edge = lengthOf(span) * margin;
  if (timeNs >= span.fromNs + edge && timeNs <= span.toNs - edge) return span;
  if (timeNs >= span.fromNs && timeNs <= span.toNs && (span.fromNs <= whole.fromNs || span.toNs >= whole.toNs))
    return span;
  const fromNs = timeNs - lengthOf(span) / 2;
  return clampSpan({ fromNs, toNs: fromNs + lengthOf(span) }, whole);
}

/** A span with air round it, for `F`: a call fills most of the picture. */
export function around(fromNs: number, toNs: number, whole: Span): Span {
  const air = Math.max(SPAN_MIN_NS, (toNs - fromNs) * 0.08);
  return clampSpan({ fromNs: fromNs - air, toNs: toNs + air }, whole);
}

/**
 * The span that is asked for when this one is to be shown: wider, on a grid of its own level of detail, so that small
 * moves are answered from what is there already.
 */
export function tileOf(span: Span, whole: Span): Span {
  const length = Math.max(lengthOf(span), SPAN_MIN_NS);
  const level = 2 ** Math.ceil(Math.log2(length));
  const fromNs = Math.floor((span.fromNs - level / 2) / (level / 2)) * (level / 2);
  return {
    fromNs: Math.max(whole.fromNs, fromNs),
    toNs: Math.min(Math.max(whole.toNs, span.toNs), fromNs + level * 2.5),
  };
}

export function contains(outer: Span, inner: Span): boolean {
  return outer.fromNs <= inner.fromNs && outer.toNs >= inner.toNs;
}

export function xOf(timeNs: number, span: Span, width: number): number {
  return ((timeNs - span.fromNs) / Math.max(1, lengthOf(span))) * width;
}

export function timeOf(x: number, span: Span, width: number): number {
  return span.fromNs + (x / Math.max(1, width)) * lengthOf(span);
}

/** Share of the run that is kept free before its first event. */
const LEAD_SHARE = 0.01;

/** The whole run, from the start of the first process. */
export function spanOfThreads(threads: readonly { last: { timeNs: number } | null }[], durationNs: number): Span {
  return {
    fromNs: 0,
    toNs: threads.reduce((to, { last }) => Math.max(to, last?.timeNs ?? 0), Math.max(1_000, durationNs)),
  };
}

/** From shortly before the first event on: what comes before is Node itself. */
export function spanOfEvents(whole: Span, beginNs: number | null): Span {
  if (beginNs === null || beginNs >= whole.toNs) return whole;
  return clampSpan({ fromNs: beginNs - (whole.toNs - beginNs) * LEAD_SHARE, toNs: whole.toNs }, whole);
}

/** Whether a picture of the one is as good as one of the other. */
export function isNearly(a: Span, b: Span): boolean {
  const tolerance = lengthOf(b) * NEAR_SHARE;
  return Math.abs(a.fromNs - b.fromNs) <= tolerance && Math.abs(a.toNs - b.toNs) <= tolerance;
}

const NEAR_SHARE = 0.01;

export function union(a: Span, b: Span): Span {
  return { fromNs: Math.min(a.fromNs, b.fromNs), toNs: Math.max(a.toNs, b.toNs) };
}
