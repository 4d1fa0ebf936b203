/*
 * Event words. A thread's stream is a sequence of 32-bit words. Every event begins with a header word:
 *
 *     bits 0-7   kind      (this file)
 *     bits 8-31  payload   (24 bits; a thread-wide site id unless the table says otherwise)
 *
 * and is followed by operand words; `V` below is one encoded value (value-tags.ts), `u32` one word, `u53` two words
 * (low, high). `s24` is the payload read as a signed number.
 *
 * Kinds below FIRST_EVENT_KIND are not events: they qualify the event that follows and have no sequence number.
 * A reader that meets an unknown kind must stop in that chunk and say so.
 * New kind? Update the runtime's writer, `decode-events.ts`, `skip.ts`, docs/SCHEMA.md and raise FORMAT_VERSION.
 */
import { OBJECT_REF_SHORT } from './value-tags.ts';

/** No more words in this fragment (also what zeroed memory reads as). */
export const END = 0x00;
/** payload = nanoseconds since the last time point; the event that follows happened at this time. */
export const TIME_SHORT = 0x01;
/** u53 nanoseconds since the last time point. */
export const TIME_LONG = 0x02;
/**
 * payload = cause code (`CAUSE_*`); u53 call that caused the next ENTER or RESUME (0 unknown); u53 correlation. Before a SEND
 * or REQUEST_START outside of all frames: on whose behalf the event loop does that.
 */
export const CAUSE = 0x03;

export const FIRST_EVENT_KIND = 0x10;

/** ENTER_0 + argc, argc 0..14: payload = function site; argc x V. Pushes a frame; its call number is the next one. */
export const ENTER_0 = 0x10;
export const ENTER_INLINE_ARGUMENTS_MAX = 14;
/** u32 argc; argc x V. */
export const ENTER_MANY = 0x1f;

/** V: the frame on top returned this value. */
export const LEAVE_VALUE = 0x20;
export const LEAVE_UNDEFINED = 0x21;
/** s24: the frame on top returned this small integer. */
export const LEAVE_SMI = 0x22;
/** The frame on top ended by an exception. */
export const LEAVE_THROW = 0x23;
/** The frame on top returned the value of its last RETURN_VALUE. */
export const LEAVE_PENDING = 0x24;
/** payload = number of frames on top that ended without running their `finally` (vm timeout, stack overflow). */
export const UNWIND = 0x25;
/** V: a `return` whose frame still has to run `finally` blocks or close an iterator. */
export const RETURN_VALUE = 0x26;
/** The frame on top is a generator that was closed at a `yield` by `return()` (or, not told apart, `throw()`). */
export const LEAVE_CLOSED = 0x27;
/** payload = site of the await or other suspension; the frame on top is popped and sleeps. */
export const SUSPEND = 0x28;
/** As SUSPEND, with V = the value handed out (`yield`). */
export const SUSPEND_VALUE = 0x29;
/** payload = function site; u53 call: a sleeping frame is pushed again. */
export const RESUME = 0x2a;
/** payload = site of the suspension; V = what the await or yield evaluated to. */
export const RESUME_VALUE = 0x2b;

/**
 * LEAVE_SHORT + tag: the frame on top returned the value whose only word this is, but for the bit that LEAVE_SHORT sets. Read
 * as a LEAVE_VALUE whose operands begin at its own head. Small integers and `undefined` have kinds of their own.
 */
export const LEAVE_SHORT = 0x80;
/** With the last of the value tags. */
const LEAVE_SHORT_LAST = LEAVE_SHORT + OBJECT_REF_SHORT;

/** Kind of the event with this head; LEAVE_VALUE for all that LEAVE_SHORT stands for. */
export function kindOf(head: number): number {
  const kind = head & 0xff;
  return kind >= LEAVE_SHORT && kind <= LEAVE_SHORT_LAST ? LEAVE_VALUE : kind;
}

/** First operand word of the event whose head stands at `at`. */
export function operandsOf(head: number, at: number): number {
  return (head & LEAVE_SHORT) === 0 ? at + 1 : at;
}

/** What readers know as the payload of the event with this head: 0 where its bits say something else. */
export function payloadOf(head: number): number {
  return (head & LEAVE_SHORT) !== 0 || (head & 0xff) === SCOPE_LINK ? 0 : head >>> 8;
}

/** Instance that a SCOPE_LINK names, whose operands would begin at `operands`. */
export function linkedInstance(words: Int32Array, operands: number): number {
  const inline = words[operands - 1]! >>> 8;
  return inline !== 0 ? inline : words[operands]! >>> 0;
}

/** payload = write site; V: a variable of the frame on top. */
export const WRITE = 0x30;
/** payload = write site; u32 scope instance; V: a variable of a scope that closures share. */
export const WRITE_SCOPED = 0x31;
/** payload = scope site; u32 parent instance (0 none). The new instance is the next scope number. */
export const SCOPE_OPEN = 0x32;
/** payload = scope site; u32 parent instance; u32 instance copied from: the next iteration of a `for (let ...)`. */
export const SCOPE_COPY = 0x33;
/** payload = write site; V owner; V value: `owner.name = value`, the name stands in the site. */
export const PROPERTY = 0x34;
/** payload = write site; V owner; V key; V value. */
export const PROPERTY_COMPUTED = 0x35;
/**
 * payload = instance if it fits, else 0 and u32 instance: the innermost shared scope that the frame on top closes over. It may
 * follow the frame's own SCOPE_OPEN.
 */
export const SCOPE_LINK = 0x36;
/** Largest instance that the payload can name. */
export const LINK_INLINE_MAX = 0xffffff;
/** payload = site; V owner; V key. */
export const PROPERTY_DELETE = 0x37;
/**
 * payload = mutation site; u32 operation (bits 0-7, `MUTATE_*`) and number of values (8-31); u32 length or size after it;
 * V owner; values. A built-in method has changed a built-in array, Map or Set.
 */
export const MUTATION = 0x38;

/** The owner's content, taken after the call, is all that is said. */
export const MUTATE_CONTENT = 0;
/** Values: what was appended. */
export const MUTATE_PUSH = 1;
export const MUTATE_POP = 2;
/** Values: what was put in front. */
export const MUTATE_UNSHIFT = 3;
export const MUTATE_SHIFT = 4;
/** Values: key and value of a Map. */
export const MUTATE_SET = 5;
/** Values: the new member of a Set. */
export const MUTATE_ADD = 6;
/** Values: the key or member that is gone. */
export const MUTATE_DELETE = 7;

/** payload = expression site; V. */
export const EXPRESSION = 0x40;
/** payload = throw site; V. */
export const THROW = 0x41;
/** payload = catch site; V. */
export const CATCH = 0x42;
/** payload = site of `super(...)`; V = `this` from here on. */
export const THIS = 0x43;
/** payload = stream (1 stdout, 2 stderr); V text. */
export const LOG = 0x44;
/** payload = inject site; V text of a log line asked for by the plan. */
export const LOG_INJECTED = 0x45;
/** payload = origin (0 uncaught exception, 1 unhandled rejection); V. */
export const UNCAUGHT = 0x46;
/**
 * payload = direction (0 incoming, 1 outgoing); u32 request number of this thread; V method; V url.
 * Calls that serve an incoming request have correlation NAMED_CORRELATION_FIRST + its number.
 */
export const REQUEST_START = 0x47;
/** payload = 0; u32 request number; V status (number, or the error). */
export const REQUEST_END = 0x48;
/** V name; V data: `mark()` of the api. */
export const MARK = 0x49;
/**
 * payload = site; u32 count; V first; V last; V min; V max: what a degraded site saw since its last aggregate. Objects are
 * named only, most of them `object`.
 */
export const AGGREGATE = 0x4a;
/**
 * u53 correlation; V its name: `withCorrelation()` or a request. Stated once in each chunk that uses it, before that (a
 * request's not where it begins: REQUEST_START says the same); calls belong to it by the CAUSE before their ENTER, the call
 * on top does not.
 */
export const CORRELATION = 0x4b;

/**
 * payload = index into LINK_KINDS; u53 channel; u53 sequence: something goes to another thread or process. Channel and
 * sequence are those of its RECEIVE and of no other event; a SEND that is repeated with both replaces one that failed.
 */
export const SEND = 0x50;
/**
 * payload = index into LINK_KINDS; u53 channel; u53 sequence; u32 number: it has arrived. What the event loop calls for it
 * has correlation NAMED_CORRELATION_FIRST + number; 0: the frame on top took it, or the thread begins with it.
 */
export const RECEIVE = 0x51;
/**
 * payload = 0; u32 request number; u32 how many requests its connection carried before it; V address of the client's end
 * of the connection; V of the server's end: both sides of a request say the same.
 */
export const REQUEST_SOCKET = 0x52;
/**
 * payload = trace flags; u32 request number; 16 bytes trace id (4 words); 8 bytes parent id (2 words), both as they are
 * written in the request's `traceparent` header (https://www.w3.org/TR/trace-context/), first byte highest.
 */
export const REQUEST_TRACE = 0x53;
export const TRACE_ID_WORDS = 4;
export const PARENT_ID_WORDS = 2;

/** What SEND and RECEIVE are about; worker and process: the start of one. */
export const LINK_KINDS = ['message', 'worker', 'process'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** Correlations from here on have a name (CORRELATION), or belong to something received (RECEIVE); lower ones are the call number of the root of the chain. */
export const NAMED_CORRELATION_FIRST = 2 ** 52;

/** Cause codes of CAUSE: what kind of scheduling led to the call. */
export const CAUSE_CODES = [
  'unknown',
  'await',
  'promise',
  'timer',
  'immediate',
  'tick',
  'microtask',
  'io',
  'emitter',
  'http',
  'worker',
  'message',
  'process',
  'correlation',
] as const;
export type CauseName = (typeof CAUSE_CODES)[number];
