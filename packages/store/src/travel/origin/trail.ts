import { isCaptured, valueToText, type Value } from '@execution-cinema/format';
import type { Origin, OriginEnd, OriginStep } from '../types.ts';

/** Where values are looked at: just after an event, as a call sees them. */
export interface Place {
  thread: number;
  event: number;
  call: number;
}

/** The way of a value from one place on: nearest step first. */
export interface Trail {
  steps: OriginStep[];
  end: OriginEnd;
  reason: string;
}

export function ends(end: OriginEnd, reason: string): Trail {
  return { steps: [], end, reason };
}

/** The trail with a step in front of it. Where the step only copies a variable, it is counted at the next one. */
export function prepend(step: OriginStep, trail: Trail, isCopy = false): Trail {
  const [next] = trail.steps;
  if (isCopy && next) return { ...trail, steps: [{ ...next, copies: next.copies + 1 }, ...trail.steps.slice(1)] };
  return { ...trail, steps: [step, ...trail.steps] };
}

/** The value of a step was computed; that it came over an await or an exception says more. */
export function markComputed(step: OriginStep): void {
  if (step.kind !== 'awaited' && step.kind !== 'thrown') step.kind = 'computed';
}

/** What a value was made of: each part is followed only when it is asked for. */
export interface Part {
  name: string;
  value: Value;
  known: boolean;
  follow(): Trail;
}

/**
 * The part that explains best why the result is what it is: the only one, or the one that is as odd as the result (not a
 * number, missing, a text among numbers). Undefined when none stands out.
 */
export function mainPart(result: Value, parts: readonly Part[]): Part | undefined {
  if (parts.length === 1) return parts[0];
  const odd = parts.filter(({ value, known }) => known && isOdd(value, result));
  return odd.length > 0 ? odd[0] : undefined;
}

function isOdd(value: Value, result: Value): boolean {
  if (value === undefined || value === null || Number.isNaN(value)) return Number.isNaN(result) || result === value;
  if (typeof result === 'string') return false;
  if (Number.isNaN(result)) return typeof value !== 'number';
  return result === value && isCaptured(value);
}

export function originOf(name: string, value: Value, trail: Trail): Origin {
  return { name, value, ...trail, filled: [] };
}

/** A value in a sentence. */
export function shown(value: Value): string {
  const text = valueToText(value, { depth: 1, objects: 5 });
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
