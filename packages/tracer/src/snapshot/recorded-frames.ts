import { formatCall, valueToJson, type Json, type SnapshotFrame } from '@execution-cinema/format';
import { BoundedLookup, lastWritesOf, stateAt, type Recording, type State } from '@execution-cinema/store';
import { setOwn } from './set-own.ts';

/*
 * What the recording knows of a thread's stack: in place of a thread that cannot be stopped, and of variables that V8 has
 * optimised away because nothing reads them any more.
 */

/** State after the last event that is stored; undefined where there is none, or no time to find it. */
export function recordedState(recording: Recording, thread: number, deadlineMs: number): State | undefined {
  if (performance.now() > deadlineMs) return undefined;
  const last = recording.chunks(thread).at(-1);
  if (last === undefined) return undefined;
  try {
    return stateAt(recording, thread, last.firstEvent + last.events - 1, new BoundedLookup(recording, deadlineMs));
  } catch {
    return undefined;
  }
}

/** The recorded frames in the shape of a snapshot. */
export function recordedFrames({ frames, thread }: State): SnapshotFrame[] {
  return frames.map((frame) => ({
    function: frame.function,
    file: frame.file,
    line: frame.line,
    column: frame.column,
    instrumented: true,
    call: formatCall(thread, frame.call),
    ...(frame.hasThis ? { this: valueToJson(frame.this) } : {}),
    scopes: frame.scopes.map(({ kind, variables }) => {
      const values: Record<string, Json> = {};
      for (const { name, source, value } of variables) {
        if (source !== 'unknown') setOwn(values, name, valueToJson(value));
      }
      return { type: kind, name: '', variables: values };
    }),
  }));
}

/** Fills in variables that V8 does not know any more, although the call has written something to them. */
export function restoreOptimised(
  frame: SnapshotFrame,
  recording: Recording,
  call: { thread: number; call: number; line: number },
  deadlineMs: number,
): void {
  const scopes = frame.scopes.filter(({ type }) => type === 'local' || type === 'block');
  const names = scopes.flatMap(({ variables }) => Object.keys(variables).filter((name) => isMissing(variables[name]!)));
  if (names.length === 0 || performance.now() > deadlineMs) return;
  const known = lastWritesOf(recording, { ...call, names: new Set(names) }, deadlineMs);
  for (const { variables } of scopes) {
    for (const [name, value] of known) {
      if (Object.hasOwn(variables, name) && isMissing(variables[name]!)) setOwn(variables, name, valueToJson(value));
    }
  }
}

/** What V8 has optimised away reads as undefined, or (Node 22 on) as if it had not been initialised. */
function isMissing(value: Json): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return value['$type'] === 'undefined' || value['$type'] === 'uninitialized';
}
