import type { Value } from '@execution-cinema/format';
import type { ChunkView, LazyEvent } from './chunk-view.ts';

/** The last write of a variable before some moment, decoded when its value is asked for. */
export class LastWrite {
  /** Number of the chunk in which it lies. */
  readonly chunk: number;
  private readonly source: LazyEvent;

  /** `at`: its event by number from the first one of the chunk. */
  constructor(view: ChunkView, at: number) {
    this.chunk = view.header.chunk;
    this.source = view.event(at);
  }

  get event(): number {
    return this.source.event;
  }

  get timeNs(): number {
    return this.source.timeNs;
  }

  get value(): Value {
    return this.source.values[0];
  }
}

/** Who owns variables: a call (variables that no closure shares), an even number, or a scope instance, an odd one. */
export type Owner = number & { readonly __owner?: never };

export function ownerOfCall(call: number): Owner {
  return call * 2;
}

export function ownerOfScope(instance: number): Owner {
  return instance * 2 + 1;
}
