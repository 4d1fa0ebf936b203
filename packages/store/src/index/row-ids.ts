import { callId, isCaptured, K, type Value } from '@execution-cinema/format';
import type { Site } from '../read/sites.ts';
import { FUNCTIONS_PER_MODULE, SITES_PER_MODULE } from './sidecar-schema.ts';

export function functionId(site: Site): number {
  return site.module.id * FUNCTIONS_PER_MODULE + site.functionIndex;
}

export function siteId(site: Site): number {
  return site.module.id * SITES_PER_MODULE + site.index;
}

/** Column `correlation_id`: the call at the root of the chain, or a negative number for a named correlation. */
export function correlationId(thread: number, correlation: number): number | null {
  if (correlation === 0) return null;
  const named = correlation - K.NAMED_CORRELATION_FIRST;
  return named >= 0 ? -callId(thread, named) : callId(thread, correlation);
}

/** The number in events that a `correlation_id` of the same thread stands for. */
export function correlationNumber(thread: number, id: number): number {
  const first = callId(thread, 0);
  return id < 0 ? -id - first + K.NAMED_CORRELATION_FIRST : id - first;
}

/** Identity of an object, or null. */
export function objectId(thread: number, value: Value): number | null {
  return isCaptured(value) && value.id !== 0 ? callId(thread, value.id) : null;
}

/** See sidecar-schema.ts. */
export function exceptionId(thread: number, value: Value, event: number): number {
  return callId(thread, isCaptured(value) && value.id !== 0 ? value.id * 2 : event * 2 + 1);
}
