import { isCaptured, typeOfValue, type DecodedEvent, type Value } from '@execution-cinema/format';
import type { Database } from '../driver/index.ts';
import type { Frame } from '../read/replay.ts';
import { exceptionId } from './row-ids.ts';
import { plainText } from './value-text.ts';

/** An exception on its way up the stack. */
export interface InFlight {
  /** Its row; null until a `catch` shows what was thrown (code that is not instrumented threw it). */
  id: number | null;
  /** Calls that it ended and whose rows do not name it yet. */
  ended: number[];
}

/** Errors come up in a promise: who called the function does not see them on the stack. */
const PROMISE_KINDS = /^async/;

/** Which frame an exception is in that nobody on the stack took: it may still be reported as uncaught. */
const OUTSIDE = 0;

/**
 * Rows of `exceptions`, and which exception ended which call. One row per error object: thrown, rethrown, caught. An
 * exception in flight is known by the call that it is passing through, so that what a `finally` block runs meanwhile,
 * or an earlier error that somebody swallowed, is not mistaken for it.
 */
export class ExceptionRows {
  private readonly thread: number;
  private readonly insert;
  private readonly setStack;
  private readonly setCaught;
  private readonly setOfCall: (call: number, exception: number) => void;
  private inFlight = new Map<number, InFlight>();

  /** `setOfCall` is told which exception ended a call that has ended before it was known. */
  constructor(db: Database, thread: number, setOfCall: (call: number, exception: number) => void) {
    this.thread = thread;
    this.setOfCall = setOfCall;
    this.insert = db.prepare(
      `INSERT INTO exception_rows VALUES(?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL) ON CONFLICT(id) DO UPDATE SET
         call_id = excluded.call_id, event = excluded.event, time_ns = excluded.time_ns, name = excluded.name,
         message = excluded.message WHERE excluded.event <= event`,
    );
    this.setStack = db.prepare(
      'UPDATE exception_rows SET stack = ?, stack_event = ? WHERE id = ? AND coalesce(stack_event, -1) < ?',
    );
    this.setCaught = db.prepare(
      'UPDATE exception_rows SET caught = ?, caught_event = ? WHERE id = ? AND coalesce(caught_event, -1) < ?',
    );
  }

  /** What has to be known at the start of the next chunk. */
  carry(): [call: number, inFlight: InFlight][] {
    return [...this.inFlight];
  }

  restore(carry: readonly [call: number, inFlight: InFlight][]): void {
    this.inFlight = new Map(carry);
  }

  /** Something was thrown by recorded code. */
  thrown(value: Value, event: DecodedEvent, frame: Frame | undefined, callRow: number | null): void {
    const id = this.row(value, event, callRow);
    if (frame) this.inFlight.set(frame.call, { id, ended: [] });
  }

  /** Something was caught, or reported as uncaught (`caught` false). */
  seen(value: Value, event: DecodedEvent, frame: Frame | undefined, callRow: number | null, caught: boolean): void {
    const id = this.row(value, event, callRow);
    this.setCaught.run(caught ? 1 : 0, event.event, id, event.event);
    const at = caught ? (frame?.call ?? OUTSIDE) : OUTSIDE;
    for (const call of this.inFlight.get(at)?.ended ?? []) this.setOfCall(call, id);
    this.inFlight.delete(at);
  }

  /**
   * A call ended: by an exception (`threw`) or not. Returns the exception's row if it is known by now. `caller` is the
   * frame on top after it.
   */
  ended(frame: Frame, threw: boolean, caller: Frame | undefined, callRow: number): number | null {
    const own = this.inFlight.get(frame.call);
    this.inFlight.delete(frame.call);
    if (!threw) return null;
    const next = own ?? { id: null, ended: [] };
    if (next.id === null) next.ended.push(callRow);
    if (PROMISE_KINDS.test(frame.site?.function.kind ?? '')) return next.id;
    this.inFlight.set(caller?.call ?? OUTSIDE, next);
    return next.id;
  }

  private row(value: Value, event: DecodedEvent, callRow: number | null): number {
    const id = exceptionId(this.thread, value, event.event);
    const { name, message, stack } = errorParts(value);
    this.insert.run(id, callRow, this.thread, event.event, event.timeNs, name, message);
    // Stacks are read at the end of an error's way, its row tells of the beginning.
    if (stack !== null) this.setStack.run(stack, event.event, id, event.event);
    return id;
  }
}

function errorParts(value: Value): { name: string; message: string; stack: string | null } {
  if (isCaptured(value) && value.type === 'error') {
    const stack = value.stack === undefined ? null : plainText(value.stack);
    return { name: value.name, message: plainText(value.message), stack };
  }
  return { name: typeOfValue(value), message: plainText(value), stack: null };
}
