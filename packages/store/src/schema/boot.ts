import { readFileSync } from 'node:fs';

/** Clocks that were set, or stood still in sleep, may differ by so much where the system has no boot id. */
const DRIFT_MAX_MS = 10 * 60_000;

/** Identifies this start of the machine, within which the monotonic clock runs on; empty where the system has none. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** True when times of a recording begun with this `meta` can go on with the present monotonic clock. */
export function sameClock(meta: Readonly<Record<string, string>>, boot = bootId(), nowMs = Date.now()): boolean {
  const recorded = meta['boot_id'] ?? '';
  if (boot !== '' && recorded !== '') return boot === recorded;
  const sinceStartMs = Number(process.hrtime.bigint() - BigInt(meta['start_hrtime_ns'] ?? 0)) / 1e6;
  return Math.abs(nowMs - Date.parse(meta['started_at'] ?? '') - sinceStartMs) < DRIFT_MAX_MS;
}
