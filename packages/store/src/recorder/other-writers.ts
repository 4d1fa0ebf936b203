import { statSync } from 'node:fs';
import { storeFailure } from '../schema/failure.ts';

/*
 * All processes of a tree append to one database, which has one writer at a time and no queue: on a machine with too much
 * to do, one of them may find it locked for seconds although nobody holds it for long. That is told from a lock that is
 * not given back by what is written meanwhile.
 */

/** Others are waited for at most this long, however much they write. */
export const CONTENDED_MS_MAX = 30_000;

export class OtherWriters {
  readonly #log: string;
  #seen: string;

  constructor(file: string) {
    this.#log = `${file}-wal`;
    this.#seen = this.#look();
  }

  /** Somebody has written to the recording since this was last asked. */
  haveWritten(): boolean {
    const now = this.#look();
    const isOther = now !== this.#seen;
    this.#seen = now;
    return isOther;
  }

  #look(): string {
    const stat = statSync(this.#log, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.size} ${stat.mtimeNs}`;
  }
}

/** Runs `attempt` again while it finds the database locked and others write; `waiting` is called in between. */
export function whileOthersWrite<Result>(file: string, attempt: () => Result, waiting: () => void): Result {
  const others = new OtherWriters(file);
  const untilMs = performance.now() + CONTENDED_MS_MAX;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const isLocked = storeFailure(error, file).code === 'OUT_LOCKED';
      if (!isLocked || !others.haveWritten() || performance.now() > untilMs) throw error;
      waiting();
    }
  }
}
