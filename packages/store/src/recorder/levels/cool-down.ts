/** How long something stays degraded at least; doubled each time that it had to be degraded again soon. */
const COOL_MS = 2_000;
const COOL_MS_MAX = 60_000;
/** Degraded again within so many times its last cool-down, it has come back too early. */
const HISTORY_FACTOR = 4;

/** That something has come back, at `sinceMs`, after a cool-down of `coolMs`. */
export interface CameBack {
  sinceMs: number;
  coolMs: number;
}

/** Milliseconds for which something that is degraded now stays so at least. */
export function coolDownMs(nowMs: number, past: CameBack | undefined): number {
  const isTooEarly = past !== undefined && nowMs < past.sinceMs + HISTORY_FACTOR * past.coolMs;
  return isTooEarly ? Math.min(past.coolMs * 2, COOL_MS_MAX) : COOL_MS;
}
