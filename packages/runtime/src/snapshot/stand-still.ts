/**
 * Where a thread stops for a snapshot (R_STOP) once its debugger is on; without one nothing happens. Read-thread.ts in the
 * tracer knows the function by its name. A function of its own, so that what calls it stays small.
 */
export function standStill(): void {
  // oxlint-disable-next-line no-debugger
  debugger;
}
