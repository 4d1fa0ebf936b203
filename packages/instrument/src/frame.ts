import type { FunctionInfo } from './scopes/scope.ts';

/** What is known about the function whose code is being visited. */
export interface Frame {
  readonly info: FunctionInfo;
  readonly isModule: boolean;
  /** Index in the site table; of the nearest instrumented function around when this one is not. */
  readonly index: number;
  readonly name: string;
  /** Rank in force at start. */
  readonly level: number;
  /** Highest rank of sites put in; 0 when the function is not instrumented. */
  ceiling: number;
  /** Async function or generator: the token is an object. */
  readonly suspends: boolean;
  readonly isAsyncGenerator: boolean;
  /** Our finally block ends the frame, so that a return may be left pending. */
  readonly hasFinally: boolean;
  /** Variables recorded at every level. */
  readonly captured: ReadonlySet<string>;
  /** Enclosing statements that run code after a `return` has got its value. */
  pendingDepth: number;
  /** As `pendingDepth`, where that code awaits. */
  awaitingDepth: number;
  usesPending: boolean;
  /** Insertions that are needed only if a return can be pending. */
  readonly pendingSlots: { slot: number; text: string }[];
  loopDepth: number;
  /** Counts suspensions without a visible `await`. */
  unseenSuspensions: number;
  usesOwner: boolean;
  keyDepth: number;
  keyCount: number;
}

type Fixed = Pick<
  Frame,
  'info' | 'isModule' | 'index' | 'name' | 'level' | 'ceiling' | 'suspends' | 'isAsyncGenerator' | 'hasFinally' | 'captured'
>;

export function newFrame(fixed: Fixed): Frame {
  return {
    ...fixed,
    pendingDepth: 0,
    awaitingDepth: 0,
    usesPending: false,
    pendingSlots: [],
    loopDepth: 0,
    unseenSuspensions: 0,
    usesOwner: false,
    keyDepth: 0,
    keyCount: 0,
  };
}
