import { Returned } from '../returned.ts';

/*
 * Who caused what. Every resource that the program schedules (timer, tick, promise, handle) carries the context in which
 * it was made: the call on top at that moment and its correlation. When a call later begins from the event loop, the
 * resource then executing tells its cause.
 */

export interface Context {
  /** Call that did the scheduling; 0 when none was on the stack. */
  readonly call: number;
  readonly correlation: number;
  /** Index into CAUSE_CODES: how it was scheduled. */
  readonly code: number;
}

/** Context of a resource in a private field, like identity in capture/identity.ts: nothing of the program can see it. */
class Stamp extends Returned {
  #context: Context;

  constructor(target: object, context: Context) {
    super(target);
    this.#context = context;
  }

  static add(target: object, context: Context): void {
    // oxlint-disable-next-line no-new -- the constructor's effect is the stamp
    new Stamp(target, context);
  }

  static set(target: object, context: Context): void {
    if (#context in target) target.#context = context;
    else Stamp.add(target, context);
  }

  static get(target: object): Context | undefined {
    return #context in target ? target.#context : undefined;
  }
}

/** For an object that has no context yet: throws TypeError when it has. */
export const addContext = Stamp.add;
/** Replaces the context of an object that may have one. */
export const setContext = Stamp.set;
export const contextOf = Stamp.get;
