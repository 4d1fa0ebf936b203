import { readFileSync } from 'node:fs';

/**
 * Milliseconds for which the main thread of this process has had a processor; undefined where the system does not tell.
 * On Linux its id is that of the process.
 */
export function mainThreadMs(): number | undefined {
  try {
    const ns = Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ', 1)[0]);
    return Number.isFinite(ns) ? ns / 1e6 : undefined;
  } catch {
    return undefined;
  }
}
