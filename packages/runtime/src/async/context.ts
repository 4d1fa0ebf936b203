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

/*
 * Contexts lie in private fields, like identity in capture/identity.ts: nothing of the program can see them. Promises and
 * ticks are made most often and each kind looks alike, so each has a class of its own, whose code V8 compiles for that shape.
 */

class Stamp extends Returned {
  #context: Context;

  constructor(target: object, context: Context) {
    super(target);
    this.#context = context;
  }

  static set(target: object, context: Context): void {
    if (#context in target) target.#context = context;
    // oxlint-disable-next-line no-new -- the constructor's effect is the stamp
    else new Stamp(target, context);
  }

  static get(target: object): Context | undefined {
    return #context in target ? target.#context : undefined;
  }
}

class PromiseStamp extends Returned {
  #context: Context;

  constructor(promise: object, context: Context) {
    super(promise);
    this.#context = context;
  }

  static add(promise: object, context: Context): void {
    // oxlint-disable-next-line no-new -- the constructor's effect is the stamp
    new PromiseStamp(promise, context);
  }

  static get(promise: object): Context | undefined {
    return #context in promise ? promise.#context : undefined;
  }
}

class TickStamp extends Returned {
  #context: Context;

  constructor(tick: object, context: Context) {
    super(tick);
    this.#context = context;
  }

  static add(tick: object, context: Context): void {
    // oxlint-disable-next-line no-new -- the constructor's effect is the stamp
    new TickStamp(tick, context);
  }

  static get(tick: object): Context | undefined {
    return #context in tick ? tick.#context : undefined;
  }
}

/** For a promise that has no context yet: throws TypeError when it has. */
export const addPromiseContext = PromiseStamp.add;
export const contextOfPromise = PromiseStamp.get;
/** For a tick that has no context yet: throws TypeError when it has. */
export const addTickContext = TickStamp.add;
/** Replaces the context of another resource that may have one. */
export const setContext = Stamp.set;
/** What was set, or the context of a tick. */
export function contextOfResource(resource: object): Context | undefined {
  return Stamp.get(resource) ?? TickStamp.get(resource);
}
