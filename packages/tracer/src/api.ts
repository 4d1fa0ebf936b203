import { RUNTIME_KEY } from '@execution-cinema/format';
import type { Runtime } from '@execution-cinema/runtime';
import type { SnapshotOffer } from './snapshot/offer.ts';

/*
 * `tracer/api`: what a program may say to its own recording. Importing it has no effect, and without a recording nothing
 * here does anything.
 */

/** Puts a named moment into the recording, with a value that is captured like any other. */
export function mark(name: string, data?: unknown): void {
  recording()?.mark?.(String(name), data);
}

/** Stops recording this thread until `resume`; what happens meanwhile is counted as dropped. */
export function pause(): void {
  recording()?.pause?.();
}

/** Goes on after `pause`. */
export function resume(): void {
  recording()?.resume?.();
}

/**
 * Runs `fn` under a correlation of that name: every call it makes carries it, and every call those cause later, through
 * promises, timers and callbacks. Gives what `fn` gives.
 */
export function withCorrelation<Result>(id: string, fn: () => Result): Result {
  const { withCorrelation: run } = recording() ?? {};
  return run === undefined ? fn() : run(String(id), fn);
}

/**
 * Takes a snapshot of every process of the recording, with this thread where it stands now; returns as soon as the
 * threads of this process have been read, after a second at the latest (the recording itself may still be coming up).
 */
export function snapshot(): void {
  recording()?.snapshot?.();
}

function recording(): Partial<Runtime & SnapshotOffer> | undefined {
  return (globalThis as Record<symbol, unknown>)[Symbol.for(RUNTIME_KEY)] as
    | Partial<Runtime & SnapshotOffer>
    | undefined;
}
