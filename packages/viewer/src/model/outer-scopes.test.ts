import type { ScopeView, StateView } from '@execution-cinema/server/protocol';
import { describe, expect, test } from 'vitest';
import { scopeOf, withKnownScopes } from './outer-scopes.ts';

const variable = { name: 'total', kind: 'let', value: 3, type: 'number', source: 'write', changed: true };
const place = { kind: 'function', line: 1, column: 0 };
const whole = { ...place, instance: 7, variables: [variable], omitted: [] } as unknown as ScopeView;
const named: ScopeView = { ...place, instance: 7, variables: [], omitted: ['total'] };

function stateWith(scopes: ScopeView[], thread = 1): StateView {
  return { at: { thread, event: 5, timeNs: 0 }, frames: [{ call: '1:2', scopes }] } as unknown as StateView;
}

describe('scopes of which only names are known yet', () => {
  test('keep what they held, unmarked, and still say that it is not of this moment', () => {
    const [scope] = withKnownScopes(stateWith([named]), stateWith([whole])).frames[0]!.scopes;
    expect(scope!.variables).toEqual([{ ...variable, changed: false }]);
    expect(scope!.omitted).toEqual(['total']);
  });

  test('stay empty when it is another instance, or another thread', () => {
    const other = { ...whole, instance: 8 };
    expect(withKnownScopes(stateWith([named]), stateWith([other])).frames[0]!.scopes[0]!.variables).toEqual([]);
    expect(withKnownScopes(stateWith([named]), stateWith([whole], 2)).frames[0]!.scopes[0]!.variables).toEqual([]);
  });

  test('are found by a name that was left out', () => {
    expect(scopeOf(stateWith([named]).frames[0]!, 'total')).toBe(named);
    expect(scopeOf(stateWith([named]).frames[0]!, 'other')).toBeUndefined();
  });
});
