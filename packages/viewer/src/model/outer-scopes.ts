import type { FrameView, ScopeView, StateView } from '@execution-cinema/server/protocol';

/**
 * A state whose large outer scopes are still being asked for, with what they held before: nothing jumps, and names that
 * are `omitted` tell that it is not of this moment.
 */
export function withKnownScopes(view: StateView, before: StateView | null): StateView {
  if (!before || before.at.thread !== view.at.thread) return view;
  const known = new Map<number, ScopeView>();
  for (const { scopes } of before.frames) {
    for (const scope of scopes) if (scope.instance !== 0) known.set(scope.instance, scope);
  }
  const filled = (scope: ScopeView): ScopeView => {
    const old = scope.omitted.length > 0 ? known.get(scope.instance) : undefined;
    if (!old) return scope;
    return { ...scope, variables: old.variables.map((variable) => ({ ...variable, changed: false })) };
  };
  return { ...view, frames: view.frames.map((frame) => ({ ...frame, scopes: frame.scopes.map(filled) })) };
}

/** The scope of a frame that has a variable of this name. */
export function scopeOf({ scopes }: FrameView, name: string): ScopeView | undefined {
  return scopes.find(
    ({ variables, omitted }) => variables.some((variable) => variable.name === name) || omitted.includes(name),
  );
}
