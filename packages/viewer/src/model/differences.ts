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

/** The frame of another run beside a frame of this one: as far out, if that is the same function. */
export function pairedFrame(view: StateView, frame: FrameView | null, other: StateView): FrameView | null {
  const innermost = other.frames[0] ?? null;
  if (!frame) return innermost;
  const inside = view.frames.findIndex(({ call }) => call === frame.call);
  const outside = view.frames.length - inside + view.framesOmitted - other.framesOmitted;
  const found = other.frames[other.frames.length - outside];
  if (found?.function === frame.function) return found;
  return other.frames.find(({ function: name }) => name === frame.function) ?? innermost;
}

/** Whether two values of two runs say the same; identities differ in any case. */
export function sameContent(a: WireValue, b: WireValue): boolean {
  return a === b || contentText(a) === contentText(b);
}

function contentText(value: WireValue): string {
  return JSON.stringify(value, (key, part: unknown) => (key === 'i' || key === 'r' ? undefined : part));
}

/** One name in both runs; undefined where it is not there. */
export interface PairedValue {
  name: string;
  left: WireValue | undefined;
  right: WireValue | undefined;
  differs: boolean;
}

export interface PairedScope {
  kind: string;
  line: number;
  rows: PairedValue[];
}

function paired(name: string, left: WireValue | undefined, right: WireValue | undefined): PairedValue {
  const differs = left === undefined || right === undefined ? left !== right : !sameContent(left, right);
  return { name, left, right, differs };
}

/** Rows of both sides by name, in the order of the first. */
export function pairNames(
  left: readonly { name: string; value: WireValue }[],
  right: readonly { name: string; value: WireValue }[],
): PairedValue[] {
  const others = new Map(right.map(({ name, value }) => [name, value]));
  const rows = left.map(({ name, value }) => paired(name, value, others.get(name)));
  for (const { name } of left) others.delete(name);
  return [...rows, ...[...others].map(([name, value]) => paired(name, undefined, value))];
}

/** The scopes of two frames of the same function beside each other: each with the next of its kind. */
export function pairScopes(left: FrameView | null, right: FrameView | null): PairedScope[] {
  const others = [...(right?.scopes ?? [])];
  const scopes: PairedScope[] = [];
  if (left?.this != null || right?.this != null) {
    scopes.push({ kind: 'this', line: 0, rows: [paired('this', left?.this ?? undefined, right?.this ?? undefined)] });
  }
  for (const scope of left?.scopes ?? []) {
    const at = others.findIndex(({ kind }) => kind === scope.kind);
    const [other] = at < 0 ? [] : others.splice(at, 1);
    scopes.push({ kind: scope.kind, line: scope.line, rows: pairNames(known(scope), other ? known(other) : []) });
  }
  for (const scope of others) scopes.push({ kind: scope.kind, line: scope.line, rows: pairNames([], known(scope)) });
  return scopes;
}

/** Functions and classes are the same in both runs, and what was not recorded cannot be compared. */
function known({ variables }: FrameView['scopes'][number]): VariableView[] {
  return variables.filter(({ kind, source }) => kind !== 'function' && kind !== 'class' && source !== 'unknown');
}
