import type { StateView, VariableName, WireValue } from '../protocol.ts';

/** Variables of a state, and properties of the objects that it shows: what a person may ask the history of. */
export function* namesInState({ at, frames }: StateView): Generator<VariableName> {
  for (const { call, scopes } of frames) {
    for (const { instance, variables } of scopes) {
      for (const { name, value } of variables) {
        yield { kind: 'variable', call, name, instance };
        yield* propertiesIn(value, at.thread);
      }
    }
  }
}

function* propertiesIn(value: WireValue, thread: number): Generator<VariableName> {
  if (typeof value !== 'object' || value === null || !('t' in value)) return;
  for (const key of value.t === 'map' ? [] : (value.k ?? [])) {
    if (value.i !== undefined && typeof key === 'string') {
      yield { kind: 'property', thread, object: value.i, name: key };
    }
  }
  for (const item of value.v ?? []) yield* propertiesIn(item, thread);
}
