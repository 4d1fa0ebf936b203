import type { FunctionInfo } from './scopes/scope.ts';

/** What is fixed about a function when its visit begins. */
export interface FrameFacts {
  readonly info: FunctionInfo;
  readonly isModule: boolean;
  /** Index in the site table; of the nearest instrumented function around when this one is not. */
  readonly index: number;
  readonly name: string;
  /** Rank in force at start. */
  readonly level: number;
  /** Highest rank of sites put in; 0 when the function is not instrumented. */
  readonly ceiling: number;
  /** Async function or generator: the token is an object. */
  readonly suspends: boolean;
  readonly isAsyncGenerator: boolean;
  /** Our finally block ends the frame, so that a return may be left pending. */
  readonly hasFinally: boolean;
  /** Variables recorded at every level. */
  readonly captured: ReadonlySet<string>;
}

/** What is known about the function whose code is being visited. */
export class Frame {
  readonly info: FunctionInfo;
  readonly isModule: boolean;
  readonly index: number;
  readonly name: string;
  readonly level: number;
  ceiling: number;
  readonly suspends: boolean;
  readonly isAsyncGenerator: boolean;
  readonly hasFinally: boolean;
  readonly captured: ReadonlySet<string>;
  /** Enclosing statements that run code after a `return` has got its value. */
  pendingDepth = 0;
  /** As `pendingDepth`, where that code awaits. */
  awaitingDepth = 0;
  /** In the target of a `for await`, which is evaluated when the awaited value is there. */
  inAwaitedHead = false;
  usesPending = false;
  /** Insertions that are needed only if a return can be pending. */
  readonly pendingSlots: { slot: number; text: string }[] = [];
  loopDepth = 0;
  /** Counts suspensions without a visible `await`. */
  unseenSuspensions = 0;
  usesOwner = false;
  keyDepth = 0;
  keyCount = 0;

  constructor(facts: FrameFacts) {
    this.info = facts.info;
    this.isModule = facts.isModule;
    this.index = facts.index;
    this.name = facts.name;
    this.level = facts.level;
    this.ceiling = facts.ceiling;
    this.suspends = facts.suspends;
    this.isAsyncGenerator = facts.isAsyncGenerator;
    this.hasFinally = facts.hasFinally;
    this.captured = facts.captured;
  }
}
