import { constants, getPriority, setPriority } from 'node:os';

/** Still gets what the others leave, and that is all of it while nobody moves the cursor. */
const NICER_BY = 10;

/**
 * Lets other threads have the processor first. On Linux alone a priority is that of the calling thread (setpriority(2), "C
 * library/kernel differences"); elsewhere it would be that of the whole process.
 */
export function standBehind(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, Math.min(constants.priority.PRIORITY_LOW, getPriority(0) + NICER_BY));
  } catch {
    // Where a sandbox does not allow it, all threads are equal.
  }
}
