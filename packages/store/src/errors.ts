/**
 * What users can meet, by stable code: what happened and what to do about it. The detail (file, cause) is put between.
 */
export const STORE_ERRORS = {
  NO_SQLITE: {
    what: 'no SQLite driver loads on this Node',
    remedy: 'Use Node 22 or later, or let npm build better-sqlite3 (npm rebuild better-sqlite3).',
  },
  OUT_NOT_RECORDING: {
    what: 'the file for the recording exists already and is not a recording',
    remedy: 'Nothing was written to it. Choose another file with TRACER_OUT or --out.',
  },
  OUT_CORRUPT: {
    what: 'the file for the recording exists already and is damaged',
    remedy: 'Nothing was written to it. Move it away or choose another file with TRACER_OUT or --out.',
  },
  OUT_NEWER: {
    what: 'the recording was made by a newer version of the tracer',
    remedy: 'Update the tracer, or choose another file with TRACER_OUT or --out.',
  },
  OUT_OTHER_BOOT: {
    what: 'the file for the recording holds a recording of an earlier start of this machine, whose clock does not continue',
    remedy: 'Choose another file with TRACER_OUT or --out, or delete the old recording.',
  },
  OUT_NOT_WRITABLE: {
    what: 'the recording cannot be written',
    remedy: 'Make the folder writable or choose another place with TRACER_OUT or --out.',
  },
  OUT_LOCKED: {
    what: 'another program keeps the recording locked',
    remedy: 'Close the program that holds the database open for writing.',
  },
  OUT_NO_WAL: {
    what: 'the file system of the recording cannot hold a database in WAL mode (network or special file system)',
    remedy: 'Choose a place on a local disk with TRACER_OUT or --out.',
  },
  DISK_FULL: {
    what: 'the disk is full',
    remedy: 'Free some space, record to another disk with --out, or keep less with --keep.',
  },
  DISK_FLOOR: {
    what: 'too little free disk space is left',
    remedy: 'Free some space, record to another disk with --out, or keep less with --keep.',
  },
  DISK_ERROR: {
    what: 'the disk reported an error',
    remedy: 'Check the disk, or record to another one with --out.',
  },
  NOT_FOUND: {
    what: 'there is no such recording',
    remedy: 'See which recordings exist with: tracer ls',
  },
  NOTHING_RECORDED: {
    what: 'nothing was recorded',
    remedy: 'See what was instrumented, and why the rest was not, with: tracer info',
  },
  NO_SUCH_THREAD: {
    what: 'there is no such thread in the recording',
    remedy: 'See the threads with: tracer info',
  },
  NOT_STORED: {
    what: 'this part is not in the recording: it was dropped, pruned or has not happened',
    remedy: 'See what is stored with: tracer info',
  },
  BAD_MOMENT: {
    what: 'this does not name a moment',
    remedy: 'Write T@E (thread and event), T:N (a call), a time such as 250ms or 1.5s, start or end.',
  },
  BAD_CALL: {
    what: 'this does not name a call',
    remedy: 'Write T:N (thread and number, as tracer calls shows it) or the id that SQL shows.',
  },
  BAD_RANGE: {
    what: 'this is not a range of time',
    remedy: 'Write A..B with times such as 250ms, 1.5s or nanoseconds; an end may be left out.',
  },
  BAD_RULE: {
    what: 'this is not a rule of what to ignore',
    remedy: 'Rules are name:GLOB, function:GLOB, file:GLOB, value:REGEX, writes, values and logs.',
  },
  BAD_PREDICATE: {
    what: 'this condition cannot be read',
    remedy: 'Write NAME OPERATOR VALUE, such as: total is NaN, price > 100, name = "Ada", args[1] is undefined.',
  },
  NO_SUCH_PLACE: {
    what: 'nothing recorded matches this place',
    remedy: 'Write FILE:LINE (a line with code) or the name of a function, as tracer calls shows it.',
  },
  NO_SUCH_VALUE: {
    what: 'nothing of that name is known there',
    remedy:
      'Name a variable that is in scope there, or a path from one, such as cart.items[0]; tracer state shows them.',
  },
  BAD_EXPRESSION: {
    what: 'this is not a JavaScript expression',
    remedy: 'Write one expression over variables that are in scope there, such as total * rate or `${cart.total} EUR`.',
  },
  SQL_REFUSED: {
    what: 'only one reading statement can be run',
    remedy: 'Write one SELECT, WITH, VALUES or EXPLAIN over the views of docs/SCHEMA.md.',
  },
  SQL_FAILED: {
    what: 'SQLite could not run this',
    remedy: 'The views and their columns are listed in docs/SCHEMA.md.',
  },
  SQL_TIMEOUT: {
    what: 'the query took longer than it may',
    remedy: 'Narrow it down, or give it more time.',
  },
  RECORDER_FAILED: {
    what: 'the recorder failed',
    remedy: 'This is a bug of the tracer; the program was not affected. Please report it.',
  },
} as const satisfies Record<string, { what: string; remedy: string }>;

export type StoreErrorCode = keyof typeof STORE_ERRORS;

/** Plain data that crosses threads: what `StoreError` says. */
export interface StoreErrorInfo {
  code: StoreErrorCode;
  /** One sentence with the detail. */
  message: string;
  remedy: string;
}

/** An error that a user can do something about. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly remedy: string;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = STORE_ERRORS[code].remedy;
  }

  info(): StoreErrorInfo {
    return { code: this.code, message: this.message, remedy: this.remedy };
  }
}

/** Makes the error of a code; `detail` (file, cause) is appended to its sentence. */
export function storeError(code: StoreErrorCode, detail: string, cause?: unknown): StoreError {
  return new StoreError(code, `${STORE_ERRORS[code].what}: ${detail}`, cause === undefined ? undefined : { cause });
}
