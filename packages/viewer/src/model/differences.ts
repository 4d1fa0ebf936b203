import type { FrameView, StateView, VariableView, WireValue } from '@execution-cinema/server/protocol';
import { sameValue } from './values.ts';

/** The frame of another moment that a frame is compared with: the same call, else the same function. */
export function counterpart(frame: FrameView, other: StateView): FrameView | undefined {
  return (
    other.frames.find(({ call }) => call === frame.call) ??
    other.frames.find(({ functionId, function: name }) => functionId === frame.functionId && name === frame.function)
  );
}

/** What the variable was in the other frame, when it was something else. */
export function valueBefore(variable: VariableView, kind: string, other: FrameView | undefined): WireValue | undefined {
  const found = other?.scopes
    .filter((scope) => scope.kind === kind)
    .flatMap((scope) => scope.variables)
    .find(({ name }) => name === variable.name);
  return found && !sameValue(found.value, variable.value) ? found.value : undefined;
}
