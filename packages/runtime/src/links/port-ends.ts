import { Returned } from '../returned.ts';
import type { PortEnd } from './link-memory.ts';

/** A BroadcastChannel's end: what it has sent itself does not reach it. */
export interface TopicEnd {
  readonly topic: string;
  readonly channel: number;
  /** Sequence of the next message that is not its own. */
  next: number;
  /** Sequences at or after `next` that it has sent. */
  readonly own: number[];
}

export type End = PortEnd | TopicEnd;

export function isTopic(end: End): end is TopicEnd {
  return 'topic' in end;
}

/** What a port is an end of, in a private field as contexts are (async/context.ts). */
class PortStamp extends Returned {
  #end: End | undefined;

  constructor(port: object, end: End | undefined) {
    super(port);
    this.#end = end;
  }

  static set(port: object, end: End | undefined): void {
    if (#end in port) port.#end = end;
    // oxlint-disable-next-line no-new -- the constructor's effect is the stamp
    else new PortStamp(port, end);
  }

  static get(port: object): End | undefined {
    return #end in port ? port.#end : undefined;
  }
}

/** Undefined for a port that is not followed: Node's own, and ours. */
export const endOf = PortStamp.get;
export const setEnd = PortStamp.set;
