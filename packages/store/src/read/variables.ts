import type { Value } from '@execution-cinema/format';
import type { Site } from './sites.ts';

/** The last write of a variable before some moment. */
export interface LastWrite {
  readonly value: Value;
  /** Number of the chunk in which it lies. */
  chunk: number;
  event: number;
  timeNs: number;
  site: Site;
}

/** Who owns variables: a call (variables that no closure shares), an even number, or a scope instance, an odd one. */
export type Owner = number & { readonly __owner?: never };

export function ownerOfCall(call: number): Owner {
  return call * 2;
}

export function ownerOfScope(instance: number): Owner {
  return instance * 2 + 1;
}
