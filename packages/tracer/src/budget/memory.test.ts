import { describe, expect, test } from 'vitest';
import { decodeMemory, emptyMemory, encodeMemory, FUNCTIONS_MAX, type Memory } from './memory.ts';

const HOT = { name: 'hot', boundaryNs: 500, insideNs: 250, state: 2, rest: 1, penalty: 2, trial: 3 } as const;

function memoryOf(functions: number): Memory {
  const named = Array.from({ length: functions }, (_, i) => [`0:${i}:0`, { ...HOT }]);
  return {
    ...emptyMemory(),
    runs: 4,
    run: '77',
    share: 0.2,
    ownNs: 1e9,
    otherNs: 5,
    following: { ns: 9, isEnded: true },
    files: { hash: { file: 'src/ä.ts', functions: Object.fromEntries(named) as Memory['files'][''][`functions`] } },
  };
}

test('comes back as it was written', () => {
  const memory = memoryOf(3);
  expect(decodeMemory(encodeMemory(memory))).toEqual(memory);
  expect(decodeMemory(encodeMemory(emptyMemory()))).toEqual(emptyMemory());
});

test('of functions whose places or names are those of built-ins is one like any other', () => {
  const memory = memoryOf(0);
  memory.files['hash']!.functions['0:1:1'] = { ...HOT, name: '__proto__' };
  expect(decodeMemory(encodeMemory(memory))).toEqual(memory);
});

describe('counts as missing', () => {
  const text = encodeMemory(memoryOf(2));
  const edited = (edit: (value: Record<string, unknown>) => void): string => {
    const value = JSON.parse(text) as Record<string, unknown>;
    edit(value);
    return JSON.stringify(value);
  };
  test.each([
    ['nothing', ''],
    ['what is cut off', text.slice(0, -5)],
    ['another version', edited((value) => (value['version'] = 2))],
    ['a rate that is no number', edited((value) => (value['otherNs'] = 'much'))],
    ['a rate below nothing', text.replace('500', '-500')],
    ['a state that there is not', edited((value) => ((value as any).files[0][2][0][4] = 3))],
    ['a function with a number too few', edited((value) => (value as any).files[0][2][0].pop())],
    ['more functions than are kept', encodeMemory(memoryOf(FUNCTIONS_MAX + 1))],
    ['something else', '[]'],
    ['null', 'null'],
  ])('%s', (_, bad) => {
    expect(decodeMemory(bad)).toBeUndefined();
  });
});
