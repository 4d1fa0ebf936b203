import { readFileSync } from 'node:fs';

/** Nanoseconds that the main thread has run on a processor; wall time where the system does not tell. */
export function threadCpuNs() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]);
  } catch {
    return performance.now() * 1e6;
  }
}
