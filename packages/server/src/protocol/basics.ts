/** A point in the life of one thread: just after event `event`. Its text form is `T@E` (formatMoment of `format`). */
export interface Moment {
  thread: number;
  event: number;
}

/** A moment with its time. */
export interface At extends Moment {
  timeNs: number;
}

/** Call N of thread T as text: `T:N` (formatCall, parseCall of `format`). Stable, printable, usable as a key. */
export type CallName = string;

/** Both ends belong to it. */
export interface Span {
  fromNs: number;
  toNs: number;
}

export interface Place {
  file: string;
  line: number;
  column: number;
  /** No event tells it: it was worked out from the text and from what was called. */
  inferred?: boolean;
}

/** A page of a longer list. */
export interface Page {
  /** Items left out at the beginning. Default 0. */
  offset?: number;
  /** Items wanted. Default 200, at most LIST_LIMIT_MAX. */
  limit?: number;
}

export const LIST_LIMIT_MAX = 2_000;

export interface List<Item> {
  items: Item[];
  /** Number of the first item in the whole list. */
  offset: number;
  /** Length of the whole list; null when it is not known (there are more, see `more`). */
  total: number | null;
  more: boolean;
}

export interface Progress {
  /** What is being done, for people: `reading events`. */
  what: string;
  done: number;
  total: number;
}

/**
 * Codes of errors. Those of the store (docs: `packages/store/src/errors.ts`, such as NO_SUCH_PLACE, SQL_FAILED, SQL_TIMEOUT,
 * SQL_REFUSED, BAD_MOMENT, NOT_STORED, OUT_CORRUPT) are passed on; the server's own are
 */
export const SERVER_ERRORS = {
  BAD_REQUEST: 'the request is not of the form that the protocol asks for',
  UNKNOWN_METHOD: 'this server has no such method',
  CANCELLED: 'cancelled',
  BUSY: 'too many requests are waiting for an answer',
  NO_SUCH_RECORDING: 'no recording of this name in the folder',
  RECORDING_GONE: 'the recording was deleted or replaced while it was open',
  TIMEOUT: 'it took too long and was stopped',
  BAD_EXPRESSION: 'the expression cannot be read',
  UNAVAILABLE: 'the recording does not hold what this question needs',
  OFFLINE: 'this page was exported without the answer to this question',
  INTERNAL: 'the server failed',
} as const;

export interface ErrorInfo {
  /** Key of SERVER_ERRORS or a code of the store. */
  code: string;
  message: string;
  /** What to do about it, for people; empty when there is nothing to say. */
  remedy: string;
}
